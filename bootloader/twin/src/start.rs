//! Linux and its kin: between the start of an executable and its `main`, for the launcher's twin.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs::File;
use std::os::fd::FromRawFd;

unsafe extern "C" {
    static mut environ: *mut *mut c_char;
}

/// Takes the last variable that begins with `prefix` (`NAME=`) out of the environment; returns what follows. The memory
/// that the kernel shows as the environment of the process no longer holds it.
///
/// # Safety
/// No other thread runs, and the environment is still the one that the kernel gave.
pub(crate) unsafe fn take_variable(prefix: &[u8]) -> Option<Vec<u8>> {
    // SAFETY: see above; the array ends in a null pointer and is writable, as are its strings.
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

/// Takes over a file that was passed on; its number is at home in no other process.
///
/// # Safety
/// Nothing else owns the number.
pub(crate) unsafe fn take_over(fd: i32) -> Option<File> {
    // SAFETY: fails where the number is not open.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } != 0 {
        return None;
    }
    // SAFETY: open, and see above.
    Some(unsafe { File::from_raw_fd(fd) })
}

/// `main` of a C program.
pub(crate) type Main = extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

/// `__libc_start_main` of the C library: initialises it, calls `main` and exits.
///
/// # Safety
/// All but `main` comes from the start code of an executable.
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
    // SAFETY: the C library has this function since its first version, with this type.
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
