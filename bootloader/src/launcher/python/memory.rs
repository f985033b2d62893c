//! Memory for Python's small objects, in large pages if the kernel has them.
//!
//! An import creates objects faster than the kernel provides small pages for them, and the garbage collector
//! visits all of them. Large pages avoid most TLB misses.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::api::{Api, PyObjectArenaAllocator};
use crate::launcher::os;

/// Size of the address space to reserve at a time, in bytes. Spans are aligned to it.
const SPAN: usize = 64 << 20;

/// Arenas have this size up to 3.9, and 1 MiB later. From 3.11 on, the allocator also serves chunks of thread
/// stacks (`push_chunk` in Python/pystate.c), which are mostly smaller and short-lived.
const LEAST: usize = 256 << 10;

/// Start of the next arena. Initially and at the end of a span, it is a multiple of [`SPAN`].
///
/// An atomic instead of a lock, because a process may fork while another thread allocates.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Makes Python allocate its arenas here (`PyObject_SetArenaAllocator`). Must be called before it has any.
pub(super) fn install(api: &Api) {
    if !os::GIVES_LARGE_PAGES {
        return;
    }
    let mut allocator = PyObjectArenaAllocator { context: std::ptr::null_mut(), alloc, free };
    // SAFETY: the functions live as long as the process, and Python copies the struct.
    unsafe { (api.PyObject_SetArenaAllocator)(&raw mut allocator) };
}

extern "C" fn alloc(_: *mut c_void, size: usize) -> *mut c_void {
    let alone = || os::map_pages(size, 1).map_or(std::ptr::null_mut(), |start| start as *mut c_void);
    if !(LEAST..=SPAN).contains(&size) {
        return alone();
    }
    let mut next = NEXT.load(Ordering::Relaxed);
    loop {
        // At a multiple of the span, no space is left. A remainder that is too small stays unused.
        let fits = !next.is_multiple_of(SPAN) && size <= SPAN - next % SPAN;
        let start = match (!fits).then(|| os::map_pages(SPAN, SPAN)) {
            None => next,
            Some(Some(start)) => start,
            // The address space is limited (RLIMIT_AS).
            Some(None) => return alone(),
        };
        match NEXT.compare_exchange(next, start + size, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(first) => {
                // A small program does not use more than the first pages, and would only use a part of a large one.
                if first != 0 {
                    advise(start, start + size);
                }
                return start as *mut c_void;
            }
            Err(found) => next = found,
        }
        // Another thread was faster.
        if !fits {
            os::unmap_pages(start, SPAN);
        }
    }
}

/// Asks for the large pages that start in a range.
fn advise(start: usize, end: usize) {
    let start = start.next_multiple_of(os::LARGE_PAGE);
    if start < end {
        os::advise_large(start, end.next_multiple_of(os::LARGE_PAGE) - start);
    }
}

extern "C" fn free(_: *mut c_void, arena: *mut c_void, size: usize) {
    os::unmap_pages(arena as usize, size);
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use super::*;

    // Other systems use Python's own memory.
    #[cfg(unix)]
    #[test]
    fn memory_of_all_sizes_is_whole_and_apart() {
        let sizes = [1 << 20, 16 << 10, 512 << 10, 256 << 10, SPAN, 1 << 20, 3 << 20, 2 * SPAN];
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for size in sizes.iter().cycle().take(400).copied() {
            let start = alloc(std::ptr::null_mut(), size);
            assert!(!start.is_null());
            // SAFETY: the memory has this size: writing to both ends shows that it exists.
            unsafe {
                start.cast::<u8>().write(1);
                start.cast::<u8>().add(size - 1).write(1);
            }
            taken.push((start as usize, size));
            if size >= SPAN {
                let (start, size) = taken.swap_remove(taken.len() / 2);
                free(std::ptr::null_mut(), start as *mut c_void, size);
            }
        }
        taken.sort_unstable();
        assert!(taken.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0));
    }
}
