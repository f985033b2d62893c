//! Mount namespaces: what a process under test cannot see, and what it sees instead.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{root, scratch};

/// What a process does to its own view of the machine before it becomes the program under test.
#[derive(Clone, Debug, Default)]
pub struct Sandbox {
    /// Folders and files that it cannot see.
    pub hidden: Vec<PathBuf>,
    /// Folders that become small file systems of their own: path, options as for `mount -t tmpfs -o`, and
    /// whether programs may be run from there.
    pub tmpfs: Vec<(PathBuf, String, bool)>,
    /// Folders that lie in the place of others: the folder, and the place.
    pub binds: Vec<(PathBuf, PathBuf)>,
    /// Folders that become read-only.
    pub read_only: Vec<PathBuf>,
    /// New root of the file system.
    pub root: Option<PathBuf>,
    /// User (and group) to become.
    pub user: Option<u32>,
    /// Largest file that may be written, in bytes.
    pub file_limit: Option<u64>,
    /// Most memory that a process may map, in bytes.
    pub memory_limit: Option<u64>,
    /// No files in memory can be made (`memfd_create`), as a filter of a container forbids it.
    pub no_memory_files: bool,
}

impl Sandbox {
    /// A sandbox in which no Python of this machine and no file of this repository can be seen.
    pub fn without_python() -> Sandbox {
        static HIDDEN: OnceLock<Vec<PathBuf>> = OnceLock::new();
        let hidden = HIDDEN.get_or_init(|| {
            let mut paths: BTreeSet<PathBuf> = crate::python::places().into_iter().collect();
            paths.insert(root().to_owned());
            // A folder below a hidden one is hidden with it, and cannot be found to be hidden again.
            let all = paths.clone();
            paths.retain(|p| !p.ancestors().skip(1).any(|above| all.contains(above)));
            paths.into_iter().collect()
        });
        Sandbox { hidden: hidden.clone(), binds: machine().to_vec(), ..Sandbox::default() }
    }

    fn is_empty(&self) -> bool {
        self.hidden.is_empty()
            && self.tmpfs.is_empty()
            && self.binds.is_empty()
            && self.read_only.is_empty()
            && self.root.is_none()
    }

    /// What is mounted, in this order.
    fn mounts(&self) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for path in &self.hidden {
            // Not there (any more): nothing to hide.
            let Ok(meta) = path.metadata() else { continue };
            if meta.is_dir() {
                mounts.push(Mount::new("tmpfs", path, "tmpfs", 0, "size=64k,mode=755"));
            } else {
                mounts.push(Mount::new("/dev/null", path, "", libc::MS_BIND, ""));
            }
        }
        for (folder, place) in &self.binds {
            let text = folder.to_str().expect("test folders have plain names");
            mounts.push(Mount::new(text, place, "", libc::MS_BIND, ""));
        }
        for (path, options, exec) in &self.tmpfs {
            let flags = if *exec { 0 } else { libc::MS_NOEXEC };
            mounts.push(Mount::new("tmpfs", path, "tmpfs", flags, options));
        }
        for path in &self.read_only {
            let text = path.to_str().expect("test folders have plain names");
            mounts.push(Mount::new(text, path, "", libc::MS_BIND, ""));
            mounts.push(Mount::new(text, path, "", libc::MS_BIND | libc::MS_REMOUNT | libc::MS_RDONLY, ""));
        }
        if let Some(root) = &self.root {
            mounts.push(Mount::new("proc", &root.join("proc"), "proc", 0, ""));
        }
        mounts
    }

    /// Makes `command` enter the sandbox, and a session of its own, before it runs.
    pub(crate) fn apply(&self, command: &mut Command) {
        let mounts = self.mounts();
        let new_root = self.root.as_deref().map(c_string);
        let namespace = !self.is_empty();
        let (user, no_memory_files) = (self.user, self.no_memory_files);
        let limits = [(libc::RLIMIT_FSIZE, self.file_limit), (libc::RLIMIT_AS, self.memory_limit)];
        let enter = move || {
            // SAFETY: plain system calls on memory made before the fork; nothing allocates or takes a lock.
            unsafe {
                libc::setsid();
                if namespace {
                    check(libc::unshare(libc::CLONE_NEWNS))?;
                    let nothing = std::ptr::null();
                    let private = libc::MS_REC | libc::MS_PRIVATE;
                    check(libc::mount(nothing, c"/".as_ptr(), nothing, private, nothing.cast()))?;
                }
                for mount in &mounts {
                    mount.make()?;
                }
                if let Some(root) = &new_root {
                    check(libc::chroot(root.as_ptr()))?;
                    check(libc::chdir(c"/".as_ptr()))?;
                }
                for (what, limit) in limits {
                    let Some(limit) = limit else { continue };
                    let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
                    check(libc::setrlimit(what, &raw const limit))?;
                }
                if no_memory_files {
                    forbid(libc::SYS_memfd_create)?;
                }
                if let Some(user) = user {
                    check(libc::setgroups(0, std::ptr::null()))?;
                    check(libc::setgid(user))?;
                    check(libc::setuid(user))?;
                }
            }
            Ok(())
        };
        // SAFETY: `enter` makes only system calls that are allowed between fork and exec.
        unsafe { command.pre_exec(enter) };
    }
}

