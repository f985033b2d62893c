//! Linux: finds the running executable and its processes through `/proc`, and creates files in memory.

use std::ffi::{CStr, CString, OsStr, c_int, c_void};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{HIGH, parent};

/// Hint if the running executable is not found.
pub(crate) const EXECUTABLE_HINT: &str = "mount `/proc`: the program reads itself through `/proc/self/exe`";

/// The program's executable, if the process runs an interpreter's executable with the launcher in it.
static CARRIER: OnceLock<File> = OnceLock::new();

/// Uses an open file as the program's executable, instead of the executable of the process.
pub(crate) fn adopt_executable(file: File) {
    let _ = CARRIER.set(file);
}

/// Returns a path to open the program's executable, even if the file was removed.
pub(crate) fn executable_link() -> PathBuf {
    CARRIER.get().map_or_else(|| PathBuf::from("/proc/self/exe"), path_of_memory)
}

/// Returns the path of the program's executable, absolute and without symbolic links.
pub(crate) fn executable() -> io::Result<PathBuf> {
    std::fs::read_link(executable_link())
}

/// Whether `pid` runs the same program as this process.
pub(crate) fn runs_same_executable(pid: i32) -> bool {
    let Ok(own) = executable() else { return false };
    if std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path == own) {
        return true;
    }
    // A process that runs an interpreter's executable keeps the program's executable open.
    high_files(pid).contains(&own)
}

/// Returns the paths of files that a process keeps open at descriptors from `dup_to_high_fd`.
fn high_files(pid: i32) -> Vec<PathBuf> {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let number = |name: &OsStr| name.to_str().and_then(|n| n.parse::<i32>().ok());
    let high = open.flatten().filter(|e| number(&e.file_name()).is_some_and(|n| n >= HIGH));
    high.filter_map(|e| std::fs::read_link(e.path()).ok()).collect()
}

/// Returns the ancestors of this process, nearest first.
fn ancestors() -> impl Iterator<Item = i32> {
    let above = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // `pid (name) state parent …`; the name may contain any characters.
        let (_, rest) = stat.rsplit_once(')')?;
        rest.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    std::iter::successors(Some(parent()), above).take_while(|pid| *pid > 1).take(MOST_ANCESTORS)
}

/// Returns the paths of files that the launchers of ancestors keep open, nearest first.
pub(crate) fn files_of_ancestors() -> Vec<PathBuf> {
    ancestors().flat_map(high_files).collect()
}

/// Whether an ancestor runs the same executable. There may be shells in between.
pub(crate) fn descends_from_same_executable() -> bool {
    ancestors().any(runs_same_executable)
}

/// Maximum number of ancestors to check.
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

/// Returns an identifier of the current boot of the operating system.
pub(crate) fn boot_id() -> Vec<u8> {
    std::fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// Returns random bytes for unpredictable names.
pub(crate) fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer's length is given. glibc has a function for this only from 2.25 on.
    let n = unsafe { libc::syscall(libc::SYS_getrandom, bytes.as_mut_ptr(), bytes.len(), 0) };
    if n == 8 {
        return u64::from_ne_bytes(bytes);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) << 32 ^ now.as_secs() ^ u64::from(std::process::id()) << 40
}

/// Whether a process has mapped a file below the folder, such as a library. A process that closes all its descriptors, as
/// daemons do, also gives up its locks.
pub(crate) fn is_mapped(folder: &Path) -> bool {
    let inside = [folder.as_os_str().as_bytes(), b"/"].concat();
    let mapped = |maps: Vec<u8>| maps.windows(inside.len()).any(|part| part == inside);
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let numbered = processes.flatten().filter(|e| e.file_name().as_bytes().iter().all(u8::is_ascii_digit));
    numbered.filter_map(|e| std::fs::read(e.path().join("maps")).ok()).any(mapped)
}

/// Creates a file in memory from which a library can be loaded.
pub(crate) fn memory_file(name: &CStr) -> io::Result<File> {
    // SAFETY: the name ends in NUL. glibc has a function for this only from 2.27 on.
    let fd = unsafe { libc::syscall(libc::SYS_memfd_create, name.as_ptr(), libc::MFD_CLOEXEC) };
    let fd = i32::try_from(fd).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just created, so nothing else owns it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// Returns the path to load a [`memory_file`] from, valid while it is open.
pub(crate) fn path_of_memory(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Whether files in memory can be created.
pub(crate) fn can_load_from_memory() -> bool {
    memory_file(c"freeze").is_ok()
}

/// The folder for caches below the user's home folder.
pub(crate) const CACHES: &str = ".cache";

/// Whether programs can be built to load their libraries from memory.
pub(crate) const MEMORY_FILES: bool = true;

/// Requests large pages. A kernel without them refuses.
pub(crate) fn advise_large(start: usize, size: usize) {
    // SAFETY: the advice concerns a mapping of this process.
    unsafe { libc::madvise(start as *mut c_void, size, libc::MADV_HUGEPAGE) };
}

/// Gives up the memory of the executable's code. The system maps it again where it still runs.
pub(super) fn release_code() {
    /// Stops at the first object, which is the executable.
    unsafe extern "C" fn release(info: *mut libc::dl_phdr_info, _: usize, _: *mut c_void) -> c_int {
        // SAFETY: the C library passes a valid object, whose headers are `dlpi_phnum` valid ones.
        let (base, headers) = unsafe {
            let info = &*info;
            (info.dlpi_addr, std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)))
        };
        let code = |header: &&libc::Elf64_Phdr| {
            header.p_type == libc::PT_LOAD && header.p_flags == (libc::PF_R | libc::PF_X)
        };
        // SAFETY: has no preconditions.
        let size =
            usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(super::LARGEST_PAGE);
        for header in headers.iter().filter(code) {
            let start = (base + header.p_vaddr) as usize;
            let page = start - start % size;
            // SAFETY: the pages are mapped from the executable, and nothing writes to code: the next access reads the same
            // content again.
            unsafe { super::drop_pages(page, start + header.p_memsz as usize - page) };
        }
        1
    }
    // SAFETY: the callback keeps nothing.
    unsafe { libc::dl_iterate_phdr(Some(release), std::ptr::null_mut()) };
}

/// Sets the name of the process, as shown by `ps` and `top`, to the file name of its executable.
pub(crate) fn name_process(executable: &Path) {
    let name = executable.file_name().map(|n| n.as_bytes().iter().copied().take(15).collect::<Vec<u8>>());
    if let Some(name) = name.and_then(|n| CString::new(n).ok()) {
        // SAFETY: the name ends in NUL.
        unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
    }
}
