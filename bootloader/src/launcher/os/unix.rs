//! Linux and other Unix systems: mapping, folders, locks, memory, loading of libraries.

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use freeze_launcher::trust;

use super::{Access, Hiding, Lock, Visibility};

/// Hint if another user can change the files of a program that has more rights than this user.
pub(crate) const EXPOSED_HINT: &str = "let root own the program's folder and all above it, with nobody else writing there, or \
     start the program with root's own environment (`sudo -H`)";

/// `wchar_t`.
pub(crate) type WideChar = i32;

/// The structs of Python's configuration, in the layout of this system's C compiler.
pub(crate) type OwnAbi = super::UnixAbi;

/// Runs before anything else. Nothing to do on Unix.
pub(crate) fn begin() {}

/// Converts the argument vector of `main`.
///
/// # Safety
/// `argv` points to `argc` pointers to strings that are valid for the lifetime of the process.
pub(crate) unsafe fn arguments(argc: c_int, argv: *const *const c_char) -> Vec<&'static CStr> {
    (0..usize::try_from(argc).unwrap_or(0))
        // SAFETY: see above.
        .map(|i| unsafe { CStr::from_ptr(*argv.add(i)) })
        .collect()
}

/// Whether the first argument is the path of an executable, rather than just its name.
pub(crate) fn is_absolute(argument: &[u8]) -> bool {
    argument.starts_with(b"/")
}

/// Returns the name of a program from the path that it was started by.
pub(crate) fn program_name(path: &[u8]) -> Vec<u8> {
    path.rsplit(|c| *c == b'/').next().unwrap_or_default().to_vec()
}

/// The separator of path components.
pub(crate) const SEPARATOR: u8 = b'/';

/// Converts a path from Python to a path below the root as in the archive. `""` is the root itself, without
/// the separator at the end of `prefix`.
pub(crate) fn below(path: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    if prefix.strip_suffix(b"/") == Some(path) {
        return Some(Vec::new());
    }
    path.strip_prefix(prefix).map(<[u8]>::to_vec)
}

/// Converts a path below the root from the archive's format to the format of this system.
pub(crate) fn relative(path: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(path)
}

/// Converts text for Python's configuration; `None` if Python decodes it itself.
pub(crate) fn wide(_: &CStr) -> Option<Vec<WideChar>> {
    None
}

/// Returns a path of this system in its usual form, absolute and without links.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// Turns any name into a valid path component.
pub(crate) fn plain_name(name: String) -> String {
    name
}

/// Opens the file that serves as the lock of processes that share a folder.
pub(crate) fn open_lock(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Whether a file that is loaded as a library can be removed.
pub(crate) const REMOVES_WHAT_IS_LOADED: bool = true;

/// Renames a complete folder to its final name.
pub(crate) fn rename_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Adds a folder to the library search. Not needed on Unix, where each library contains its own search path.
pub(crate) fn add_library_folder(_: &Path) {}

/// Loads an extension module before Python does, on systems where Python would search unsafe places for its
/// libraries.
pub(crate) fn load_ahead(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Whether this process has no console or terminal, and shows its errors in a window.
pub(crate) fn is_windowed() -> bool {
    false
}

/// Hides a console that belongs only to this process. Terminals never do.
pub(crate) fn hide_console(_: Hiding) {}

/// Shows an error in a window and saves it to a file.
pub(crate) fn show_error(_program: &str, _text: &str) {}

/// Returns the bytes of a path, in the format of Python and the archive.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Converts such bytes to a path.
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Borrowed(Path::new(OsStr::from_bytes(bytes)))
}

/// Returns the process id of the parent.
pub(crate) fn parent() -> i32 {
    // SAFETY: has no preconditions.
    unsafe { libc::getppid() }
}

/// Whether two paths refer to the same file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|m| (m.dev(), m.ino()));
    matches!((identity(one), identity(other)), (Ok(a), Ok(b)) if a == b)
}

/// Drops the pages of a mapped file from the memory of the process. They stay in the system's cache of files.
///
/// # Safety
/// The range starts at a page and is part of a read-only mapping of a file.
pub(super) unsafe fn drop_pages(start: usize, size: usize) {
    // SAFETY: as required above: the next access reads the same content again.
    unsafe { libc::madvise(start as *mut c_void, size, libc::MADV_DONTNEED) };
}

