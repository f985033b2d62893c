//! Linux and its kin: the own executable, mapping, locks, memory files, loading of libraries.

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, c_void};
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What to try where the own executable is not found.
pub(crate) const EXECUTABLE_HINT: &str = "mount `/proc`: the program reads itself through `/proc/self/exe`";

/// `wchar_t`.
pub(crate) type WideChar = i32;

/// The bytes of a path, as Python and the archive have them.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// The path that such bytes name.
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Borrowed(Path::new(OsStr::from_bytes(bytes)))
}

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

/// Paths of files that a process holds open at numbers that [`move_up`] gives.
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

/// Process id of the parent.
pub(crate) fn parent() -> i32 {
    // SAFETY: has no preconditions.
    unsafe { libc::getppid() }
}

/// Whether a process that this one descends from runs the same executable: there may be shells between.
pub(crate) fn descends_from_same_executable() -> bool {
    ancestors().any(runs_same_executable)
}

/// So many processes are looked at on the way up.
const MOST_ANCESTORS: usize = 8;

/// Whether two paths lead to one file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|m| (m.dev(), m.ino()));
    matches!((identity(one), identity(other)), (Ok(a), Ok(b)) if a == b)
}

/// Whether the process has more rights than its caller (setuid): its environment is not to be trusted.
pub(crate) fn is_privileged() -> bool {
    // SAFETY: has no preconditions.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Maps a file for reading, for the life of the process.
pub(crate) fn map(path: &Path) -> io::Result<&'static [u8]> {
    let file = File::open(path)?;
    // SAFETY: the file is a running executable or belongs to one: the kernel refuses writing to the first
    // (ETXTBSY), and every blob is checked against its hash when it is read.
    let map = unsafe { memmap2::Mmap::map(&file)? };
    Ok(Box::leak(Box::new(map)))
}

/// User id that decides what the process may do.
fn user() -> u32 {
    // SAFETY: has no preconditions.
    unsafe { libc::geteuid() }
}

/// Whether a file or folder belongs to the user that decides what the process may do.
pub(crate) fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == user()
}

/// Whether others than its owner can write to a file or folder.
pub(crate) fn others_can_write(metadata: &Metadata) -> bool {
    metadata.mode() & 0o022 != 0
}

/// Whether an open file has no name any more.
pub(crate) fn is_removed(file: &File) -> bool {
    file.metadata().map_or(true, |m| m.nlink() == 0)
}

/// Who may use a new file or folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    /// The user only.
    Private,
    /// All may read it.
    Readable,
    /// All may read and execute it.
    Executable,
}

/// Makes a file that does not exist, and opens it for writing.
pub(crate) fn create_file(path: &Path, access: Access) -> io::Result<File> {
    let mode = match access {
        Access::Private => 0o600,
        Access::Readable => 0o644,
        Access::Executable => 0o755,
    };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Makes a folder that does not exist.
pub(crate) fn create_folder(path: &Path, access: Access) -> io::Result<()> {
    DirBuilder::new().mode(folder_mode(access)).create(path)
}

/// Makes a folder and those above it, where they do not exist.
pub(crate) fn create_folders(path: &Path, access: Access) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(folder_mode(access)).create(path)
}

fn folder_mode(access: Access) -> u32 {
    match access {
        Access::Private => 0o700,
        Access::Readable | Access::Executable => 0o755,
    }
}

/// Makes a symbolic link at `path`; `target` is as the archive has it.
pub(crate) fn create_link(target: &[u8], path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(OsStr::from_bytes(target), path)
}

/// Opens a file for reading, but not through a symbolic link.
pub(crate) fn open_no_link(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path)
}

/// A folder that the environment names; a privileged process does not trust it.
pub(crate) fn folder_variable(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    folder.filter(|_| !is_privileged())
}

/// Folders for caches, best first.
pub(crate) fn cache_folders() -> Vec<PathBuf> {
    let below_home = |home: PathBuf| home.join(".cache");
    let mut folders: Vec<PathBuf> = folder_variable("XDG_CACHE_HOME").into_iter().collect();
    folders.extend(folder_variable("HOME").map(below_home));
    if folders.is_empty() {
        folders.extend(home().filter(|h| h.is_absolute()).map(below_home));
    }
    folders
}

/// Folders for temporary files, best first.
pub(crate) fn temporary_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = folder_variable("TMPDIR").into_iter().collect();
    folders.extend(["/tmp", "/var/tmp", "/dev/shm", "/run/shm"].map(PathBuf::from));
    folders
}

