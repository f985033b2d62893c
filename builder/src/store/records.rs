//! The small records of the cache: an LMDB environment that many processes share.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, WithoutTls};

use super::Record;
use crate::os::{blocks, create_private_folders};

/// Bucket, its version, hash.
pub(super) type Key = [u8; 34];

/// Address space for the map; the file grows as needed. The second size is for processes with a memory
/// limit.
const MAP_SIZES: [usize; 2] = [8 << 30, 512 << 20];
/// Maximum number of simultaneous read transactions, over all processes.
const READERS: u32 = 4096;

/// An open environment.
#[derive(Clone, Debug)]
pub(super) struct Records {
    /// The file that contains the records.
    file: PathBuf,
    env: Env<WithoutTls>,
    db: Database<'static, Bytes, Bytes>,
}

impl Records {
    /// Opens the environment in `home`, or moves a damaged one aside and creates a new one. Returns `None`
    /// if the folder is unusable.
    pub(super) fn open(home: &Path) -> Option<Records> {
        let dir = home.join("records");
        let writable = create_private_folders(&dir).is_ok() && reserve_lock_file(&dir);
        if !writable {
            return open_env(&dir, MAP_SIZES[0], EnvFlags::READ_ONLY).ok();
        }
        let mut map_size = MAP_SIZES[0];
        for _ in 0..100 {
            match open_env(&dir, map_size, EnvFlags::NO_READ_AHEAD) {
                Ok(records) => return Some(records),
                Err(heed::Error::Io(e)) if e.kind() == ErrorKind::OutOfMemory && map_size != MAP_SIZES[1] => {
                    map_size = MAP_SIZES[1];
                }
                // Another thread of this process is closing it, which takes a moment.
                Err(heed::Error::EnvAlreadyOpened) => std::thread::sleep(Duration::from_millis(20)),
                Err(heed::Error::Mdb(_)) => {
                    // Foreign or damaged: move it to a name that the sweep removes.
                    let aside = home.join("tmp");
                    let _ = create_private_folders(&aside);
                    let aside = aside.join(format!("damaged-{}", std::process::id()));
                    std::fs::rename(&dir, aside).ok()?;
                    create_private_folders(&dir).ok()?;
                }
                // The folder is read-only.
                Err(_) => return open_env(&dir, MAP_SIZES[0], EnvFlags::READ_ONLY).ok(),
            }
        }
        None
    }

    /// Passes the record under `key` to `use_it`.
    pub(super) fn get<T>(&self, key: &Key, use_it: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let txn = self.env.read_txn().ok()?;
        use_it(self.db.get(&txn, key).ok()??)
    }

    /// Returns the size of the records on disk, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        std::fs::metadata(&self.file).map_or(0, |m| blocks(&m))
    }

    /// Writes a batch, all or nothing. A failure (a full disk) is ignored.
    pub(super) fn commit(&self, batch: &HashMap<Key, Record>) {
        let mut sorted: Vec<_> = batch.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| **key);
        let Ok(mut txn) = self.env.write_txn() else { return };
        for (key, record) in sorted {
            if self.db.put(&mut txn, key, &record.0).is_err() {
                txn.abort();
                return;
            }
        }
        let _ = txn.commit();
    }

    /// Removes records.
    pub(super) fn remove(&self, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        let Ok(mut txn) = self.env.write_txn() else { return };
        for key in keys {
            let _ = self.db.delete(&mut txn, key);
        }
        let _ = txn.commit();
    }

    /// Calls `each` with every record.
    pub(super) fn for_each(&self, mut each: impl FnMut(&Key, &[u8])) {
        let Ok(txn) = self.env.read_txn() else { return };
        let Ok(all) = self.db.iter(&txn) else { return };
        for (key, record) in all.flatten() {
            if let Ok(key) = key.try_into() {
                each(key, record);
            }
        }
    }

    /// Frees the slots of readers that were killed.
    pub(super) fn clear_stale_readers(&self) {
        let _ = self.env.clear_stale_readers();
    }
}

/// Opens the environment with [`EnvFlags::READ_ONLY`] or [`EnvFlags::NO_READ_AHEAD`].
fn open_env(dir: &Path, map_size: usize, flags: EnvFlags) -> heed::Result<Records> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(map_size).max_readers(READERS);
    // SAFETY: READ_ONLY and NO_READ_AHEAD leave locking and syncing as they are.
    unsafe { options.flags(flags) };
    // SAFETY: the folder is private to this layout of the cache, nothing but LMDB writes to its files, and
    // `clear` removes them only when no process has them open.
    let env = unsafe { options.open(dir)? };
    if !flags.contains(EnvFlags::READ_ONLY) {
        // A killed build may have left its slot in the reader table, which would prevent the reuse of old
        // pages.
        let _ = env.clear_stale_readers();
    }
    // The unnamed database always exists, so this needs no write transaction.
    let db = env
        .open_databases_and_commit(env.read_txn()?, |opener, txn| {
            opener.open_database::<Bytes, Bytes>(txn, None).map(CommitOrAbort::<_, ()>::Commit)
        })?
        .commit()
        .flatten()
        .ok_or(heed::Error::Io(ErrorKind::NotFound.into()))?;
    Ok(Records { file: dir.join("data.mdb"), env, db })
}

/// Creates the lock file with all its blocks allocated: LMDB writes to it through a map, and a full disk
/// would kill the process there. Returns whether the folder is writable.
fn reserve_lock_file(dir: &Path) -> bool {
    let path = dir.join("lock.mdb");
    let mut options = std::fs::File::options();
    match options.write(true).create_new(true).open(&path) {
        Ok(file) => {
            // A reader's slot takes 64 bytes, and the header slightly more.
            let reserved = allocate(file, (READERS as usize + 128) * 64);
            if !reserved {
                let _ = std::fs::remove_file(&path);
            }
            reserved
        }
        Err(e) => e.kind() == ErrorKind::AlreadyExists,
    }
}

fn allocate(mut file: std::fs::File, len: usize) -> bool {
    use std::io::Write;
    // A plain write allocates blocks on any file system. The file must not be sparse.
    file.write_all(&vec![0; len]).is_ok()
}
