//! Decompresses the modules that the program always imports on another core, in the order of their import.
//!
//! The thread ends after the last module. It fills a few chunks of memory, which it uses again once the import has
//! loaded what they contain: it is never more than two megabytes ahead. The import itself decompresses all modules that
//! the thread has not started. A process that is about to fork waits for the thread. The child then has no
//! half-finished slots, and Python does not warn about a second thread.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use freeze_archive::{Archive, BlobId, module_flag, setting};

use crate::launcher::content::Reader;
use crate::launcher::os;

/// Size of a chunk in bytes, unless a module is larger.
const CHUNK: usize = 512 << 10;
/// Maximum number of chunks with content that has not been loaded yet.
const CHUNKS: usize = 4;
/// Maximum time to wait for a chunk. If the program does not import what was decompressed, the thread ends: some
/// system calls (`unshare`, `setns`) fail in a process with several threads.
const PATIENCE: Duration = Duration::from_millis(500);
const STACK: usize = 256 << 10;
/// A module that is still not imported when so many later ones are is not expected any more.
const BEHIND: usize = 16;

enum Slot {
    Waiting,
    Ready(Content),
    Taken,
}

/// Memory for the contents of several modules.
#[derive(Debug)]
struct Chunk {
    start: usize,
    size: usize,
    /// The thread while it fills the chunk, and each content in it that is ready or in use.
    holders: AtomicUsize,
}