/// Returns the user id that determines the rights of the process.
fn user() -> u32 {
    // SAFETY: has no preconditions.
    unsafe { libc::geteuid() }
}

/// Whether an open file has been removed.
pub(crate) fn is_removed(file: &File) -> bool {
    file.metadata().map_or(true, |m| m.nlink() == 0)
}

/// Creates a new file and opens it for writing.
pub(crate) fn create_file(path: &Path, access: Access) -> io::Result<File> {
    let mode = match access {
        Access::Private => 0o600,
        Access::Readable => 0o644,
        Access::Executable => 0o755,
    };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Whether the system removes files below a folder that have not been used for a long time (tmpfiles.d(5)).
pub(crate) fn is_cleaned_up(folder: &Path) -> bool {
    ["/tmp", "/var/tmp"].iter().any(|place| folder.starts_with(place))
}

/// Creates a new folder.
pub(crate) fn create_folder(path: &Path, access: Access) -> io::Result<()> {
    DirBuilder::new().mode(folder_mode(access)).create(path)
}

/// Creates a folder and its missing parents.
pub(crate) fn create_folders(path: &Path, access: Access) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(folder_mode(access)).create(path)
}

fn folder_mode(access: Access) -> u32 {
    match access {
        Access::Private => 0o700,
        Access::Readable | Access::Executable => 0o755,
    }
}

/// Creates a symbolic link at `path`. `target` has the format of the archive.
pub(crate) fn create_link(target: &[u8], path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(OsStr::from_bytes(target), path)
}

/// Opens a file for reading. Does not follow a symbolic link.
pub(crate) fn open_no_link(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path)
}

/// Returns a folder from the environment. Ignored if the process has more rights than its caller.
pub(crate) fn folder_variable(name: &str) -> Option<PathBuf> {
    if trust::rights().are_elevated() {
        return None;
    }
    std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute())
}

/// Returns candidates for the cache folder, best first: those of the environment, those that the system's
/// database lists for the account, and one next to those of other users, which serves accounts without a
/// home.
pub(crate) fn cache_folders() -> impl Iterator<Item = PathBuf> {
    // Each one is looked up after its predecessors have failed, because the database may be on another
    // machine.
    let own: [fn() -> Option<PathBuf>; 3] = [
        || folder_variable("XDG_CACHE_HOME"),
        || folder_variable("HOME").and_then(below_home),
        || trust::account_home().and_then(below_home),
    ];
    let shared = ["/var/tmp", "/tmp"].map(Path::new).into_iter().filter(|folder| folder.is_dir());
    let shared = shared.map(|folder| folder.join(format!("freeze-{}", user())));
    own.into_iter().filter_map(|find| find()).chain(shared)
}

/// Returns the cache folder in a home folder. A missing home folder is not created.
fn below_home(home: PathBuf) -> Option<PathBuf> {
    home.is_dir().then(|| home.join(super::CACHES))
}

/// Returns folders for temporary files, best first.
pub(crate) fn temporary_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = folder_variable("TMPDIR").into_iter().collect();
    folders.extend(["/tmp", "/var/tmp", "/dev/shm", "/run/shm"].map(PathBuf::from));
    folders
}

/// Sets an environment variable of the process.
///
/// # Safety
/// No other thread may be running.
pub(crate) unsafe fn set_variable(name: &CStr, value: &CStr) {
    // SAFETY: as required above; the C library copies both.
    unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) };
}

/// Tries to lock a file without waiting.
///
/// # Errors
/// `WouldBlock` if another process holds a lock; another kind if the file system has no locks.
pub(crate) fn try_lock(file: &File, how: Lock) -> io::Result<()> {
    let how = match how {
        Lock::Shared => libc::LOCK_SH,
        Lock::Exclusive => libc::LOCK_EX,
    };
    // SAFETY: the descriptor is open.
    match unsafe { libc::flock(file.as_raw_fd(), how | libc::LOCK_NB) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The launcher uses descriptors from this number on.
pub(super) const HIGH: i32 = 200;

/// Opens a file and locks it in shared mode, in place of an open file. May be called right after a fork.
pub(crate) fn lock_anew(file: &File, path: &CStr) -> bool {
    // SAFETY: the path ends in NUL; each descriptor is open, and the replaced one stays open. Nothing
    // allocates.
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

/// Moves a descriptor away from the numbers that the program uses.
pub(crate) fn dup_to_high_fd(file: File) -> File {
    // SAFETY: the descriptor is open.
    let fd = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, HIGH) };
    if fd < 0 {
        return file;
    }
    // SAFETY: just created, so nothing else owns it.
    unsafe { File::from_raw_fd(fd) }
}

/// Loads a library.
pub(crate) fn load_library(path: &Path, visibility: Visibility) -> Result<*mut c_void, String> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| "path with a NUL".to_string())?;
    let scope = match visibility {
        Visibility::Global => libc::RTLD_GLOBAL,
        Visibility::Local => libc::RTLD_LOCAL,
    };
    let flags = libc::RTLD_LAZY | scope;
    // SAFETY: runs the initializers of the library, which belongs to the program.
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

