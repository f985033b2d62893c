//! Locks for values that take long to compute: builds that need the same value wait for the first one.

use std::fs::{File, TryLockError};
use std::time::Duration;

use super::{Hash, Store, hex};
use crate::error::Result;
use crate::interrupt;
use crate::os::create_private_folders;

/// Time between two attempts.
const WAIT: Duration = Duration::from_millis(50);

/// The lock of a key. Other builds wait in [`Store::turn`] until it is dropped.
#[derive(Debug)]
pub struct Turn {
    store: Store,
    _file: File,
}

impl Store {
    /// Waits until no other build has the lock of `key`, and acquires it. Returns `None` if the cache cannot be
    /// locked.
    ///
    /// # Errors
    /// The build was interrupted.
    pub fn turn(&self, key: &Hash) -> Result<Option<Turn>> {
        let folder = self.shared.home.join("turns");
        if !self.is_persistent() || create_private_folders(&folder).is_err() {
            return Ok(None);
        }
        // Windows can only lock files that are open for reading.
        let options = File::options().create(true).read(true).write(true).truncate(false).to_owned();
        let Ok(file) = options.open(folder.join(hex(key))) else { return Ok(None) };
        loop {
            interrupt::check()?;
            match file.try_lock() {
                Ok(()) => return Ok(Some(Turn { store: self.clone(), _file: file })),
                Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
                Err(TryLockError::Error(_)) => return Ok(None),
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // The next build looks for what this one has stored.
        self.store.shared.settle();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::store::Bucket;

    #[test]
    fn others_wait_and_then_find_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (key, is_done) = ([7; 32], AtomicBool::new(false));
        let turn = store.turn(&key).unwrap().unwrap();
        assert!(store.turn(&[8; 32]).unwrap().is_some(), "another key");
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let turn = store.turn(&key).unwrap();
                assert!(is_done.load(Ordering::SeqCst));
                assert_eq!(store.get(Bucket::Probe, &key).as_deref(), Some(&b"value"[..]));
                drop(turn);
            });
            std::thread::sleep(WAIT * 3);
            store.put(Bucket::Probe, &key, b"value");
            is_done.store(true, Ordering::SeqCst);
            drop(turn);
            other.join().unwrap();
        });
    }
}
