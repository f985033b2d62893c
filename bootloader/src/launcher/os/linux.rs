//! Linux: the own executable and its processes by way of `/proc`, files in memory.

use std::ffi::{CStr, CString, OsStr, c_void};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{HIGH, parent};

/// What to try where the own executable is not found.
pub(crate) const EXECUTABLE_HINT: &str = "mount `/proc`: the program reads itself through `/proc/self/exe`";

/// The program's executable where the process runs an interpreter's, with the launcher in it.
static CARRIER: OnceLock<File> = OnceLock::new();

/// Takes an open file for the program's executable, instead of that of the process.
pub(crate) fn adopt_executable(file: File) {
    let _ = CARRIER.set(file);
}

/// The program's executable, to be opened, also where its path is gone.
pub(crate) fn executable_link() -> PathBuf {
    CARRIER.get().map_or_else(|| PathBuf::from("/proc/self/exe"), path_of_memory)
}

/// Path of the program's executable, absolute and without symbolic links.
pub(crate) fn executable() -> io::Result<PathBuf> {
    std::fs::read_link(executable_link())
}

/// Whether `pid` runs the same program as this process.
pub(crate) fn runs_same_executable(pid: i32) -> bool {
    let Ok(own) = executable() else { return false };
    if std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path == own) {
        return true;
    }
    // A process with an interpreter's executable holds the program's open.
    high_files(pid).contains(&own)
}

/// Paths of files that a process holds open at numbers that `dup_to_high_fd` gives.
fn high_files(pid: i32) -> Vec<PathBuf> {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let number = |name: &OsStr| name.to_str().and_then(|n| n.parse::<i32>().ok());
    let high = open.flatten().filter(|e| number(&e.file_name()).is_some_and(|n| n >= HIGH));
    high.filter_map(|e| std::fs::read_link(e.path()).ok()).collect()
}

/// The processes that this one descends from, nearest first.
fn ancestors() -> impl Iterator<Item = i32> {
    let above = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // `pid (name) state parent …`; the name may hold anything.
        let (_, rest) = stat.rsplit_once(')')?;
        rest.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    std::iter::successors(Some(parent()), above).take_while(|pid| *pid > 1).take(MOST_ANCESTORS)
}

/// Paths of files that the launchers of processes hold open which this one descends from, nearest first.
pub(crate) fn files_of_ancestors() -> Vec<PathBuf> {
    ancestors().flat_map(high_files).collect()
}

/// Whether a process that this one descends from runs the same executable: there may be shells between.
pub(crate) fn descends_from_same_executable() -> bool {
    ancestors().any(runs_same_executable)
}

/// So many processes are looked at on the way up.
const MOST_ANCESTORS: usize = 8;

/// Whether nothing can be executed or mapped for execution from the file system of `path`.
pub(crate) fn is_noexec(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return true };
    // SAFETY: all-zero is a valid statvfs.
    let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends in NUL and the buffer has the right type.
    let status = unsafe { libc::statvfs(path.as_ptr(), &raw mut stat) };
    status == 0 && stat.f_flag & libc::ST_NOEXEC != 0
}

/// Identifies this run of the operating system.
pub(crate) fn boot_id() -> Vec<u8> {
    std::fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// Random bytes for names that nobody can guess.
pub(crate) fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer's length is given. glibc has a function for it from 2.25 on only.
    let n = unsafe { libc::syscall(libc::SYS_getrandom, bytes.as_mut_ptr(), bytes.len(), 0) };
    if n == 8 {
        return u64::from_ne_bytes(bytes);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) << 32 ^ now.as_secs() ^ u64::from(std::process::id()) << 40
}

/// A file in memory that a library can be loaded from.
pub(crate) fn memory_file(name: &CStr) -> io::Result<File> {
    // SAFETY: the name ends in NUL. glibc has a function for it from 2.27 on only.
    let fd = unsafe { libc::syscall(libc::SYS_memfd_create, name.as_ptr(), libc::MFD_CLOEXEC) };
    let fd = i32::try_from(fd).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, owned by nobody else.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// Path to load a [`memory_file`] from, as long as it is open.
pub(crate) fn path_of_memory(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Whether files in memory can be made.
pub(crate) fn can_load_from_memory() -> bool {
    memory_file(c"freeze").is_ok()
}

/// The folder below the user's for caches.
pub(crate) const CACHES: &str = ".cache";

/// Whether programs may be built to load their libraries from memory.
pub(crate) const MEMORY_FILES: bool = true;

/// Asks for large pages, which a kernel without them refuses.
pub(super) fn advise_large(start: usize, size: usize) {
    // SAFETY: advice on the own mapping.
    unsafe { libc::madvise(start as *mut c_void, size, libc::MADV_HUGEPAGE) };
}

/// Names the process, as `ps` and `top` show it: after the file of its executable.
pub(crate) fn name_process(executable: &Path) {
    let name = executable.file_name().map(|n| n.as_bytes().iter().copied().take(15).collect::<Vec<u8>>());
    if let Some(name) = name.and_then(|n| CString::new(n).ok()) {
        // SAFETY: the name ends in NUL.
        unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
    }
}