struct Ahead {
    /// Blobs in the order of their import, which is the order of their numbers.
    blobs: Vec<BlobId>,
    slots: Vec<Mutex<Slot>>,
    /// Number of chunks with holders.
    filled: AtomicUsize,
    /// Chunks without holders, to be filled again.
    spare: Mutex<Vec<&'static Chunk>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The thread, which waits if too many chunks have holders.
    worker: OnceLock<Thread>,
    stop: AtomicBool,
    /// The first slot whose module may still be imported.
    expected: AtomicUsize,
    /// The thread has ended: no chunk is filled again.
    done: AtomicBool,
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
    let slots = blobs.iter().map(|_| Mutex::new(Slot::Waiting)).collect();
    let ahead = AHEAD_OF_IMPORTS.get_or_init(|| Ahead {
        blobs,
        slots,
        filled: AtomicUsize::new(0),
        spare: Mutex::new(Vec::new()),
        thread: Mutex::new(None),
        worker: OnceLock::new(),
        stop: AtomicBool::new(false),
        expected: AtomicUsize::new(0),
        done: AtomicBool::new(false),
    });
    // Signals must reach the program's own thread.
    let thread = os::without_signals(|| {
        std::thread::Builder::new().stack_size(STACK).spawn(move || {
            ahead.decompress(archive);
            ahead.finish();
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
    chunk: &'static Chunk,
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
        self.ahead.release(self.chunk);
    }
}

/// Returns the content of a blob if it has been decompressed ahead of time.
pub(crate) fn take(id: BlobId) -> Option<Content> {
    let ahead = AHEAD_OF_IMPORTS.get()?;
    let place = ahead.blobs.binary_search(&id).ok()?;
    ahead.forget(place.saturating_sub(BEHIND));
    let slot = &ahead.slots[place];
    // If the thread is decompressing this blob, it is done soon.
    let mut slot = slot.lock().ok()?;
    match std::mem::replace(&mut *slot, Slot::Taken) {
        Slot::Ready(content) => Some(content),
        Slot::Waiting | Slot::Taken => None,
    }
}

/// Stops the thread and waits until it ends.
extern "C" fn end() {
    let Some(ahead) = AHEAD_OF_IMPORTS.get() else { return };
    ahead.stop.store(true, Ordering::Release);
    if let Some(worker) = ahead.worker.get() {
        worker.unpark();
    }
    let thread = ahead.thread.lock().ok().and_then(|mut place| place.take());
    if let Some(thread) = thread {
        let _ = thread.join();
    }
}

impl Ahead {
    fn decompress(&'static self, archive: Archive<'static>) {
        let _ = self.worker.set(std::thread::current());
        let mut reader = Reader::new(archive);
        let mut open = Open { ahead: self, chunk: None, room: &mut [] };
        for (slot, id) in self.slots.iter().zip(&self.blobs) {
            let Some(len) = archive.raw_len(*id).ok().and_then(|len| usize::try_from(len).ok()) else {
                continue;
            };
            // Before the slot is locked: the import may be waiting for it.
            let Some(chunk) = open.with_room(len) else { return };
            let slot = slot.try_lock();
            if self.stop.load(Ordering::Relaxed) || matches!(slot, Err(TryLockError::Poisoned(_))) {
                return;
            }
            // Taken or being taken: the import was faster.
            let Ok(mut slot) = slot else { continue };
            if !matches!(*slot, Slot::Waiting) {
                continue;
            }
            let content = open.split(len);
            // The import reports damage.
            if reader.read_into(*id, content).is_ok() {
                chunk.holders.fetch_add(1, Ordering::Relaxed);
                *slot = Slot::Ready(Content { ahead: self, chunk, bytes: content });
            }
        }
    }

    /// Waits until few enough chunks have holders, and returns one without holders. Returns `None` if the thread
    /// must end. If the wait was in vain, releases the contents.
    fn next_chunk(&self, size: usize) -> Option<&'static Chunk> {
        let begun = Instant::now();
        while self.filled.load(Ordering::Acquire) >= CHUNKS {
            if self.stop.load(Ordering::Acquire) {
                return None;
            }
            if begun.elapsed() >= PATIENCE {
                self.forget(self.slots.len());
                return None;
            }
            std::thread::park_timeout(PATIENCE);
        }
        let spare = if size <= CHUNK { self.spare.lock().ok()?.pop() } else { None };
        let chunk = match spare {
            Some(chunk) => chunk,
            None => {
                let size = size.max(CHUNK);
                let start = os::map_pages(size, 1)?;
                Box::leak(Box::new(Chunk { start, size, holders: AtomicUsize::new(0) }))
            }
        };
        chunk.holders.store(1, Ordering::Relaxed);
        self.filled.fetch_add(1, Ordering::Relaxed);
        Some(chunk)
    }

    /// Releases the contents in the slots before `end`, whose modules are not expected to be imported.
    fn forget(&self, end: usize) {
        let start = self.expected.fetch_max(end, Ordering::Relaxed);
        for slot in self.slots.get(start..end).unwrap_or_default() {
            if let Ok(mut slot) = slot.try_lock() {
                *slot = Slot::Taken;
            }
        }
    }

    fn release(&self, chunk: &'static Chunk) {
        if chunk.holders.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        match self.spare.lock() {
            Ok(mut spare) if chunk.size == CHUNK && !self.done.load(Ordering::Acquire) => spare.push(chunk),
            _ => os::unmap_pages(chunk.start, chunk.size),
        }
        self.filled.fetch_sub(1, Ordering::Release);
        if let Some(worker) = self.worker.get() {
            worker.unpark();
        }
    }

    /// Returns the memory of chunks that will not be filled again.
    fn finish(&self) {
        let Ok(mut spare) = self.spare.lock() else { return };
        self.done.store(true, Ordering::Release);
        for chunk in spare.drain(..) {
            os::unmap_pages(chunk.start, chunk.size);
        }
    }
}

/// The chunk that the thread fills.
struct Open {
    ahead: &'static Ahead,
    chunk: Option<&'static Chunk>,
    room: &'static mut [u8],
}

impl Open {
    /// Returns the chunk, which has room for `len` bytes. `None` if the thread must stop.
    fn with_room(&mut self, len: usize) -> Option<&'static Chunk> {
        if let Some(chunk) = self.chunk.filter(|_| len <= self.room.len()) {
            return Some(chunk);
        }
        self.close();
        let chunk = self.ahead.next_chunk(len)?;
        // SAFETY: the mapping exists until the last holder releases the chunk, of which this is one. Nothing else refers to it,
        // because it had no holders.
        self.room = unsafe { std::slice::from_raw_parts_mut(chunk.start as *mut u8, chunk.size) };
        self.chunk = Some(chunk);
        Some(chunk)
    }

    /// Takes `len` bytes from the room, which has that many.
    fn split(&mut self, len: usize) -> &'static mut [u8] {
        let (content, rest) = std::mem::take(&mut self.room).split_at_mut(len);
        self.room = rest;
        content
    }

    fn close(&mut self) {
        self.room = &mut [];
        if let Some(chunk) = self.chunk.take() {
            self.ahead.release(chunk);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.close();
    }
}
