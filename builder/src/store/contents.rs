//! Tells what the cache holds, and removes it.

use std::fs::File;
use std::path::Path;

use super::{LAYOUT, Store, bounds, limit};
use crate::error::{Context, Error, Result};
use crate::os::{blocks, create_private_folders};

/// What a cache holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// Name of each kind of values, their number, their bytes; in a fixed order.
    pub buckets: Vec<(String, u64, u64)>,
    /// All bytes on the disk, those of older versions of freeze included.
    pub bytes: u64,
    /// Most that it may hold, in bytes.
    pub limit: u64,
}

/// Tells what the cache at `root` holds.
///
/// # Errors
/// The limit that the user has set is not a size.
pub fn usage(root: &Path) -> Result<Usage> {
    let mut usage = Usage { limit: limit::of(root)?, ..Usage::default() };
    if !root.exists() {
        return Ok(usage);
    }
    let store = Store::open(root)?;
    usage.buckets = store.shared.records.as_ref().map(bounds::by_kind).unwrap_or_default();
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            usage.bytes += blocks(&metadata);
        }
    }
    Ok(usage)
}

/// Removes what was used longest ago from the cache at `root` until at most `goal` bytes are left; without one, three
/// quarters of the limit. Nothing goes that a build uses now.
///
/// # Errors
/// The limit that the user has set is not a size.
pub fn prune(root: &Path, goal: Option<u64>) -> Result<()> {
    if root.exists() {
        let store = Store::open(root)?;
        if let (Some(bounds), Some(records)) = (&store.shared.bounds, &store.shared.records) {
            bounds.sweep(records, goal.unwrap_or(bounds.limit() / 4 * 3));
        }
    }
    Ok(())
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

// The folder's name is a number, which is how `clear` knows it.
const _: () = assert!(LAYOUT.as_bytes()[0].is_ascii_digit());