/// Sets a variable of the process's environment.
///
/// # Safety
/// No other thread runs.
pub(crate) unsafe fn set_variable(name: &CStr, value: &CStr) {
    // SAFETY: see above; the C library copies both.
    unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) };
}

/// Home folder of the user, from the user database.
fn home() -> Option<PathBuf> {
    let mut buffer = [0; 4096];
    // SAFETY: all-zero is a valid passwd: integers and null pointers.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: the buffer's length is given; `found` is null or points to `entry`.
    let status = unsafe {
        libc::getpwuid_r(user(), &raw mut entry, buffer.as_mut_ptr(), buffer.len(), &raw mut found)
    };
    if status != 0 || found.is_null() || entry.pw_dir.is_null() {
        return None;
    }
    // SAFETY: points into `buffer`, ended by NUL.
    let dir = unsafe { CStr::from_ptr(entry.pw_dir) };
    (!dir.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(dir.to_bytes())))
}

/// How to lock a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// With others.
    Shared,
    /// Alone.
    Exclusive,
}

/// Locks a file without waiting; tells whether that succeeded.
pub(crate) fn lock(file: &File, how: Lock) -> bool {
    let how = match how {
        Lock::Shared => libc::LOCK_SH,
        Lock::Exclusive => libc::LOCK_EX,
    };
    // SAFETY: the descriptor is open.
    unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) == 0 }
}

/// Descriptors from here on are the launcher's.
const HIGH: i32 = 200;

/// Opens and locks a file again, together with others, in the place of an open one. May be called right after a fork.
pub(crate) fn lock_anew(file: &File, path: &CStr) -> bool {
    // SAFETY: the path ends in NUL; each descriptor is open, and the one that is replaced stays so. Nothing allocates.
    unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NOFOLLOW);
        if fd < 0 {
            return false;
        }
        let is_locked = libc::flock(fd, libc::LOCK_SH | libc::LOCK_NB) == 0;
        let is_ours = is_locked && libc::dup2(fd, file.as_raw_fd()) >= 0;
        if is_ours {
            libc::fcntl(file.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC);
        }
        libc::close(fd);
        is_ours
    }
}

/// Moves a descriptor out of the way of those that the program opens.
pub(crate) fn move_up(file: File) -> File {
    // SAFETY: the descriptor is open.
    let fd = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, HIGH) };
    if fd < 0 {
        return file;
    }
    // SAFETY: just made, owned by nobody else.
    unsafe { File::from_raw_fd(fd) }
}

/// Canonical path of an open file.
pub(crate) fn path_of(file: &File) -> io::Result<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

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
    // SAFETY: the buffer's length is given.
    let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if n == 8 {
        return u64::from_ne_bytes(bytes);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) << 32 ^ now.as_secs() ^ u64::from(std::process::id()) << 40
}

/// A file in memory that a library can be loaded from.
pub(crate) fn memory_file(name: &CStr) -> io::Result<File> {
    // SAFETY: the name ends in NUL.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) };
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

/// Loads a library; its symbols are visible to later ones if `global`.
pub(crate) fn load_library(path: &Path, global: bool) -> Result<*mut c_void, String> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| "path with a NUL".to_string())?;
    let flags = libc::RTLD_LAZY | if global { libc::RTLD_GLOBAL } else { libc::RTLD_LOCAL };
    // SAFETY: runs the initialisers of the library, which belongs to the program.
    let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
    if !handle.is_null() {
        return Ok(handle);
    }
    // SAFETY: returns null or a text that is valid until the next call.
    let message = unsafe { libc::dlerror() };
    if message.is_null() {
        return Err("no reason given".into());
    }
    // SAFETY: see above.
    Err(unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned())
}

/// Address of a symbol of a loaded library; null where it has none of this name.
pub(crate) fn symbol(library: *mut c_void, name: &CStr) -> *mut c_void {
    // SAFETY: the handle comes from `load_library` and stays open; the name ends in NUL.
    unsafe { libc::dlsym(library, name.as_ptr()) }
}

/// Name of the character set of the locale that the environment asks for.
pub(crate) fn charset() -> Vec<u8> {
    // SAFETY: no other thread runs yet; Python sets the locale of its own later.
    unsafe {
        libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let name = libc::nl_langinfo(libc::CODESET);
        let name = if name.is_null() { Vec::new() } else { CStr::from_ptr(name).to_bytes().to_vec() };
        libc::setlocale(libc::LC_CTYPE, c"C".as_ptr());
        name
    }
}

/// Ends the process as an uncaught SIGINT would.
pub(crate) fn die_by_interrupt() -> i32 {
    // SAFETY: the default action ends the process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    libc::SIGINT + 128
}

