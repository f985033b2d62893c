//! Finds the running executable and its processes on macOS, where libraries cannot be loaded from memory.

use std::ffi::{CStr, OsStr, c_void};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::parent;

/// Hint if the running executable is not found.
pub(crate) const EXECUTABLE_HINT: &str = "start the program by its path";

/// The folder for caches below the user's home folder.
pub(crate) const CACHES: &str = "Library/Caches";

/// Whether programs can be built to load their libraries from memory.
pub(crate) const MEMORY_FILES: bool = false;

unsafe extern "C" {
    fn getentropy(buffer: *mut c_void, size: usize) -> i32;
}

/// Whether a process has mapped a file below the folder. Only its lock tells that on macOS.
pub(crate) fn is_mapped(_: &Path) -> bool {
    false
}

/// On macOS, the launcher never runs in an interpreter's process.
pub(crate) fn adopt_executable(_: File) {}

/// Returns a path to open the program's executable.
pub(crate) fn executable_link() -> PathBuf {
    executable().unwrap_or_default()
}

/// Returns the path of the program's executable, absolute and without symbolic links.
pub(crate) fn executable() -> io::Result<PathBuf> {
    std::env::current_exe()?.canonicalize()
}

fn executable_of(pid: i32) -> Option<PathBuf> {
    let mut buffer = [0u8; libc::PROC_PIDPATHINFO_MAXSIZE as usize];
    // SAFETY: the buffer's length is given.
    let n = unsafe { libc::proc_pidpath(pid, buffer.as_mut_ptr().cast(), buffer.len() as u32) };
    let path = buffer.get(..usize::try_from(n).ok()?).filter(|p| !p.is_empty())?;
    Path::new(OsStr::from_bytes(path)).canonicalize().ok()
}

/// Whether `pid` runs the same program as this process.
pub(crate) fn runs_same_executable(pid: i32) -> bool {
    executable().ok().is_some_and(|own| executable_of(pid) == Some(own))
}

/// Returns the ancestors of this process, nearest first.
fn ancestors() -> impl Iterator<Item = i32> {
    let above = |pid: &i32| {
        // SAFETY: all-zero is a valid proc_bsdinfo.
        let mut info: libc::proc_bsdinfo = unsafe { std::mem::zeroed() };
        let size = size_of::<libc::proc_bsdinfo>() as i32;
        // SAFETY: the buffer's length is given.
        let n = unsafe { libc::proc_pidinfo(*pid, libc::PROC_PIDTBSDINFO, 0, (&raw mut info).cast(), size) };
        (n == size).then(|| i32::try_from(info.pbi_ppid).ok()).flatten()
    };
    std::iter::successors(Some(parent()), above).take_while(|pid| *pid > 1).take(MOST_ANCESTORS)
}

/// Maximum number of ancestors to check.
const MOST_ANCESTORS: usize = 8;

/// Whether an ancestor runs the same executable. There may be shells in between.
pub(crate) fn descends_from_same_executable() -> bool {
    ancestors().any(runs_same_executable)
}

/// Returns the paths of files that the launchers of other processes keep open. Not supported on macOS.
pub(crate) fn files_of_ancestors() -> Vec<PathBuf> {
    Vec::new()
}

/// Whether nothing can be executed or mapped for execution from the file system of `path`.
pub(crate) fn is_noexec(path: &Path) -> bool {
    let Ok(path) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return true };
    // SAFETY: all-zero is a valid statfs.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends in NUL and the buffer has the right type.
    let status = unsafe { libc::statfs(path.as_ptr(), &raw mut stat) };
    status == 0 && stat.f_flags & libc::MNT_NOEXEC as u32 != 0
}

/// Returns an identifier of the current boot of the operating system.
pub(crate) fn boot_id() -> Vec<u8> {
    let mut buffer = [0u8; 64];
    let mut len = buffer.len();
    // SAFETY: the name ends in NUL and the buffer's length is given.
    let status = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            buffer.as_mut_ptr().cast(),
            &raw mut len,
            std::ptr::null_mut(),
            0,
        )
    };
    if status == 0 { buffer[..len.min(64)].to_vec() } else { Vec::new() }
}

/// Returns random bytes for unpredictable names.
pub(crate) fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer's length is given; such a short read cannot fail.
    unsafe { getentropy(bytes.as_mut_ptr().cast(), bytes.len()) };
    u64::from_ne_bytes(bytes)
}

/// Creates a file in memory from which a library can be loaded. Not supported on macOS.
pub(crate) fn memory_file(_: &CStr) -> io::Result<File> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Returns the path to load a [`memory_file`] from.
pub(crate) fn path_of_memory(file: &File) -> PathBuf {
    PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()))
}

/// Whether files in memory can be created.
pub(crate) fn can_load_from_memory() -> bool {
    false
}

/// The kernel decides about large pages by itself.
pub(crate) fn advise_large(_: usize, _: usize) {}

/// On macOS, processes are named after their files.
pub(crate) fn name_process(_: &Path) {}

/// The kernel decides about the pages of code by itself.
pub(super) fn release_code() {}
