//! Counts the values that builds looked for and found, for `freeze cache show`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Name of the file with the sum over all builds: two numbers of 8 bytes.
const FILE: &str = "lookups";

/// The lookups of one process.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    found: AtomicU64,
    missed: AtomicU64,
}

impl Lookups {
    /// Counts a lookup, and returns its result.
    pub(super) fn count<T>(&self, value: Option<T>) -> Option<T> {
        let counter = if value.is_some() { &self.found } else { &self.missed };
        counter.fetch_add(1, Ordering::Relaxed);
        value
    }

    /// Adds the counts to those of earlier builds. A failure only makes the sum smaller.
    pub(super) fn save(&self, home: &Path) {
        let (found, missed) = (self.found.swap(0, Ordering::Relaxed), self.missed.swap(0, Ordering::Relaxed));
        if found + missed > 0 {
            let _ = add(home, found, missed);
        }
    }
}

/// Returns how many values all builds found, and how many they missed.
pub(super) fn sum(home: &Path) -> (u64, u64) {
    File::open(home.join(FILE)).ok().and_then(|mut file| read(&mut file)).unwrap_or_default()
}

fn add(home: &Path, found: u64, missed: u64) -> std::io::Result<()> {
    let mut file =
        File::options().create(true).truncate(false).read(true).write(true).open(home.join(FILE))?;
    file.lock()?;
    let (before, missed_before) = read(&mut file).unwrap_or_default();
    file.seek(SeekFrom::Start(0))?;
    let sums = [before.saturating_add(found), missed_before.saturating_add(missed)];
    file.write_all(&sums.map(u64::to_le_bytes).concat())
}

fn read(file: &mut File) -> Option<(u64, u64)> {
    let mut bytes = [0; 16];
    file.read_exact(&mut bytes).ok()?;
    let (found, missed) = bytes.split_first_chunk()?;
    Some((u64::from_le_bytes(*found), u64::from_le_bytes(*missed.first_chunk()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_all_builds_are_added() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(sum(folder.path()), (0, 0));
        for _ in 0..2 {
            let lookups = Lookups::default();
            lookups.count(Some(()));
            lookups.count(Some(()));
            lookups.count(None::<()>);
            lookups.save(folder.path());
        }
        assert_eq!(sum(folder.path()), (4, 2));
        std::fs::write(folder.path().join(FILE), "cut").unwrap();
        assert_eq!(sum(folder.path()), (0, 0));
    }
}
