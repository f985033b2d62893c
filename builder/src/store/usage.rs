//! `freeze cache`: reports the contents of the cache and removes them.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::{LAYOUT, Store, bounds, limit, lookups};
use crate::error::{Context, Error, Result};
use crate::os::{blocks, create_private_folders};

/// The contents of a cache.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// Name, number and total bytes of the values of each kind, in a fixed order.
    pub buckets: Vec<(String, u64, u64)>,
    /// The size on disk, including values of other versions of freeze.
    pub bytes: u64,
    /// The limit in bytes.
    pub limit: u64,
    /// How many values builds found in the cache.
    pub found: u64,
    /// How many values builds looked for in vain, and computed.
    pub missed: u64,
}

/// Returns the contents of the cache at `root`.
///
/// # Errors
/// The limit that the user has set is not a size.
pub fn usage(root: &Path) -> Result<Usage> {
    let mut usage = Usage { limit: limit::of(root, limit::noted(&root.join(LAYOUT)))?, ..Usage::default() };
    if !root.exists() {
        return Ok(usage);
    }
    let store = Store::open(root)?;
    usage.buckets = store.shared.records.as_ref().map(bounds::by_kind).unwrap_or_default();
    (usage.found, usage.missed) = lookups::sum(&root.join(LAYOUT));
    let folders = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    for entry in folders.filter(|folder| is_ours(folder)).flat_map(walkdir::WalkDir::new).flatten() {
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            usage.bytes += blocks(&metadata);
        }
    }
    Ok(usage)
}

/// Removes the least recently used values from the cache at `root` until at most `goal` bytes (default: three quarters of the
/// limit) are left. Values that a running build uses stay.
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

/// Empties the cache at `root`.
///
/// # Errors
/// A build is running, or a file cannot be removed.
pub fn clear(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    let failed = || format!("failed to clear the cache `{}`", root.display());
    let lock = lock_file(root).context(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::new(format!("the cache `{}` is in use by a build", root.display()))
                .hint("try again when the build has ended"));
        }
        Err(TryLockError::Error(error)) => return Err(error).context(failed),
    }
    for entry in std::fs::read_dir(root).context(failed)? {
        let path = entry.context(failed)?.path();
        if is_ours(&path) {
            std::fs::remove_dir_all(&path).context(failed)?;
        }
    }
    Ok(())
}

/// Whether some version of freeze created a folder. Others are below the root as well: those of onefile programs in the default
/// place, or anything if the user has set the variable to a shared folder by mistake.
fn is_ours(folder: &Path) -> bool {
    let is_number = folder.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.parse::<u32>().is_ok());
    is_number && folder.join("records").is_dir()
}

fn lock_file(root: &Path) -> std::io::Result<File> {
    // Windows can only lock files that are open for reading.
    File::options().create(true).read(true).append(true).open(root.join("lock"))
}

/// Prevents `clear` until the file is closed; `None` if the folder cannot be written.
pub(super) fn shared_lock(root: &Path) -> Option<File> {
    create_private_folders(root).ok()?;
    let lock = lock_file(root).ok()?;
    lock.lock_shared().ok()?;
    Some(lock)
}

// `clear` recognizes the folder because its name is a number.
const _: () = assert!(LAYOUT.as_bytes()[0].is_ascii_digit());
