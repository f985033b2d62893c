//! The differences between operating systems: one module for each system, with the same functions.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

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

/// Converts text for C, up to the first NUL.
pub(crate) fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

/// Access to a new file or folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    /// For the user only.
    Private,
    /// Readable for all.
    Readable,
    /// Readable and executable for all.
    Executable,
}

/// How to remove a console window from view.
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
    /// Shared with others.
    Shared,
    /// Exclusively.
    Exclusive,
}

/// Tries to lock a file without waiting. Returns whether that succeeded.
pub(crate) fn lock(file: &File, how: Lock) -> bool {
    try_lock(file, how).is_ok()
}

/// Files that are mapped for the lifetime of the process, by the addresses of their bytes.
static MAPPED: Mutex<Vec<Range<usize>>> = Mutex::new(Vec::new());

/// Pages are at most this large, in bytes.
const LARGEST_PAGE: usize = 64 << 10;

/// Maps a file for reading, for the lifetime of the process.
pub(crate) fn map(path: &Path) -> io::Result<&'static [u8]> {
    let file = File::open(path)?;
    // SAFETY: the file is a running executable or belongs to one. The system refuses to write to the former (ETXTBSY on Linux),
    // and every blob is checked against its hash when it is read.
    let map: &'static [u8] = Box::leak(Box::new(unsafe { memmap2::Mmap::map(&file)? }));
    let range = map.as_ptr_range();
    if let Ok(mut mapped) = MAPPED.lock() {
        mapped.push(range.start as usize..range.end as usize);
    }
    Ok(map)
}

/// Gives up the memory of a part of a file from [`map`], such as a part that was decompressed. The system reads it again if it is
/// used again. Does nothing for other memory.
pub(crate) fn release(part: Range<usize>) {
    // Not waiting: in the child of a fork, the thread that holds the lock may be gone.
    let Ok(mapped) = MAPPED.try_lock() else { return };
    let Some(map) = mapped.iter().find(|map| map.start <= part.start && part.end <= map.end) else { return };
    let start = part.start - (part.start - map.start) % LARGEST_PAGE;
    // SAFETY: the pages belong to the read-only mapping of a file. A mapping starts at a page, so does each multiple of the page
    // size from there.
    unsafe { drop_pages(start, part.end - start) };
}

/// Like [`release`], for everything that is mapped, and for the code of the executable: most of it is for the start only.
pub(crate) fn release_all() {
    let mapped: Vec<Range<usize>> = MAPPED.lock().map(|mapped| mapped.clone()).unwrap_or_default();
    mapped.into_iter().for_each(release);
    release_code();
}

/// The struct layout of Python's configuration, as defined by the C compilers of a system.
pub(crate) trait Abi {
    /// `unsigned long`.
    type Ulong: Default;
    /// An `int` that is only declared on Windows.
    type WindowsInt: Default;
}

/// The layout of all systems except Windows.
#[derive(Default)]
#[allow(dead_code, reason = "each system has the one or the other; tests look at both")]
pub(crate) struct UnixAbi;

/// The layout of Windows.
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

/// New memory, in large pages if the kernel grants them, which is freed on drop.
pub(crate) struct Pages {
    start: usize,
    size: usize,
}

impl Pages {
    /// Allocates `size` zeroed bytes, or none if there is not enough memory.
    pub(crate) fn new(size: usize) -> Pages {
        let size = size.next_multiple_of(LARGE_PAGE);
        let Some(start) = map_pages(size, LARGE_PAGE) else { return Pages { start: 0, size: 0 } };
        advise_large(start, size);
        Pages { start, size }
    }
}

impl std::ops::Deref for Pages {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        if self.size == 0 {
            return &[];
        }
        // SAFETY: the mapping is readable, belongs to this value only and lives as long as it.
        unsafe { std::slice::from_raw_parts(self.start as *const u8, self.size) }
    }
}

impl std::ops::DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [u8] {
        if self.size == 0 {
            return &mut [];
        }
        // SAFETY: as above; it is also writable, and the caller borrows it exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start as *mut u8, self.size) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        unmap_pages(self.start, self.size);
    }
}
