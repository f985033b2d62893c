//! The builder's cache: values computed from files, keyed by the hash of the files' content.
//!
//! The cache is safe under concurrent builds and if a build is killed at any moment. Small values are in an
//! LMDB environment (one writer at a time, readers never wait). Larger ones are in files that are renamed
//! into place. Writes are collected and committed together in the background; reads see them immediately.
//! No state of the folder is an error: an unusable cache only makes builds slower. See docs/concepts/cache.md.

mod bounds;
mod folders;
mod identity;
mod key;
mod limit;
mod lookups;
mod place;
mod records;
mod running;
mod turn;
mod usage;

use std::collections::{HashMap, HashSet};
use std::fs::{File, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use records::{Key, Records};

use crate::error::{Context, Error, Result, Warning};
use crate::os::create_private_folders;

use bounds::Bounds;
use lookups::Lookups;
use running::Running;

pub use identity::Identity;
pub use key::{Code, KeyBuilder};
pub use limit::parse as parse_size;
pub use place::Place;
pub use usage::{Usage, clear, prune, usage};

/// BLAKE3 hash of a file's content, or of the inputs of a derived value.
pub type Hash = [u8; 32];

/// Version of the folder's layout. Each version has its own folder, so that no version misreads another.
const LAYOUT: &str = "1";
/// Maximum size of a value in the database. Larger values are stored in files.
const INLINE: usize = 64 << 10;
/// Time that the end of a build waits for its records to be written while another build holds the write
/// lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// Kinds of derived values, each with its own version. Increase the version when the stored format changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Hashes of files by device, inode, size and times; used by [`Store::file_hash`].
    Stat,
    /// Answers of an interpreter.
    Probe,
    /// Imports and constants found in a source file.
    Imports,
    /// Canonical marshalled code.
    Code,
    /// Compressed bytes.
    Blob,
    /// Facts about a native file.
    Native,
    /// Stripped and patched native files.
    Prepared,
    /// Module graphs of earlier builds, with their inputs.
    Graph,
    /// Answers of hooks, with records of their inputs.
    Hook,
}

impl Bucket {
    /// All buckets.
    pub const ALL: [Bucket; 9] = [
        Bucket::Stat,
        Bucket::Probe,
        Bucket::Imports,
        Bucket::Code,
        Bucket::Blob,
        Bucket::Native,
        Bucket::Prepared,
        Bucket::Graph,
        Bucket::Hook,
    ];

    /// Returns the name for `freeze cache show`.
    pub fn name(self) -> &'static str {
        self.table().1
    }

    /// Returns the number in the key, the name, and the version of the stored format.
    fn table(self) -> (u8, &'static str, u8) {
        match self {
            Bucket::Stat => (0, "file hashes", 1),
            Bucket::Probe => (1, "interpreters", 1),
            Bucket::Imports => (2, "imports", 1),
            Bucket::Code => (3, "bytecode", 1),
            Bucket::Blob => (4, "compressed", 1),
            Bucket::Native => (5, "native facts", 1),
            Bucket::Prepared => (6, "native files", 1),
            Bucket::Graph => (7, "module graphs", 2),
            Bucket::Hook => (8, "hooks", 1),
        }
    }

    fn key(self, hash: &Hash) -> Key {
        let (number, _, version) = self.table();
        let mut key = [0; 34];
        key[0] = number;
        key[1] = version;
        key[2..].copy_from_slice(hash);
        key
    }
}

/// A stored record: the last use, then a value or the length of the file that contains it.
#[derive(Clone, Debug)]
struct Record(Arc<[u8]>);

impl Record {
    const HEADER: usize = 5;

    fn inline(value: &[u8]) -> Record {
        Record([&this_hour().to_le_bytes()[..], &[0], value].concat().into())
    }

    fn file(len: u64) -> Record {
        Record([&this_hour().to_le_bytes()[..], &[1], &len.to_le_bytes()].concat().into())
    }
}

/// The content of a stored record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content<'a> {
    Inline(&'a [u8]),
    File(u64),
}

/// Returns the hour of the last use and the content.
fn parse(record: &[u8]) -> Option<(u32, Content<'_>)> {
    let (head, value) = record.split_at_checked(Record::HEADER)?;
    let hour = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
    match head[4] {
        0 => Some((hour, Content::Inline(value))),
        1 => Some((hour, Content::File(u64::from_le_bytes(value.try_into().ok()?)))),
        _ => None,
    }
}

/// The builder's cache.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
    /// Keys stored through this value or its clones, if only those may be read: see
    /// [`Store::ignoring_existing`].
    own: Option<Arc<RwLock<HashSet<Key>>>>,
}

