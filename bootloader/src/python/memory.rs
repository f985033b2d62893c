//! Memory for Python's small objects, in large pages where the kernel has them.
//!
//! An import makes objects faster than the kernel hands out small pages for them, and the garbage collector visits
//! them all, which large pages spare most misses of the address cache.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::api::{Api, PyObjectArenaAllocator};
use crate::os;

/// Address space that is taken at a time; spans are aligned to it, and arenas (256 KiB up to 3.9, later 1 MiB)
/// divide it.
const SPAN: usize = 64 << 20;

/// Where the next arena begins; at the end of a span, and in the beginning, it is a multiple of [`SPAN`].
///
/// No lock: a process may fork while another thread is here.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Makes Python take its arenas from here (`PyObject_SetArenaAllocator`); to be called before it has one.
pub(super) fn install(api: &Api) {
    let mut allocator = PyObjectArenaAllocator { context: std::ptr::null_mut(), alloc, free };
    // SAFETY: the functions live as long as the process, and Python copies the struct.
    unsafe { (api.PyObject_SetArenaAllocator)(&raw mut allocator) };
}

extern "C" fn alloc(_: *mut c_void, size: usize) -> *mut c_void {
    let alone = || os::map_pages(size, 1).map_or(std::ptr::null_mut(), |start| start as *mut c_void);
    if size == 0 || !SPAN.is_multiple_of(size) {
        return alone();
    }
    let mut next = NEXT.load(Ordering::Relaxed);
    loop {
        let is_new = next.is_multiple_of(SPAN);
        let start = match is_new.then(|| os::map_pages(SPAN, SPAN)) {
            None => next,
            Some(Some(start)) => start,
            // The address space is limited (RLIMIT_AS).
            Some(None) => return alone(),
        };
        match NEXT.compare_exchange(next, start + size, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return start as *mut c_void,
            Err(found) => next = found,
        }
        // Another thread was faster.
        if is_new {
            os::unmap_pages(start, SPAN);
        }
    }
}

extern "C" fn free(_: *mut c_void, arena: *mut c_void, size: usize) {
    os::unmap_pages(arena as usize, size);
}
