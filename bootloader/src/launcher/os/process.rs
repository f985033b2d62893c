//! Linux and other Unix systems: replaces this executable with another one, with open files and an
//! environment for it.

use std::ffi::{CStr, CString, OsStr, c_char, c_void};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

unsafe extern "C" {
    static mut environ: *mut *mut c_char;
    #[cfg_attr(target_vendor = "apple", link_name = "__stdinp")]
    static stdin: *mut c_void;
}

/// Returns C's standard input, `FILE *`.
pub(crate) fn input_stream() -> *mut c_void {
    // SAFETY: the C library sets it before `main` and does not change it.
    unsafe { stdin }
}

/// Returns the current environment of the process, in order.
pub(crate) fn environment() -> Vec<CString> {
    let mut all = Vec::new();
    // SAFETY: no other thread changes the environment yet; the array ends in a null pointer.
    unsafe {
        let mut at = environ;
        while !at.is_null() && !(*at).is_null() {
            all.push(CStr::from_ptr(*at).to_owned());
            at = at.add(1);
        }
    }
    all
}

/// Lets the executable that replaces this one inherit an open file. Returns its descriptor.
pub(crate) fn pass_on(file: &File) -> i32 {
    // SAFETY: the descriptor is open.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) };
    file.as_raw_fd()
}

/// Replaces this executable with another one. Returns only on failure.
pub(crate) fn execute(path: &Path, args: &[&CStr], environment: &[CString]) -> io::Error {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return io::Error::from(io::ErrorKind::InvalidInput);
    };
    let pointers = |all: &mut dyn Iterator<Item = *const c_char>| {
        all.chain(std::iter::once(std::ptr::null())).collect::<Vec<_>>()
    };
    let args = pointers(&mut args.iter().map(|a| a.as_ptr()));
    let environment = pointers(&mut environment.iter().map(|v| v.as_ptr()));
    // SAFETY: both arrays end in null pointers, all strings in NUL.
    unsafe { libc::execve(path.as_ptr(), args.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

/// Returns the path where `name`, the first argument of this process, was found: directly or in `PATH`.
/// `None` unless it is `executable`.
pub(crate) fn started_by(name: &[u8], executable: &Path) -> Option<PathBuf> {
    let name = Path::new(OsStr::from_bytes(name));
    let is_it = |path: &PathBuf| super::is_same_file(path, executable);
    if name.as_os_str().as_bytes().contains(&b'/') {
        return std::path::absolute(name).ok().filter(is_it);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .filter_map(|folder| std::path::absolute(folder.join(name)).ok())
        .find(|path| path.exists())
        .filter(is_it)
}

/// Returns the time of the monotonic clock in seconds (`CLOCK_MONOTONIC`).
pub(crate) fn monotonic_clock() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the struct is a local variable.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// Returns a handle to look up symbols of the main program and its loaded libraries.
pub(crate) fn main_program() -> *mut c_void {
    // SAFETY: no library is loaded.
    unsafe { libc::dlopen(std::ptr::null(), libc::RTLD_LAZY) }
}