/// Returns the address of a symbol in a loaded library; null if there is none with this name.
pub(crate) fn symbol(library: *mut c_void, name: &CStr) -> *mut c_void {
    // SAFETY: the handle comes from `load_library` and stays open; the name ends in NUL.
    unsafe { libc::dlsym(library, name.as_ptr()) }
}

/// Returns the character set of the locale that the environment selects.
pub(crate) fn charset() -> Vec<u8> {
    // SAFETY: no other thread is running yet; Python sets its own locale later.
    unsafe {
        libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let name = libc::nl_langinfo(libc::CODESET);
        let name = if name.is_null() { Vec::new() } else { CStr::from_ptr(name).to_bytes().to_vec() };
        libc::setlocale(libc::LC_CTYPE, c"C".as_ptr());
        name
    }
}

/// Ends the process like an uncaught SIGINT.
pub(crate) fn die_by_interrupt() -> i32 {
    // SAFETY: the default action ends the process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    libc::SIGINT + 128
}

/// Whether the process may use only one core.
pub(crate) fn is_single_core() -> bool {
    std::thread::available_parallelism().is_ok_and(|n| n.get() == 1)
}

/// Calls `function`. Threads that it starts receive no signals.
pub(crate) fn without_signals<T>(function: impl FnOnce() -> T) -> T {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut old = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigfillset` initializes one set, `pthread_sigmask` the other.
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

/// Whether the environment selects the C locale.
pub(crate) fn is_c_locale() -> bool {
    // SAFETY: no other thread is running yet; Python sets its own locale later.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let name = if name.is_null() { c"C" } else { CStr::from_ptr(name) };
        let plain = name == c"C" || name == c"POSIX";
        libc::setlocale(libc::LC_CTYPE, c"C".as_ptr());
        plain
    }
}

/// Sets the character locale to one with UTF-8, if available. The names are those of Python/pylifecycle.c.
pub(crate) fn use_utf8_locale() {
    for name in [c"C.UTF-8", c"C.utf8", c"UTF-8"] {
        // SAFETY: called before the program starts threads.
        if !unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) }.is_null() {
            return;
        }
    }
}

/// Whether the kernel provides large pages on request, and accepts partial unmapping.
pub(crate) const GIVES_LARGE_PAGES: bool = true;

/// Size of large pages on most machines, in bytes.
pub(crate) const LARGE_PAGE: usize = 2 << 20;

/// Maps `size` zeroed bytes and returns their address: a multiple of `align`, a power of two, if that is at least the size of a
/// large page.
pub(crate) fn map_pages(size: usize, align: usize) -> Option<usize> {
    let is_aligned = align >= LARGE_PAGE;
    let all = size.checked_add(if is_aligned { align } else { 0 })?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping at an address that the kernel chooses.
    let mapped = unsafe { libc::mmap(std::ptr::null_mut(), all, access, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return None;
    }
    let mapped = mapped as usize;
    if !is_aligned {
        return Some(mapped);
    }
    let start = mapped.next_multiple_of(align);
    unmap_pages(mapped, start - mapped);
    unmap_pages(start + size, mapped + all - start - size);
    Some(start)
}

/// Unmaps memory from [`map_pages`], or part of it. The caller no longer uses it.
pub(crate) fn unmap_pages(start: usize, size: usize) {
    if size > 0 {
        // SAFETY: guaranteed by the caller, see above.
        unsafe { libc::munmap(start as *mut c_void, size) };
    }
}
