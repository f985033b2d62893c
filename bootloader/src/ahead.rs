//! Decompresses on another core, in the order of the start, what the program imports in any case.
//!
//! The thread ends with the last module; whatever it has not begun is decompressed by the import itself. A process
//! that is about to fork waits for it, so that the child has no half-done slots and is told of no second thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::thread::JoinHandle;

use bootloader::archive::{Archive, BlobId, module_flag, setting};

use crate::content::Reader;
use crate::os;

/// Memory for what has been decompressed and not been asked for.
const AHEAD: usize = 64 << 20;
const STACK: usize = 256 << 10;

enum Slot {
    Waiting,
    Ready(Vec<u8>),
    Taken,
}

struct Ahead {
    /// Blobs in the order of the start, which is that of their numbers.
    blobs: Vec<BlobId>,
    slots: Vec<Mutex<Slot>>,
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
    let slots = blobs.iter().map(|_| Mutex::new(Slot::Waiting)).collect();
    let ahead = Ahead { blobs, slots, thread: Mutex::new(None), stop: AtomicBool::new(false) };
    let ahead = AHEAD_OF_IMPORTS.get_or_init(|| ahead);
    // Signals are for the program's own thread.
    let thread = os::without_signals(|| {
        std::thread::Builder::new().stack_size(STACK).spawn(move || ahead.decompress(archive))
    });
    if let (Ok(thread), Ok(mut place)) = (thread, ahead.thread.lock()) {
        *place = Some(thread);
        os::before_fork(end);
    }
}

/// The content of a blob, if it has been decompressed ahead.
pub(crate) fn take(id: BlobId) -> Option<Vec<u8>> {
    let ahead = AHEAD_OF_IMPORTS.get()?;
    let slot = &ahead.slots[ahead.blobs.binary_search(&id).ok()?];
    // Where the thread is at this very blob, it is soon done.
    let mut slot = slot.lock().ok()?;
    match std::mem::replace(&mut *slot, Slot::Taken) {
        Slot::Ready(content) => Some(content),
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
        let mut room = AHEAD;
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
            // Damage is for the import to report.
            let Ok(content) = reader.read(*id) else { continue };
            let Some(left) = room.checked_sub(content.len()) else { return };
            room = left;
            *slot = Slot::Ready(content.into_owned());
        }
    }
}
