//! Keeps the cache within its limit: counts stored bytes, and evicts the least recently used values.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use super::limit::Ledger;
use super::records::{Key, Records};
use super::running::{self, Gate};
use super::{Bucket, Content, folders, lock, parse};
use crate::os::blocks;

/// Delay before another sweep after one that could not make room.
const PAUSE: Duration = Duration::from_secs(5);
/// Interval of the search for leftovers of killed builds. The search runs even if there is room.
const INTERVAL: Duration = Duration::from_secs(4 * 3600);
/// Minimum limit, in bytes, for small values: an empty database already has this size.
const LEAST: u64 = 1 << 20;

/// The limit of a cache and the count of its bytes.
#[derive(Debug)]
pub(super) struct Bounds {
    home: PathBuf,
    limit: u64,
    ledger: Ledger,
    /// When a sweep last failed to make room.
    full: Mutex<Option<Instant>>,
}

/// A file or folder that may be removed.
struct Entry {
    last_use: SystemTime,
    bytes: u64,
    path: PathBuf,
    /// For a folder, the file whose time is the last use.
    mark: Option<PathBuf>,
    key: Option<Key>,
}

impl Bounds {
    /// Returns the bounds of the cache in `home`, with a limit in bytes, or `None` if the cache is not
    /// writable.
    pub(super) fn of(home: &Path, limit: u64) -> Option<Bounds> {
        let ledger = Ledger::open(home)?;
        Some(Bounds { home: home.to_owned(), limit, ledger, full: Mutex::default() })
    }

    /// The limit in bytes.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Runs `write`, which stores `bytes`, if there is room for them. Otherwise returns `None`.
    pub(super) fn store<T>(
        &self,
        bytes: u64,
        records: &Records,
        write: impl FnOnce() -> io::Result<T>,
    ) -> Option<io::Result<T>> {
        let bytes = on_disk(bytes);
        // The database gets a quarter of the limit. An eighth is reserved for values that running builds
        // use. It is filled only if a sweep could not make room.
        for eighths in [5, 6] {
            // The gate ensures that a sweep finds exactly the counted files on disk.
            let gate = Gate::shared(&self.home)?;
            let counted = self.ledger.add(bytes);
            if counted.is_some_and(|all| all <= self.limit / 8 * eighths) {
                *lock(&self.full) = None;
                let written = write();
                if written.is_err() {
                    self.ledger.remove(bytes);
                }
                return Some(written);
            }
            if counted.is_some() {
                self.ledger.remove(bytes);
            }
            drop(gate);
            if !lock(&self.full).is_some_and(|since| since.elapsed() < PAUSE) {
                self.sweep(records, self.limit / 2 + records.bytes());
            }
        }
        *lock(&self.full) = Some(Instant::now());
        None
    }

    /// Subtracts bytes that were counted but not stored, or that were removed.
    pub(super) fn give_back(&self, bytes: u64) {
        self.ledger.remove(on_disk(bytes));
    }

    /// Makes room for small values and returns whether they may be written.
    pub(super) fn has_room_for_records(&self, records: &Records) -> bool {
        if self.limit < LEAST {
            return false;
        }
        if records.bytes() > self.limit / 8 {
            prune_records(records, self.limit / 16);
        }
        true
    }

    /// Sweeps if the last sweep was some hours ago.
    pub(super) fn sweep_when_due(&self, records: &Records) {
        let marker = self.home.join("swept");
        let age = std::fs::metadata(&marker).and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        let is_due = age.is_none_or(|age| age > INTERVAL);
        // Write the marker first: if several builds end together, only one of them sweeps.
        if is_due && std::fs::write(&marker, b"").is_ok() {
            self.sweep(records, self.limit / 8 * 7);
        }
    }

    /// Removes leftovers of killed builds, then the least recently used values until at most `goal` bytes
    /// are left. Values that a running build has used stay.
    pub(super) fn sweep(&self, records: &Records, goal: u64) {
        // The gate stops other builds from storing values, and from using values that are being removed.
        let Some(_gate) = Gate::alone(&self.home) else { return };
        records.clear_stale_readers();
        let since = running::since(&self.home);
        remove_litter(&self.home, since);
        let mut entries = files(&self.home, since);
        entries.extend(folders::all(&self.home).into_iter().map(|(path, mark)| Entry {
            last_use: last_use(&mark).unwrap_or(SystemTime::UNIX_EPOCH),
            bytes: folders::size(&path),
            mark: Some(mark),
            path,
            key: None,
        }));
        let mut left: u64 = entries.iter().map(|entry| entry.bytes).sum();
        let goal = goal.saturating_sub(records.bytes());
        entries.sort_by(|a, b| (a.last_use, &a.path).cmp(&(b.last_use, &b.path)));
        let mut gone = Vec::new();
        for entry in entries {
            if left <= goal || entry.last_use >= since {
                break;
            }
            if remove(&entry) {
                left -= entry.bytes;
                gone.extend(entry.key);
            }
        }
        records.remove(&gone);
        self.ledger.set(left);
    }
}

