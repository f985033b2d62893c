//! Another user of the machine, who wants a program to load a library of theirs.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Frozen, Run, copy_tree, scratch};

/// The attacker, by user and group id.
pub const ATTACKER: u32 = 12346;

/// Variable with the file that the attacker's library writes when it is loaded.
const MARK: &str = "FREEZE_TEST_MARK";

/// Leaves a mark when it is loaded, and ends the process.
const LIBRARY: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) {
    const char *mark = getenv("FREEZE_TEST_MARK");
    int file = open(mark ? mark : "/dev/null", O_CREAT | O_WRONLY | O_APPEND, 0644);
    dprintf(file, "loaded as user %d\n", geteuid());
    _exit(66);
}
"#;

/// Compiles C in the folder of this run of the tests.
///
/// # Panics
/// There is no C compiler, or it finds errors.
pub fn compile(source: &str, output: &Path, options: &[&str]) {
    let file = output.with_extension("c");
    std::fs::write(&file, source).expect("the folder is ours");
    let status = Command::new("gcc").args(options).arg("-o").arg(output).arg(&file).status();
    assert!(status.expect("gcc is installed").success(), "failed to compile {}", file.display());
}

fn library() -> &'static Path {
    static LIBRARY_FILE: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY_FILE.get_or_init(|| {
        let file = scratch("evil").keep().join("evil.so");
        compile(LIBRARY, &file, &["-shared", "-fPIC"]);
        file
    })
}

/// Sets owner and group of everything in a folder.
pub fn give(folder: &Path, user: u32) {
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        std::os::unix::fs::lchown(entry.path(), Some(user), Some(user)).expect("the tests run as root");
    }
}

/// Makes a folder that belongs to a user.
pub fn folder_of(user: u32, path: &Path, mode: u32) {
    std::fs::create_dir_all(path).expect("the folder above is ours");
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is ours");
    chown(path, Some(user), Some(user)).expect("the tests run as root");
}

/// What the attacker has prepared for one program.
#[derive(Debug)]
pub struct Attacker {
    folder: tempfile::TempDir,
    mark: PathBuf,
}

impl Attacker {
    /// Prepares the attack on a onefile program: the attacker starts it, and puts libraries of theirs into a copy of the
    /// cache that this has made.
    pub fn of(app: &Frozen) -> Attacker {
        let attacker = Attacker::new();
        let home = attacker.folder.path().join("home");
        folder_of(ATTACKER, &home, 0o755);
        app.command().home(&home).with_sandbox(|s| s.user = Some(ATTACKER)).run().success();
        std::fs::rename(home.join(".cache/freeze"), attacker.good()).expect("the program has made a cache");
        copy_tree(&attacker.good(), &attacker.evil());
        poison(&attacker.evil());
        attacker
    }

    /// Prepares the attack on a folder: a copy with other libraries.
    pub fn of_folder(folder: &Path) -> Attacker {
        let attacker = Attacker::new();
        copy_tree(folder, &attacker.good());
        copy_tree(folder, &attacker.evil());
        poison(&attacker.evil());
        attacker
    }

    fn new() -> Attacker {
        let folder = scratch("attacker");
        crate::make_reachable(folder.path());
        let marks = folder.path().join("marks");
        folder_of(0, &marks, 0o777);
        Attacker { mark: marks.join("loaded"), folder }
    }

    /// The cache, or the folder, as it ought to be.
    pub fn good(&self) -> PathBuf {
        self.folder.path().join("good")
    }

    /// The same with libraries of the attacker.
    pub fn evil(&self) -> PathBuf {
        self.folder.path().join("evil")
    }

    /// Begins to exchange two folders, over and over, as the attacker.
    pub fn exchange(&self, one: &Path, other: &Path) -> Exchange {
        let (one, other) = (c_string(one), c_string(other));
        Exchange::begin(move || swap(&one, &other))
    }

    /// What the program extracts, with libraries of the attacker.
    pub fn content(&self) -> PathBuf {
        let files = walkdir::WalkDir::new(self.evil()).min_depth(2).max_depth(2);
        let mut folders = files.into_iter().flatten().filter(|e| e.file_type().is_dir());
        folders.next().expect("the cache holds a version").into_path()
    }

    /// Begins to exchange each new folder in `folder` for `evil`, as the attacker.
    pub fn exchange_new(&self, folder: &Path, evil: &Path) -> Exchange {
        let (folder, evil) = (folder.to_owned(), c_string(evil));
        Exchange::begin(move || {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                swap(&c_string(&entry.path()), &evil);
            }
        })
    }

    /// A start that tells if a library of the attacker is loaded.
    pub fn watch(&self, run: Run) -> Run {
        run.env(MARK, &self.mark)
    }

    /// Fails if one of those libraries was loaded.
    #[track_caller]
    pub fn has_failed(&self, what: &str) {
        let said = std::fs::read_to_string(&self.mark).unwrap_or_default();
        assert!(said.is_empty(), "{what}: the attacker's library was {said}");
    }
}

/// Puts the attacker's library into the place of every library, and makes all of it the attacker's.
fn poison(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        if entry.file_name().to_string_lossy().contains(".so") {
            std::fs::remove_file(entry.path()).expect("it is ours");
            std::fs::copy(library(), entry.path()).expect("it is ours");
        }
    }
    give(folder, ATTACKER);
}

/// Puts the attacker's library into a larger file, whose length stays.
pub fn poison_in_place(file: &Path) -> bool {
    let mut content = std::fs::read(library()).expect("it is ours");
    let length = std::fs::metadata(file).expect("it is there").len() as usize;
    if length < content.len() {
        return false;
    }
    content.resize(length, 0);
    std::fs::write(file, content).is_ok()
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("paths hold no zero byte")
}

fn swap(one: &CStr, other: &CStr) {
    // SAFETY: both paths end in NUL.
    unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            one.as_ptr(),
            libc::AT_FDCWD,
            other.as_ptr(),
            libc::RENAME_EXCHANGE,
        );
    }
}

/// Something that the attacker does until this is dropped.
#[derive(Debug)]
pub struct Exchange {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exchange {
    fn begin(step: impl Fn() + Send + 'static) -> Exchange {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            // The system calls themselves, unlike the functions of the C library, change this thread only.
            // SAFETY: system calls without pointers, but for the one that is null.
            unsafe {
                let none = std::ptr::null::<u32>();
                assert_eq!(libc::syscall(libc::SYS_setgroups, 0, none), 0);
                assert_eq!(libc::syscall(libc::SYS_setresgid, ATTACKER, ATTACKER, ATTACKER), 0);
                assert_eq!(libc::syscall(libc::SYS_setresuid, ATTACKER, ATTACKER, ATTACKER), 0);
            }
            while !stopped.load(Ordering::Relaxed) {
                step();
                std::thread::sleep(Duration::from_micros(30));
            }
        });
        Exchange { stop, thread: Some(thread) }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}
