//! Keeps the cache within bounds, and tells and removes what it holds.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::records::{Key, Records};
use super::{Bucket, Content, LAYOUT, hex, parse, this_hour};
use crate::error::{Context, Error, Result};
use crate::os::{blocks, create_private_folders};

/// Most that the cache may hold, in bytes.
const LIMIT: u64 = 4 << 30;
/// A sweep looks at every record: not more often than this.
const INTERVAL: Duration = Duration::from_secs(4 * 3600);
/// Files younger than this may belong to a build that runs now. Their last use is noted every other hour.
const IN_USE: Duration = Duration::from_secs(4 * 3600);

/// What a cache holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// Name of each kind of values, their number, their bytes; in a fixed order.
    pub buckets: Vec<(String, u64, u64)>,
    /// All bytes on the disk, those of older versions of freeze included.
    pub bytes: u64,
}

/// Tells what the cache at `root` holds.
///
/// # Errors
/// The folder cannot be read.
pub fn usage(root: &Path) -> Result<Usage> {
    let mut usage = Usage::default();
    if !root.exists() {
        return Ok(usage);
    }
    let store = super::Store::open(root)?;
    let mut counts: HashMap<u8, (u64, u64)> = HashMap::new();
    if let Some(records) = &store.shared.records {
        records.for_each(|key, record| {
            let count = counts.entry(key[0]).or_default();
            count.0 += 1;
            count.1 += size_of(record);
        });
    }
    for bucket in Bucket::ALL {
        let (count, bytes) = counts.get(&bucket.table().0).copied().unwrap_or_default();
        usage.buckets.push((bucket.name().to_owned(), count, bytes));
    }
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            usage.bytes += blocks(&metadata);
        }
    }
    Ok(usage)
}

/// Removes everything that the cache at `root` holds.
///
/// # Errors
/// A build uses it now, or a file cannot be removed.
pub fn clear(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    let failed = || format!("failed to clear the cache `{}`", root.display());
    let lock = lock_file(root).context(failed)?;
    if lock.try_lock().is_err() {
        return Err(Error::new(format!("the cache `{}` is in use by a build", root.display()))
            .hint("try again when it has ended"));
    }
    for entry in std::fs::read_dir(root).context(failed)? {
        let path = entry.context(failed)?.path();
        // Only what this or another version of freeze made: the folder may be a shared one by mistake.
        let ours = path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.parse::<u32>().is_ok());
        if ours && path.join("records").is_dir() {
            std::fs::remove_dir_all(&path).context(failed)?;
        }
    }
    Ok(())
}

fn lock_file(root: &Path) -> std::io::Result<File> {
    // Windows locks what may be read.
    File::options().create(true).read(true).append(true).open(root.join("lock"))
}

/// Keeps `clear` away while the file is held; `None` where the folder cannot be written.
pub(super) fn shared_lock(root: &Path) -> Option<File> {
    create_private_folders(root).ok()?;
    let lock = lock_file(root).ok()?;
    lock.lock_shared().ok()?;
    Some(lock)
}

/// Sweeps if that was not done for some hours.
pub(super) fn when_due(records: &Records, home: &Path) {
    let marker = home.join("swept");
    let age = std::fs::metadata(&marker).and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
    let new = age.is_none() && !marker.exists();
    if new || age.is_some_and(|age| age > INTERVAL) {
        // Marked first: of builds that end together, one sweeps.
        if std::fs::write(&marker, b"").is_ok() && !new {
            sweep(records, home, LIMIT);
        }
    }
}

/// Removes what was not used for longest until three quarters of `limit` are left, and the litter of
/// builds that were killed.
pub(super) fn sweep(records: &Records, home: &Path, limit: u64) {
    records.clear_stale_readers();
    let mut all: Vec<(u32, Key, u64, bool)> = Vec::new();
    let mut known = HashSet::new();
    records.for_each(|key, record| {
        // A version that this program does not know is of no use to it.
        let hour = match parse(record) {
            Some((hour, _)) if is_current(key) => hour,
            _ => 0,
        };
        let is_file = matches!(parse(record), Some((_, Content::File(_))));
        if is_file {
            known.insert(hex(key));
        }
        all.push((hour, *key, size_of(record), is_file));
    });
    let mut total: u64 = all.iter().map(|entry| entry.2).sum();
    let mut removed = Vec::new();
    all.sort_unstable();
    let bound = if total > limit { limit / 4 * 3 } else { limit };
    for (hour, key, size, is_file) in all {
        if hour != 0 && total <= bound {
            break;
        }
        if is_file {
            let hex = hex(&key);
            let path = home.join("files").join(&hex[..4]).join(&hex[4..6]).join(&hex[6..]);
            if hour.saturating_add(4) >= this_hour() || !remove_old(&path) {
                continue;
            }
        }
        removed.push(key);
        total -= size;
    }
    if !removed.is_empty() {
        records.remove(&removed);
    }
    // Files without a record: the build was killed between the two.
    for entry in walkdir::WalkDir::new(home.join("files")).min_depth(3).into_iter().flatten() {
        let parts: Vec<_> = entry.path().iter().rev().take(3).filter_map(|p| p.to_str()).collect();
        if let [name, two, four] = parts[..]
            && !known.contains(&format!("{four}{two}{name}"))
        {
            remove_old(entry.path());
        }
    }
    super::folders::sweep(home);
    for entry in std::fs::read_dir(home.join("tmp")).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            let _ = std::fs::remove_dir_all(entry.path());
        } else {
            remove_old(&entry.path());
        }
    }
}

fn is_current(key: &Key) -> bool {
    Bucket::ALL.iter().any(|b| b.table().0 == key[0] && b.table().2 == key[1])
}

/// Removes a file unless it was used lately; tells whether it is gone.
fn remove_old(path: &Path) -> bool {
    match std::fs::metadata(path).and_then(|m| m.modified()) {
        Ok(used) if SystemTime::now().duration_since(used).is_ok_and(|age| age > IN_USE) => {
            std::fs::remove_file(path).is_ok()
        }
        Ok(_) => false,
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    }
}

fn size_of(record: &[u8]) -> u64 {
    record.len() as u64 + if let Some((_, Content::File(len))) = parse(record) { len } else { 0 }
}

// The folder's name is a number, which is how `clear` knows it.
const _: () = assert!(LAYOUT.as_bytes()[0].is_ascii_digit());