/// Returns the size on disk of a file with this length.
fn on_disk(len: u64) -> u64 {
    const BLOCK: u64 = 4096;
    len.div_ceil(BLOCK).saturating_mul(BLOCK)
}

fn last_use(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

fn remove(entry: &Entry) -> bool {
    let Some(mark) = &entry.mark else { return std::fs::remove_file(&entry.path).is_ok() };
    let is_gone = std::fs::remove_dir_all(&entry.path).is_ok();
    if is_gone {
        let _ = std::fs::remove_file(mark);
    }
    is_gone
}

/// Lists the files of values. Those of other versions of freeze count as least recently used, unless a
/// running build uses them.
fn files(home: &Path, since: SystemTime) -> Vec<Entry> {
    let walk = walkdir::WalkDir::new(home.join("files")).min_depth(3).into_iter().flatten();
    let entry = |entry: walkdir::DirEntry| {
        let metadata: Metadata = entry.metadata().ok().filter(Metadata::is_file)?;
        let parts: Vec<_> = entry.path().iter().rev().take(3).filter_map(|p| p.to_str()).collect();
        let key = match parts[..] {
            [name, two, four] => key(&format!("{four}{two}{name}")),
            _ => None,
        };
        let modified = metadata.modified().ok()?;
        let is_foreign = !key.is_some_and(|key| is_current(&key));
        let last_use = if is_foreign && modified < since { SystemTime::UNIX_EPOCH } else { modified };
        let path = entry.into_path();
        Some(Entry { last_use, bytes: blocks(&metadata), mark: None, path, key })
    };
    walk.filter_map(entry).collect()
}

/// Removes leftovers of killed builds.
fn remove_litter(home: &Path, since: SystemTime) {
    folders::sweep(home, since);
    for entry in std::fs::read_dir(home.join("tmp")).into_iter().flatten().flatten() {
        let path = entry.path();
        if last_use(&path).is_some_and(|last| last < since) {
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

/// Removes the least recently used small values until at most `goal` bytes are left.
fn prune_records(records: &Records, goal: u64) {
    let mut all: Vec<(u32, Key, u64)> = Vec::new();
    records.for_each(|key, record| {
        if let (hour, Some(Content::Inline(_))) =
            (parse(record).map_or(0, |p| p.0), parse(record).map(|p| p.1))
        {
            all.push((if is_current(key) { hour } else { 0 }, *key, record.len() as u64 + 64));
        }
    });
    let mut left: u64 = all.iter().map(|entry| entry.2).sum();
    all.sort_unstable();
    let mut gone = Vec::new();
    for (_, key, bytes) in all {
        if left <= goal {
            break;
        }
        left -= bytes;
        gone.push(key);
    }
    records.remove(&gone);
}

fn key(hex: &str) -> Option<Key> {
    let mut key: Key = [0; 34];
    if hex.len() != key.len() * 2 {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

fn is_current(key: &Key) -> bool {
    Bucket::ALL.iter().any(|b| b.table().0 == key[0] && b.table().2 == key[1])
}

/// Returns the name, number and total bytes of the values of each kind, in a fixed order.
pub(super) fn by_kind(records: &Records) -> Vec<(String, u64, u64)> {
    let mut counts: HashMap<u8, (u64, u64)> = HashMap::new();
    records.for_each(|key, record| {
        let count = counts.entry(key[0]).or_default();
        let large = if let Some((_, Content::File(len))) = parse(record) { len } else { 0 };
        count.0 += 1;
        count.1 += record.len() as u64 + large;
    });
    let kinds = Bucket::ALL.iter().map(|bucket| {
        let (count, bytes) = counts.get(&bucket.table().0).copied().unwrap_or_default();
        (bucket.name().to_owned(), count, bytes)
    });
    kinds.collect()
}