/// Folders for what programs without a usable `HOME` keep: this run of the tests has its own, in the place of the machine's.
fn machine() -> &'static [(PathBuf, PathBuf)] {
    static MACHINE: OnceLock<Vec<(PathBuf, PathBuf)>> = OnceLock::new();
    MACHINE.get_or_init(|| {
        let all = scratch("machine").keep();
        crate::make_reachable(&all);
        let home = freeze_launcher::trust::account_home().expect("the user is in the system's database");
        let places = [("cache", home.join(".cache"), 0o700), ("var-tmp", "/var/tmp".into(), 0o1777)];
        let bind = |(name, place, mode): (&str, PathBuf, u32)| {
            let folder = all.join(name);
            std::fs::create_dir(&folder).expect("the new folder is ours");
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("it is ours");
            std::fs::create_dir_all(&place).expect("the home folder is ours");
            (folder, place)
        };
        places.into_iter().map(bind).collect()
    })
}

/// Ends the test run where namespaces are not permitted: a test that hides nothing shows nothing.
pub(crate) fn require_namespaces() {
    static PERMITTED: OnceLock<bool> = OnceLock::new();
    let permitted = *PERMITTED.get_or_init(|| {
        let mut command = Command::new("/bin/true");
        Sandbox { tmpfs: vec![("/mnt".into(), "size=64k".into(), true)], ..Sandbox::default() }
            .apply(&mut command);
        command.status().is_ok_and(|s| s.success())
    });
    assert!(
        permitted,
        "these tests hide the machine's Python in mount namespaces, which are not permitted here\n\
         hint: run them as root, in a container with `--privileged` or `--cap-add SYS_ADMIN`"
    );
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("paths hold no zero byte")
}

struct Mount {
    source: CString,
    target: CString,
    kind: CString,
    flags: libc::c_ulong,
    options: CString,
}

impl Mount {
    fn new(source: &str, target: &Path, kind: &str, flags: libc::c_ulong, options: &str) -> Mount {
        let text = |s: &str| CString::new(s).expect("no zero byte");
        Mount {
            source: text(source),
            target: c_string(target),
            kind: text(kind),
            flags,
            options: text(options),
        }
    }

    fn make(&self) -> io::Result<()> {
        // SAFETY: five pointers to strings that live as long as the call.
        check(unsafe {
            libc::mount(
                self.source.as_ptr(),
                self.target.as_ptr(),
                self.kind.as_ptr(),
                self.flags,
                self.options.as_ptr().cast(),
            )
        })
    }
}

/// Makes a system call fail with EPERM from here on (seccomp).
fn forbid(call: libc::c_long) -> io::Result<()> {
    let step = |code: u32, k: u32, jt: u8, jf: u8| libc::sock_filter { code: code as u16, jt, jf, k };
    let mut program = [
        // The number of the system call comes first in what the filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, call as u32, 0, 1),
        step(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32, 0, 0),
        step(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW, 0, 0),
    ];
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: plain system calls; the filter is copied by the kernel.
    unsafe {
        check(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))?;
        check(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter))
    }
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A root folder that holds glibc's own files, `/proc`, empty `/home` and `/tmp`, and nothing else.
#[derive(Debug)]
pub struct EmptyRoot {
    folder: tempfile::TempDir,
}

impl EmptyRoot {
    /// Makes one.
    pub fn new() -> EmptyRoot {
        let folder = scratch("root");
        crate::make_reachable(folder.path());
        for name in ["proc", "home", "tmp", "app", "dev", "etc"] {
            std::fs::create_dir(folder.path().join(name)).expect("the folder is ours");
        }
        for file in glibc() {
            let target = folder.path().join(file.strip_prefix("/").expect("absolute"));
            std::fs::create_dir_all(target.parent().expect("below the root")).expect("the folder is ours");
            std::fs::copy(&file, &target)
                .unwrap_or_else(|e| panic!("failed to copy `{}`: {e}", file.display()));
        }
        EmptyRoot { folder }
    }

    /// The folder, as seen from outside.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The sandbox of a process that runs in it.
    pub fn sandbox(&self) -> Sandbox {
        Sandbox { root: Some(self.path().to_owned()), ..Sandbox::default() }
    }
}

impl Default for EmptyRoot {
    fn default() -> Self {
        EmptyRoot::new()
    }
}

/// The dynamic loader and the libraries that are part of glibc, found through this process's own.
fn glibc() -> Vec<PathBuf> {
    const NAMES: [&str; 11] = [
        "libc.so.6",
        "libm.so.6",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
        "libnss_files.so.2",
        "libnss_dns.so.2",
        "libnss_compat.so.2",
        "libanl.so.1",
    ];
    let maps = std::fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    let libc = maps.lines().find_map(|l| {
        let path = &l[l.find('/')?..];
        path.ends_with("/libc.so.6").then(|| PathBuf::from(path))
    });
    let libc = libc.expect("tests run on glibc");
    // Programs name the loader by a path of their own, a link on most systems.
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    let mut files: Vec<PathBuf> = loaders.iter().map(PathBuf::from).filter(|p| p.exists()).collect();
    let folder = libc.parent().expect("in a folder");
    files.extend(NAMES.iter().map(|n| folder.join(n)).filter(|p| p.exists()));
    // The loader's default search path does not know every distribution's folder: `/lib/<triplet>` is in it.
    if let Ok(below) = folder.strip_prefix("/usr") {
        let other = Path::new("/").join(below);
        let more: Vec<PathBuf> = NAMES.iter().map(|n| other.join(n)).filter(|p| p.exists()).collect();
        files.extend(more);
    }
    files.sort();
    files.dedup();
    files
}
