//! What differs between operating systems: one module for each, all with the same functions.

use std::ffi::CString;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_vendor = "apple")]
mod macos;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod unix;
#[cfg(all(unix, not(test), panic = "abort"))]
mod unwind;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(target_vendor = "apple")]
pub(crate) use macos::*;
#[cfg(unix)]
pub(crate) use process::*;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// Text for C: up to the first NUL.
pub(crate) fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
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

/// How to get a console window out of the way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hiding {
    /// Hide it.
    Hide,
    /// Minimize it to the task bar.
    Minimize,
}

/// Which libraries can use the symbols of a library.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visibility {
    /// All libraries that are loaded later (`RTLD_GLOBAL`).
    Global,
    /// Only the library itself (`RTLD_LOCAL`).
    Local,
}

/// How to lock a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// With others.
    Shared,
    /// Alone.
    Exclusive,
}

/// How the C compilers of a system lay out the structs of Python's configuration.
pub(crate) trait Abi {
    /// `unsigned long`.
    type Ulong: Default;
    /// An `int` that is declared on Windows only.
    type WindowsInt: Default;
}

/// That of all systems but Windows.
#[derive(Default)]
#[allow(dead_code, reason = "each system has the one or the other; tests look at both")]
pub(crate) struct UnixAbi;

/// That of Windows.
#[derive(Default)]
#[allow(dead_code, reason = "each system has the one or the other; tests look at both")]
pub(crate) struct WindowsAbi;

impl Abi for UnixAbi {
    type Ulong = u64;
    type WindowsInt = [i32; 0];
}

impl Abi for WindowsAbi {
    type Ulong = u32;
    type WindowsInt = [i32; 1];
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
