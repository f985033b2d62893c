//! Decompresses the modules that the program always imports on another core, in the order of their import.
//!
//! The thread ends after the last module. The import itself decompresses all modules that the thread has not
//! started. A process that is about to fork waits for the thread. The child then has no half-finished slots,
//! and Python does not warn about a second thread.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::thread::JoinHandle;

use freeze_archive::{Archive, BlobId, module_flag, setting};

use crate::launcher::content::Reader;
use crate::launcher::os;

/// Maximum memory for content that has been decompressed but not used yet.
const AHEAD: u64 = 64 << 20;
const STACK: usize = 256 << 10;

enum Slot {
    Waiting,
    Ready(&'static [u8]),
    Taken,
}

struct Ahead {
    /// Blobs in the order of their import, which is the order of their numbers.
    blobs: Vec<BlobId>,
    slots: Vec<Mutex<Slot>>,
    /// Address and size of the memory for the contents.
    memory: (usize, usize),
    /// The thread, and each content that is ready or in use. The last one to be released frees the memory.
    holders: AtomicUsize,
    thread: Mutex<Option<JoinHandle<()>>>,
    stop: AtomicBool,
}

static AHEAD_OF_IMPORTS: OnceLock<Ahead> = OnceLock::new();

/// Starts the thread if the builder considers it worthwhile and there is a second core.
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
    // Signals must reach the program's own thread.
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

/// Content that was decompressed ahead of time.
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

/// Returns the content of a blob if it has been decompressed ahead of time.
pub(crate) fn take(id: BlobId) -> Option<Content> {
    let ahead = AHEAD_OF_IMPORTS.get()?;
    let slot = &ahead.slots[ahead.blobs.binary_search(&id).ok()?];
    // If the thread is decompressing this blob, it is done soon.
    let mut slot = slot.lock().ok()?;
    match std::mem::replace(&mut *slot, Slot::Taken) {
        Slot::Ready(bytes) => Some(Content { ahead, bytes }),
        Slot::Waiting | Slot::Taken => None,
    }
}

/// Stops the thread and waits until it ends.
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
        // SAFETY: the mapping exists until the last holder releases it, and only this thread writes to it.
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
            // The import reports damage.
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
