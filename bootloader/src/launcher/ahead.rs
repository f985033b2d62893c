//! Decompresses on another core, in the order of the start, what the program imports in any case.
//!
//! The thread ends with the last module; whatever it has not begun is decompressed by the import itself. A process
//! that is about to fork waits for it, so that the child has no half-done slots and is told of no second thread.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::thread::JoinHandle;

use freeze_archive::{Archive, BlobId, module_flag, setting};

use crate::launcher::content::Reader;
use crate::launcher::os;

/// Memory for what has been decompressed and not been asked for.
const AHEAD: u64 = 64 << 20;
const STACK: usize = 256 << 10;

enum Slot {
    Waiting,
    Ready(&'static [u8]),
    Taken,
}

struct Ahead {
    /// Blobs in the order of the start, which is that of their numbers.
    blobs: Vec<BlobId>,
    slots: Vec<Mutex<Slot>>,
    /// Address and size of the memory for them.
    memory: (usize, usize),
    /// The thread, and each content that is ready or in use: the last of them gives the memory back.
    holders: AtomicUsize,
    thread: Mutex<Option<JoinHandle<()>>>,
    stop: AtomicBool,
}

static AHEAD_OF_IMPORTS: OnceLock<Ahead> = OnceLock::new();

/// Begins, if the builder found it worth while and there is a second core.
pub(crate) fn begin(archive: Archive<'static>) {
    if archive.setting(setting::AHEAD) != Some(b"1") || os::is_single_core() {
        return;
    }
    let mut blobs: Vec<BlobId> = (0..archive.module_count())
        .filter_map(|i| archive.module(i).ok())
        .filter(|m| m.flags & module_flag::CERTAIN != 0)
        .filter_map(|m| m.code)
        .collect();
    blobs.sort_unstable();
    blobs.dedup();
    let room = blobs.iter().filter_map(|id| archive.raw_len(*id).ok()).fold(0, u64::saturating_add);
    let size = usize::try_from(room.min(AHEAD)).unwrap_or(0).next_multiple_of(os::LARGE_PAGE);
    let Some(start) = os::map_pages(size, os::LARGE_PAGE) else { return };
    let slots = blobs.iter().map(|_| Mutex::new(Slot::Waiting)).collect();
    let (holders, thread, stop) = (AtomicUsize::new(1), Mutex::new(None), AtomicBool::new(false));
    let ahead =
        AHEAD_OF_IMPORTS.get_or_init(|| Ahead { blobs, slots, memory: (start, size), holders, thread, stop });
    // Signals are for the program's own thread.
    let thread = os::without_signals(|| {
        std::thread::Builder::new().stack_size(STACK).spawn(move || {
            ahead.decompress(archive);
            ahead.release();
        })
    });
    if let (Ok(thread), Ok(mut place)) = (thread, ahead.thread.lock()) {
        *place = Some(thread);
        os::before_fork(end);
    }
}

/// A content that was decompressed ahead.
pub(crate) struct Content {
    ahead: &'static Ahead,
    bytes: &'static [u8],
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.ahead.release();
    }
}

/// The content of a blob, if it has been decompressed ahead.
pub(crate) fn take(id: BlobId) -> Option<Content> {
    let ahead = AHEAD_OF_IMPORTS.get()?;
    let slot = &ahead.slots[ahead.blobs.binary_search(&id).ok()?];
    // Where the thread is at this very blob, it is soon done.
    let mut slot = slot.lock().ok()?;
    match std::mem::replace(&mut *slot, Slot::Taken) {
        Slot::Ready(bytes) => Some(Content { ahead, bytes }),
        Slot::Waiting | Slot::Taken => None,
    }
}

/// Stops the thread and waits for its end.
extern "C" fn end() {
    let Some(ahead) = AHEAD_OF_IMPORTS.get() else { return };
    ahead.stop.store(true, Ordering::Relaxed);
    let thread = ahead.thread.lock().ok().and_then(|mut place| place.take());
    if let Some(thread) = thread {
        let _ = thread.join();
    }
}

impl Ahead {
    fn decompress(&self, archive: Archive<'static>) {
        let mut reader = Reader::new(archive);
        let (start, size) = self.memory;
        // SAFETY: the mapping is there until the last holder releases it, and this thread alone writes to it.
        let mut room = unsafe { std::slice::from_raw_parts_mut(start as *mut u8, size) };
        for (slot, id) in self.slots.iter().zip(&self.blobs) {
            let slot = slot.try_lock();
            if self.stop.load(Ordering::Relaxed) || matches!(slot, Err(TryLockError::Poisoned(_))) {
                return;
            }
            // Taken or being taken: the import was faster.
            let Ok(mut slot) = slot else { continue };
            if !matches!(*slot, Slot::Waiting) {
                continue;
            }
            let Some(len) = archive.raw_len(*id).ok().and_then(|len| usize::try_from(len).ok()) else {
                continue;
            };
            if len > room.len() {
                return;
            }
            let (content, rest) = std::mem::take(&mut room).split_at_mut(len);
            room = rest;
            // Damage is for the import to report.
            if reader.read_into(*id, content).is_ok() {
                self.holders.fetch_add(1, Ordering::Relaxed);
                *slot = Slot::Ready(content);
            }
        }
    }

    fn release(&self) {
        if self.holders.fetch_sub(1, Ordering::AcqRel) == 1 {
            os::unmap_pages(self.memory.0, self.memory.1);
        }
    }
}
