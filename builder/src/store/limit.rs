//! The limit of the cache, and the count of its bytes that all builds share.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use super::lock;
use crate::error::{Error, Result};

/// The default limit, in bytes.
const MOST: u64 = 5 << 30;
/// The default limit is at most this fraction of the disk.
const PART_OF_DISK: u64 = 10;
/// The file in the cache with the limit that the spec of the last build has set.
const NOTE: &str = "limit";
/// The variable that sets the limit.
pub(super) const VARIABLE: &str = "FREEZE_CACHE_SIZE";

/// Returns the limit for the cache at `root`, in bytes: [`VARIABLE`] if set, otherwise `given`, otherwise
/// 5 GiB or a tenth of the disk, whichever is less.
///
/// # Errors
/// The variable is not a size.
pub(super) fn of(root: &Path, given: Option<u64>) -> Result<u64> {
    match std::env::var(VARIABLE) {
        Ok(text) if !text.trim().is_empty() => parse(&text).map_err(invalid),
        Err(std::env::VarError::NotUnicode(text)) => Err(invalid(no_size(&text.to_string_lossy()))),
        _ if given.is_some() => Ok(given.unwrap_or_default()),
        _ => {
            let there = root.ancestors().find(|folder| folder.is_dir());
            let disk = there.and_then(|folder| fs4::total_space(folder).ok());
            Ok(disk.map_or(MOST, |bytes| MOST.min(bytes / PART_OF_DISK)))
        }
    }
}

fn invalid(error: Error) -> Error {
    error.context(format!("invalid value of the variable {VARIABLE}"))
}

/// Records the limit that the spec of the last build sets, for `freeze cache`.
pub(super) fn note(home: &Path, given: Option<u64>) {
    let place = home.join(NOTE);
    // Reading is all that most builds do.
    if noted(home) == given {
        return;
    }
    let _ = match given {
        Some(bytes) => std::fs::write(&place, bytes.to_string()),
        None => std::fs::remove_file(&place),
    };
}

/// Returns the limit that the spec of the last build has set.
pub(super) fn noted(home: &Path) -> Option<u64> {
    std::fs::read_to_string(home.join(NOTE)).ok()?.trim().parse().ok()
}

/// Parses a size: a number of bytes, or with a suffix `K`, `M`, `G` or `T` (powers of 1,024).
///
/// # Errors
/// The text is not a size.
pub fn parse(text: &str) -> Result<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match lower[number.len()..].trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(no_size(text)),
    };
    let bytes = number.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let bytes = bytes.map(|n| n * (1u64 << shift) as f64).filter(|n| *n < u64::MAX as f64);
    bytes.map(|n| n as u64).ok_or_else(|| no_size(text))
}

fn no_size(text: &str) -> Error {
    Error::new(format!("`{text}` is not a size")).hint("write it as `5G`, `500M` or a number of bytes")
}

/// The total bytes of the cache's files and folders, in a file that builds change under a lock.
#[derive(Debug)]
pub(super) struct Ledger {
    file: Mutex<File>,
}

impl Ledger {
    /// Opens the ledger in `home`. Returns `None` if it is not writable.
    pub(super) fn open(home: &Path) -> Option<Ledger> {
        // Windows can only lock files that are open for reading.
        let file =
            File::options().create(true).read(true).write(true).truncate(false).open(home.join("bytes"));
        Some(Ledger { file: Mutex::new(file.ok()?) })
    }

    /// Adds bytes and returns the new count, or `None` if there is no count yet.
    pub(super) fn add(&self, bytes: u64) -> Option<u64> {
        self.change(|known| known.map(|known| known.saturating_add(bytes)))
    }

    /// Subtracts bytes.
    pub(super) fn remove(&self, bytes: u64) {
        self.change(|known| known.map(|known| known.saturating_sub(bytes)));
    }

    /// Sets the count after a full recount.
    pub(super) fn set(&self, bytes: u64) {
        self.change(|_| Some(bytes));
    }

    fn change(&self, change: impl FnOnce(Option<u64>) -> Option<u64>) -> Option<u64> {
        let mut file = lock(&self.file);
        file.lock().ok()?;
        let mut bytes = [0; 8];
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut bytes));
        let known = read.ok().map(|()| u64::from_le_bytes(bytes));
        let changed = change(known);
        if changed != known
            && let Some(changed) = changed
        {
            let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&changed.to_le_bytes()));
            // The disk is full: the next build counts again.
            if written.is_err() {
                let _ = file.set_len(0);
            }
        }
        let _ = file.unlock();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in
            [("0", 0), ("1024", 1024), (" 5G ", 5 << 30), ("1.5k", 1536), ("2MiB", 2 << 20), ("1tb", 1 << 40)]
        {
            assert_eq!(parse(text).unwrap(), bytes, "{text}");
        }
        for bad in ["", "x", "-1", "5X", "1e999", "nan", "G", "99999999999T"] {
            assert!(parse(bad).unwrap_err().to_string().contains("is not a size"), "{bad}");
        }
    }

    #[test]
    fn the_limit_of_the_last_build_is_known() {
        let home = tempfile::tempdir().unwrap();
        for given in [None, Some(500 << 20), Some(1 << 30), None] {
            note(home.path(), given);
            assert_eq!(noted(home.path()), given);
        }
    }

    #[test]
    fn all_count_together() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Ledger::open(dir.path()).unwrap(), Ledger::open(dir.path()).unwrap());
        assert_eq!(one.add(5), None);
        one.set(100);
        assert_eq!(two.add(5), Some(105));
        one.remove(200);
        assert_eq!(two.add(50), Some(50));
        std::fs::write(dir.path().join("bytes"), "abc").unwrap();
        assert_eq!(one.add(1), None);
    }
}