#[derive(Debug)]
struct Shared {
    /// The folder shown to the user.
    root: PathBuf,
    /// The subfolder of this layout version.
    home: PathBuf,
    records: Option<Records>,
    /// `None` if the folder is not writable.
    bounds: Option<Arc<Bounds>>,
    running: Option<Running>,
    lookups: Lookups,
    pending: RwLock<HashMap<Key, Record>>,
    /// Batches that are being written to disk. Reads still use them.
    writing: RwLock<Vec<Arc<HashMap<Key, Record>>>>,
    written: Mutex<Vec<mpsc::Receiver<()>>>,
    /// Hashes of files that changed too recently to be stored beyond this build.
    young: Mutex<HashMap<Hash, Hash>>,
    private: Private,
    /// Shared lock, held while the store is open. `clear` takes the lock exclusively and fails instead of
    /// waiting.
    _lock: Option<File>,
}

/// Files of this build only, for a cache that is not writable.
#[derive(Debug, Default)]
struct Private {
    folder: OnceLock<Option<tempfile::TempDir>>,
    files: Mutex<HashMap<Key, PathBuf>>,
    /// Other folders, removed with the store.
    folders: Mutex<Vec<tempfile::TempDir>>,
}

/// Stores that are open in this process: LMDB can open an environment only once per process.
static OPEN: Mutex<Option<HashMap<PathBuf, Weak<Shared>>>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the current user's cache, with a limit in bytes unless the environment sets another one. Also
    /// returns warnings about its folder.
    ///
    /// # Errors
    /// No folder for the cache is found.
    pub fn of_user(limit: Option<u64>) -> Result<(Store, Vec<Warning>)> {
        let Place { path, warnings, for_this_build } = Place::find()?;
        let store = Store::open_within(&path, limit::of(&path, limit)?);
        limit::note(&store.shared.home, limit);
        if let Some(folder) = for_this_build {
            lock(&store.shared.private.folders).push(folder);
        }
        Ok((store, warnings))
    }

    /// Opens or creates the cache at `root`. A damaged or foreign cache is moved aside and a new one is
    /// created. If the folder cannot be created or written, the store works without it.
    ///
    /// # Errors
    /// The limit that the user has set for the cache is not a size.
    pub fn open(root: &Path) -> Result<Store> {
        Ok(Store::open_within(root, limit::of(root, limit::noted(&root.join(LAYOUT)))?))
    }

    /// Opens the cache at `root` with a limit, in bytes.
    fn open_within(root: &Path, limit: u64) -> Store {
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let mut guard = lock(&OPEN);
        let open = guard.get_or_insert_default();
        open.retain(|_, shared| shared.strong_count() > 0);
        if let Some(shared) = open.get(&root).and_then(Weak::upgrade) {
            return Store { shared, own: None };
        }
        let home = root.join(LAYOUT);
        let lock_file = usage::shared_lock(&root);
        // Register before the first read: from here on, nothing that this build uses is removed.
        let running = Running::begin(&home);
        let records = Records::open(&home);
        let bounds = Bounds::of(&home, limit).map(Arc::new);
        let shared = Arc::new(Shared {
            root: root.clone(),
            home,
            records,
            bounds,
            running,
            lookups: Lookups::default(),
            pending: RwLock::default(),
            writing: RwLock::default(),
            written: Mutex::default(),
            young: Mutex::default(),
            private: Private::default(),
            _lock: lock_file,
        });
        open.insert(root, Arc::downgrade(&shared));
        Store { shared, own: None }
    }

    /// Returns the same cache for a build that uses nothing from earlier builds: only values stored through
    /// this value or its clones are returned. New values replace those under the same keys. Nothing is
    /// removed, so other builds still find their values.
    #[must_use]
    pub fn ignoring_existing(self) -> Store {
        Store { own: Some(Arc::default()), ..self }
    }

    /// Returns whether the value under a key may be read.
    fn may_get(&self, key: &Key) -> bool {
        let own = self.own.as_ref().map(|own| own.read().unwrap_or_else(PoisonError::into_inner));
        own.is_none_or(|own| own.contains(key))
    }

    /// Records that this build has created the value under a key.
    fn note(&self, key: &Key) {
        if let Some(own) = &self.own {
            own.write().unwrap_or_else(PoisonError::into_inner).insert(*key);
        }
    }

    /// Writes a file to the cache. An existing file is kept, unless this build ignores values of earlier
    /// builds.
    fn write_file(&self, key: &Key, value: &[u8]) -> std::io::Result<()> {
        if self.may_get(key) && self.shared.has_file(key, value.len() as u64) {
            return Ok(());
        }
        self.shared.write_file(key, value)
    }

    /// Returns the folder of the cache.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// Returns whether values outlive this build.
    pub fn is_persistent(&self) -> bool {
        self.shared.records.is_some()
    }

    /// Returns the hash of a file's content. The hash is cached by device, inode, size and times, so that
    /// an unchanged file is not read again.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn file_hash(&self, path: &Path) -> Result<Hash> {
        let before = std::fs::metadata(path).context(|| format!("failed to read `{}`", path.display()))?;
        self.file_hash_of(path, &before)
    }

    /// [`Store::file_hash`] with metadata that the caller has just read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn file_hash_of(&self, path: &Path, before: &Metadata) -> Result<Hash> {
        let failed = || format!("failed to read `{}`", path.display());
        // A file of this cache has the content that belongs to its name. Its times tell when it was last used.
        let is_own = path.starts_with(self.shared.home.join("files"));
        let identity = Identity::of(path, before);
        let key =
            if is_own { identity::own_key(path, before) } else { identity::stat_key(path, before, identity) };
        if let Some(hash) = self.get(Bucket::Stat, &key).and_then(|v| Hash::try_from(v).ok()) {
            return Ok(hash);
        }
        if let Some(hash) = lock(&self.shared.young).get(&key) {
            return Ok(*hash);
        }
        let mut file = File::open(path).context(failed)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&mut file).context(failed)?;
        let hash = *hasher.finalize().as_bytes();
        if is_own || identity.map_or_else(|| identity::is_old(before), |identity| identity.is_settled()) {
            self.put(Bucket::Stat, &key, &hash);
        } else {
            lock(&self.shared.young).insert(key, hash);
        }
        Ok(hash)
    }

    /// Returns the value stored under `key`.
    pub fn get(&self, bucket: Bucket, key: &Hash) -> Option<Vec<u8>> {
        self.shared.lookups.count(self.look_up(bucket, key))
    }

    fn look_up(&self, bucket: Bucket, key: &Hash) -> Option<Vec<u8>> {
        let full = bucket.key(key);
        if !self.may_get(&full) {
            return None;
        }
        if let Some(path) = self.private_file(&full) {
            return std::fs::read(path).ok();
        }
        let file = self.shared.read(&full, |record| match parse(record)? {
            (_, Content::Inline(value)) => Some(Ok(value.to_vec())),
            (_, Content::File(len)) => Some(Err(len)),
        });
        match file? {
            Ok(value) => Some(value),
            Err(len) => {
                let path = self.shared.path_of(&full);
                self.shared.keep(&path);
                let value = std::fs::read(path).ok()?;
                (value.len() as u64 == len).then_some(value)
            }
        }
    }

    /// Stores a value under `key`. A failed write (full disk) is not an error: it only makes the next build
    /// slower.
    pub fn put(&self, bucket: Bucket, key: &Hash, value: &[u8]) {
        let full = bucket.key(key);
        let record = if value.len() <= INLINE {
            Record::inline(value)
        } else if self.shared.records.is_some() && self.write_file(&full, value).is_ok() {
            Record::file(value.len() as u64)
        } else {
            return;
        };
        self.note(&full);
        self.shared.remember(full, record);
    }

    /// Returns the value stored under `key` as a file that stays in place while this build runs.
    pub fn get_file(&self, bucket: Bucket, key: &Hash) -> Option<PathBuf> {
        self.shared.lookups.count(self.look_up_file(bucket, key))
    }

    fn look_up_file(&self, bucket: Bucket, key: &Hash) -> Option<PathBuf> {
        let full = bucket.key(key);
        if !self.may_get(&full) {
            return None;
        }
        if let Some(path) = self.private_file(&full) {
            return Some(path);
        }
        let len = self.shared.read(&full, |record| match parse(record)? {
            (_, Content::File(len)) => Some(len),
            _ => None,
        })?;
        let path = self.shared.path_of(&full);
        self.shared.keep(&path);
        let metadata = std::fs::metadata(&path).ok()?;
        (metadata.is_file() && metadata.len() == len).then_some(path)
    }

    /// Stores a value as a file and returns its path.
    ///
    /// # Errors
    /// The file cannot be written to the cache or to a temporary folder. Unlike [`Store::put`], this is an
    /// error because the caller needs the file.
    pub fn put_file(&self, bucket: Bucket, key: &Hash, value: &[u8]) -> Result<PathBuf> {
        let full = bucket.key(key);
        if self.shared.records.is_some() && self.write_file(&full, value).is_ok() {
            self.note(&full);
            self.shared.remember(full, Record::file(value.len() as u64));
            return Ok(self.shared.path_of(&full));
        }
        let shared = &self.shared;
        let new = || tempfile::Builder::new().prefix("freeze-").tempdir().ok();
        let Some(dir) = shared.private.folder.get_or_init(new) else {
            return Err(Error::new(format!("failed to write to the cache `{}`", shared.root.display()))
                .hint("set FREEZE_CACHE_DIR or TMPDIR to a writable folder"));
        };
        let path = dir.path().join(hex(&full));
        std::fs::write(&path, value)
            .context(|| format!("failed to write `{}`", path.display()))
            .map_err(|e| e.hint("neither the cache nor the temporary folder has enough space"))?;
        self.note(&full);
        lock(&shared.private.files).insert(full, path.clone());
        Ok(path)
    }

    /// Starts to write the values stored so far. Called at the end of each phase and at the end of the
    /// build.
    pub fn flush(&self) {
        self.shared.flush();
    }

    fn private_file(&self, key: &Key) -> Option<PathBuf> {
        self.shared.private.folder.get()?;
        lock(&self.shared.private.files).get(key).cloned()
    }
}

