//! Linux and other Unix systems: code between the start of an executable and its `main`, for the launcher's
//! twin.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs::File;
use std::os::fd::FromRawFd;

unsafe extern "C" {
    static mut environ: *mut *mut c_char;
}

/// Removes the last variable that starts with `prefix` (`NAME=`) from the environment and returns the rest of
/// it. The memory that the kernel shows as the environment of the process no longer contains the variable.
///
/// # Safety
/// No other thread may be running, and the environment must still be the one from the kernel.
pub(crate) unsafe fn take_variable(prefix: &[u8]) -> Option<Vec<u8>> {
    // SAFETY: guaranteed by the caller; the array ends in a null pointer and is writable, as are its strings.
    unsafe {
        let mut found = std::ptr::null_mut();
        let mut at = environ;
        while !at.is_null() && !(*at).is_null() {
            if CStr::from_ptr(*at).to_bytes().starts_with(prefix) {
                found = at;
            }
            at = at.add(1);
        }
        if found.is_null() {
            return None;
        }
        let text = *found;
        let len = CStr::from_ptr(text).count_bytes();
        let value = CStr::from_ptr(text).to_bytes()[prefix.len()..].to_vec();
        while !(*found).is_null() {
            *found = *found.add(1);
            found = found.add(1);
        }
        std::ptr::write_bytes(text, 0, len);
        Some(value)
    }
}

/// Takes over an inherited file and keeps children from inheriting it.
///
/// # Safety
/// Nothing else may own the descriptor.
pub(crate) unsafe fn take_over(fd: i32) -> Option<File> {
    // SAFETY: fails if the descriptor is not open.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } != 0 {
        return None;
    }
    // SAFETY: the descriptor is open; the caller guarantees that nothing else owns it.
    Some(unsafe { File::from_raw_fd(fd) })
}

/// `main` of a C program.
pub(crate) type Main = extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

/// Calls `__libc_start_main` of the C library, which initializes it, calls `main` and exits.
///
/// # Safety
/// All arguments except `main` must come from the startup code of an executable.
pub(crate) unsafe fn libc_start_main(
    main: Main,
    argc: c_int,
    argv: *mut *mut c_char,
    start: [*mut c_void; 4],
) -> c_int {
    type StartMain = unsafe extern "C" fn(
        Main,
        c_int,
        *mut *mut c_char,
        *mut c_void,
        *mut c_void,
        *mut c_void,
        *mut c_void,
    ) -> c_int;
    // SAFETY: the C library has had this function with this type since its first version.
    unsafe {
        let next = libc::dlsym(libc::RTLD_NEXT, c"__libc_start_main".as_ptr());
        if next.is_null() {
            libc::_exit(127);
        }
        let next: StartMain = std::mem::transmute(next);
        let [init, fini, rtld_fini, stack_end] = start;
        next(main, argc, argv, init, fini, rtld_fini, stack_end)
    }
}
