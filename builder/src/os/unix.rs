//! Linux and macOS.

use std::ffi::{CString, OsStr};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus};

use freeze_launcher::trust::{self, Folder, Purpose, Refusal};

use super::{FileMode, State};
use crate::error::Warning;

/// Returns the real path, without links.
pub(crate) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// Converts the bytes of a path from another program.
pub(crate) fn bytes_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Whether the mode marks a file as executable.
pub(crate) fn is_marked_executable(_: &Path, metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o111 != 0
}

/// Whether a file has the mode that [`new_file`] gives it.
pub(crate) fn has_mode(metadata: &Metadata, mode: FileMode) -> bool {
    (metadata.permissions().mode() & 0o100 != 0) == (mode == FileMode::Executable)
}

/// Whether a file is a program that can be started.
pub(crate) fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && is_marked_executable(path, &m))
}

/// Returns the file names that a program of this name can have in a folder of `PATH`.
pub(crate) fn names_on_path(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// Returns options for a new file. The umask restricts its mode.
pub(crate) fn new_file(mode: FileMode) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(match mode {
        FileMode::Plain => 0o666,
        FileMode::Executable => 0o777,
    });
    options
}

/// Creates a folder and its missing parents, accessible to this user only.
pub(crate) fn create_private_folders(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Returns the user's cache folders, best first. `variable` reads the environment.
pub(crate) fn cache_bases(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let caches = if cfg!(target_vendor = "apple") { "Library/Caches" } else { ".cache" };
    // A missing home folder is not created.
    let below = |home: Option<PathBuf>| home.filter(|home| home.is_dir()).map(|home| home.join(caches));
    // The XDG specification, which macOS does not follow, requires relative paths to be ignored.
    let xdg = variable("XDG_CACHE_HOME").filter(|p| p.is_absolute() && !cfg!(target_vendor = "apple"));
    let bases = [xdg.or_else(|| below(variable("HOME"))), below(trust::account_home())];
    bases.into_iter().flatten().collect()
}

/// Whether the file system of a folder forbids to run its files.
pub(crate) fn is_noexec(folder: &Path) -> bool {
    let Ok(folder) = std::ffi::CString::new(folder.as_os_str().as_bytes()) else { return false };
    #[cfg(target_vendor = "apple")]
    {
        // SAFETY: zeros are valid numbers.
        let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
        // SAFETY: the path ends with zero, and the structure can be written.
        let status = unsafe { libc::statfs(folder.as_ptr(), &raw mut stat) };
        status == 0 && stat.f_flags & libc::MNT_NOEXEC as u32 != 0
    }
    #[cfg(not(target_vendor = "apple"))]
    {
        // SAFETY: zeros are valid numbers.
        let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
        // SAFETY: the path ends with zero, and the structure can be written.
        let status = unsafe { libc::statvfs(folder.as_ptr(), &raw mut stat) };
        status == 0 && stat.f_flag & libc::ST_NOEXEC != 0
    }
}

/// Returns the encoding of texts that the variables of the terminal name, if they name one.
pub(crate) fn text_encoding() -> Option<String> {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set)?;
    locale.split_once('.').map(|(_, encoding)| encoding.split('@').next().unwrap_or(encoding).to_owned())
}

/// Variables with folders for files or configuration of this program and of the installers that it starts.
const FOLDERS: [&str; 7] = [
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "PIP_CACHE_DIR",
    "UV_CACHE_DIR",
    "PYTHONPYCACHEPREFIX",
];

/// If the user is the administrator, unsets variables with folders that other users can change, and replaces
/// the home folder of another user, as kept by `sudo -E`, with the administrator's own. Files in such folders
/// could end up in an application.
///
/// Must be called before any other thread starts.
pub fn distrust_environment() -> Vec<Warning> {
    let rights = trust::rights();
    if !rights.are_the_administrators() {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let is_exposed = |name: &str, purpose: Purpose| {
        let path = std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute())?;
        match Folder::open(&path, purpose, rights) {
            Err(Refusal::Exposed(exposure)) => Some(exposure),
            _ => None,
        }
    };
    if let Some(exposure) = is_exposed("HOME", Purpose::Content) {
        let own = trust::account_home();
        // SAFETY: no other thread is running, as the caller guarantees.
        unsafe {
            match &own {
                Some(home) => std::env::set_var("HOME", home),
                None => std::env::remove_var("HOME"),
            }
        }
        let instead = own.map(|home| format!("; `{}` is used instead", home.display())).unwrap_or_default();
        warnings.push(Warning::new(format!("`HOME` is ignored: {exposure}{instead}")));
    }
    for name in FOLDERS {
        if let Some(exposure) = is_exposed(name, Purpose::Parent) {
            warnings.push(Warning::new(format!("`{name}` is ignored: {exposure}")));
            // SAFETY: no other thread is running, as the caller guarantees.
            unsafe { std::env::remove_var(name) };
        }
    }
    warnings
}