impl Shared {
    /// Passes the record under `key` to `use_it` and records its use.
    fn read<T>(&self, key: &Key, use_it: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let pending = self.pending.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = pending.get(key) {
            return use_it(&record.0);
        }
        drop(pending);
        let writing = self.writing.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = writing.iter().rev().find_map(|batch| batch.get(key)) {
            return use_it(&record.0);
        }
        drop(writing);
        let records = self.records.as_ref()?;
        let (value, renewed) = records.get(key, |record| {
            let (hour, content) = parse(record)?;
            // The time of a file already records its last use.
            let renewed = match content {
                Content::Inline(value) if hour.abs_diff(this_hour()) >= 7 * 24 => Some(Record::inline(value)),
                _ => None,
            };
            Some((use_it(record)?, renewed))
        })?;
        if let Some(renewed) = renewed {
            self.remember(*key, renewed);
        }
        Some(value)
    }

    fn remember(&self, key: Key, record: Record) {
        self.pending.write().unwrap_or_else(PoisonError::into_inner).insert(key, record);
    }

    fn path_of(&self, key: &Key) -> PathBuf {
        let hex = hex(key);
        self.home.join("files").join(&hex[..4]).join(&hex[4..6]).join(&hex[6..])
    }

    /// Returns whether the cache has a file of this length. If so, the file stays while this build runs.
    fn has_file(&self, key: &Key, len: u64) -> bool {
        let path = self.path_of(key);
        std::fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() == len) && self.keep(&path)
    }

    fn write_file(&self, key: &Key, value: &[u8]) -> std::io::Result<()> {
        let path = self.path_of(key);
        let there = std::fs::metadata(&path).ok().filter(Metadata::is_file);
        let written = self.store(value.len() as u64, || self.write_new(&path, value));
        if let (Some(Ok(())), Some(bounds), Some(replaced)) = (&written, &self.bounds, &there) {
            bounds.give_back(replaced.len());
        }
        written.unwrap_or_else(|| Err(std::io::ErrorKind::QuotaExceeded.into()))
    }

    /// Records that this build uses a file, or the folder that the file marks. Returns whether the file
    /// exists.
    fn keep(&self, path: &Path) -> bool {
        self.running.as_ref().is_some_and(|running| running.keep(path))
    }

    /// Runs `write`, which stores `bytes`, if there is room for them. Otherwise returns `None`.
    fn store<T>(&self, bytes: u64, write: impl FnOnce() -> std::io::Result<T>) -> Option<std::io::Result<T>> {
        self.bounds.as_ref()?.store(bytes, self.records.as_ref()?, write)
    }

    fn write_new(&self, path: &Path, value: &[u8]) -> std::io::Result<()> {
        let temporary = self.home.join("tmp");
        create_private_folders(&temporary)?;
        if let Some(parent) = path.parent() {
            create_private_folders(parent)?;
        }
        let mut file = tempfile::NamedTempFile::new_in(&temporary)?;
        file.write_all(value)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }

    fn flush(&self) {
        let Some(records) = &self.records else { return };
        let batch = std::mem::take(&mut *self.pending.write().unwrap_or_else(PoisonError::into_inner));
        if batch.is_empty() {
            return;
        }
        let batch = Arc::new(batch);
        self.writing.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&batch));
        let (done, written) = mpsc::channel();
        let (records, bounds) = (records.clone(), self.bounds.clone());
        let write = move || {
            if let Some(bounds) = bounds.filter(|bounds| bounds.has_room_for_records(&records)) {
                records.commit(&batch);
                bounds.sweep_when_due(&records);
            }
            // If this thread is the last user of the environment, close it here before notifying the
            // waiting thread.
            drop(records);
            let _ = done.send(());
        };
        // If no thread can be started, the records are dropped.
        if std::thread::Builder::new().spawn(write).is_ok() {
            lock(&self.written).push(written);
        }
    }

    /// Writes the values stored so far, and waits for it.
    fn settle(&self) {
        self.flush();
        let written: Vec<_> = lock(&self.written).drain(..).collect();
        for written in written {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.lookups.save(&self.home);
        self.settle();
    }
}

/// Returns the hours since 1970.
fn this_hour() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / 3600).unwrap_or(0)
}

fn touch(path: &Path) {
    if let Ok(file) = File::options().append(true).open(path) {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Returns bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