/// Whether the process may run on one core only.
pub(crate) fn is_single_core() -> bool {
    std::thread::available_parallelism().is_ok_and(|n| n.get() == 1)
}

/// Calls `function`; a thread that it starts receives no signals.
pub(crate) fn without_signals<T>(function: impl FnOnce() -> T) -> T {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut old = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigfillset` initialises the one set, `pthread_sigmask` the other.
    let is_masked = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), old.as_mut_ptr()) == 0
    };
    let result = function();
    if is_masked {
        // SAFETY: the old mask was read above.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, old.as_ptr(), std::ptr::null_mut()) };
    }
    result
}

/// Calls `function` before each fork of this process.
pub(crate) fn before_fork(function: extern "C" fn()) {
    // SAFETY: the function lives as long as the process.
    unsafe { libc::pthread_atfork(Some(function), None, None) };
}

/// Calls `function` in each child that this process forks.
pub(crate) fn after_fork(function: extern "C" fn()) {
    // SAFETY: the function lives as long as the process.
    unsafe { libc::pthread_atfork(None, None, Some(function)) };
}

/// Calls `function` when the process exits.
pub(crate) fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function lives as long as the process.
    unsafe { libc::atexit(function) };
}

/// Whether the environment asks for the C locale.
pub(crate) fn is_c_locale() -> bool {
    // SAFETY: no other thread runs yet; Python sets the locale of its own later.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let name = if name.is_null() { c"C" } else { CStr::from_ptr(name) };
        let plain = name == c"C" || name == c"POSIX";
        libc::setlocale(libc::LC_CTYPE, c"C".as_ptr());
        plain
    }
}

/// Sets the locale for characters to one with UTF-8, if there is one: the names are those of Python/pylifecycle.c.
pub(crate) fn use_utf8_locale() {
    for name in [c"C.UTF-8", c"C.utf8", c"UTF-8"] {
        // SAFETY: called before the program starts threads.
        if !unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) }.is_null() {
            return;
        }
    }
}

/// Whether files in memory can be made.
pub(crate) fn can_load_from_memory() -> bool {
    memory_file(c"freeze").is_ok()
}

/// Size of the large pages of most machines, bytes.
pub(crate) const LARGE_PAGE: usize = 2 << 20;

/// Address of `size` new bytes, zeros; where `align`, a power of two, is that of large pages or more, in such pages if the
/// kernel grants them.
pub(crate) fn map_pages(size: usize, align: usize) -> Option<usize> {
    let is_large = align >= LARGE_PAGE;
    let all = size.checked_add(if is_large { align } else { 0 })?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping at a place of the kernel's choice.
    let mapped = unsafe { libc::mmap(std::ptr::null_mut(), all, access, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return None;
    }
    let mapped = mapped as usize;
    if !is_large {
        return Some(mapped);
    }
    let start = mapped.next_multiple_of(align);
    unmap_pages(mapped, start - mapped);
    unmap_pages(start + size, mapped + all - start - size);
    // SAFETY: advice on the own mapping, which a kernel without such pages refuses.
    unsafe { libc::madvise(start as *mut c_void, size, libc::MADV_HUGEPAGE) };
    Some(start)
}

/// Gives (a part of) what [`map_pages`] returned back; the caller does not use it any more.
pub(crate) fn unmap_pages(start: usize, size: usize) {
    if size > 0 {
        // SAFETY: see above.
        unsafe { libc::munmap(start as *mut c_void, size) };
    }
}

/// New memory in large pages where the kernel grants them, given back at the end.
pub(crate) struct Pages {
    start: usize,
    size: usize,
}

impl Pages {
    /// `size` bytes, zeros; none at all where there is no room for them.
    pub(crate) fn new(size: usize) -> Pages {
        let size = size.next_multiple_of(LARGE_PAGE);
        map_pages(size, LARGE_PAGE).map_or(Pages { start: 0, size: 0 }, |start| Pages { start, size })
    }
}

impl std::ops::Deref for Pages {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        if self.size == 0 {
            return &[];
        }
        // SAFETY: the mapping is there as long as this, and only this, and is readable.
        unsafe { std::slice::from_raw_parts(self.start as *const u8, self.size) }
    }
}

impl std::ops::DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [u8] {
        if self.size == 0 {
            return &mut [];
        }
        // SAFETY: see above; it is writable too, and borrowed by the caller alone.
        unsafe { std::slice::from_raw_parts_mut(self.start as *mut u8, self.size) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        unmap_pages(self.start, self.size);
    }
}