/// Makes a file executable.
pub(crate) fn allow_to_run(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(0o755))
}

/// Gives a temporary file, which only its owner can access, the usual rights.
pub(crate) fn allow_all_to_read(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o644))
}

/// Creates a symbolic link.
pub(crate) fn symlink(target: &str, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Whether [`symlink`] has created this entry.
pub(crate) fn is_link_to(link: &Path, target: &str) -> bool {
    std::fs::read_link(link).is_ok_and(|found| found == Path::new(target))
}

/// Returns the size of a file on disk, in bytes.
pub(crate) fn blocks(metadata: &Metadata) -> u64 {
    metadata.blocks() * 512
}

/// Returns the device, inode, length, mode and times of the last change.
pub(crate) fn file_state(_: &Path, m: &Metadata) -> Option<State> {
    let times = [m.mtime() as u64, m.mtime_nsec() as u64, m.ctime() as u64, m.ctime_nsec() as u64];
    let [mtime, mtime_nsec, ctime, ctime_nsec] = times;
    Some([m.dev(), m.ino(), m.size(), m.mode().into(), mtime, mtime_nsec, ctime, ctime_nsec])
}

/// Opens a folder for locking. The lock is released when the returned file is closed.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Whether an entry could not be replaced because a program in it is running.
pub(crate) fn in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ExecutableFileBusy
}

/// Exchanges two paths atomically.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    let (a, b) = (text(a)?, text(b)?);
    // SAFETY: both are NUL-terminated strings that are valid until the call returns. The system call is made
    // directly because glibc has a function for it only since 2.28.
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            a.as_ptr(),
            libc::AT_FDCWD,
            b.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Exchanges two paths atomically.
#[cfg(target_os = "macos")]
pub(crate) fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    let (a, b) = (text(a)?, text(b)?);
    // SAFETY: both are NUL-terminated strings that are valid until the call returns.
    let result = unsafe { libc::renamex_np(a.as_ptr(), b.as_ptr(), libc::RENAME_SWAP) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Not supported on other systems.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// Whether the terminal shows colors. Unix terminals need no setup.
pub(crate) fn shows_colours() -> bool {
    true
}

/// A child and the processes that it has started: a process group.
#[derive(Debug)]
pub(crate) struct Group(libc::pid_t);

impl Group {
    /// A terminal sends Ctrl-C to the whole group. A child in its own group does not receive it, and prints
    /// no traceback.
    pub(crate) fn prepare(command: &mut Command) {
        command.process_group(0);
    }

    /// Returns the group of a child that was started by a prepared command.
    pub(crate) fn of(child: &Child) -> Group {
        Group(libc::pid_t::try_from(child.id()).unwrap_or(0))
    }

    /// Kills all processes of the group.
    pub(crate) fn kill(&self) {
        if self.0 > 1 {
            // SAFETY: a plain system call. The child leads its own group and was not waited for, so the id is
            // still valid.
            unsafe { libc::kill(-self.0, libc::SIGKILL) };
        }
    }
}

/// Asks a child to end, like Ctrl-C.
pub(crate) fn send_interrupt(child: &mut Child) {
    send(child, libc::SIGINT);
}

/// Asks a child to end, like `kill`.
pub(crate) fn send_terminate(child: &mut Child) {
    send(child, libc::SIGTERM);
}

fn send(child: &Child, signal: libc::c_int) {
    if let Ok(id) = libc::pid_t::try_from(child.id()) {
        // SAFETY: a plain system call. The child was not waited for, so the id is still valid.
        unsafe { libc::kill(id, signal) };
    }
}

/// Returns the exit code for the status of a program. A signal is encoded as in shells.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or(status.signal().map(|s| 128 + s)).unwrap_or(1);
    ExitCode::from(u8::try_from(code & 0xff).unwrap_or(1))
}
