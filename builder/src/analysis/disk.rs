//! The disk as analysis sees it: each look is noted, so that a later build can tell whether it would see the same.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Source;
use crate::store::{Hash, Identity, Store, is_settled};

/// A path that was looked at, and what was there; none if nothing was, or nothing that could be looked at.
pub(super) type Look = (PathBuf, Option<Identity>);

/// Access to the disk, by which alone analysis sees files and folders (`tests/tidy.rs` holds it).
#[derive(Debug, Default)]
pub(crate) struct Disk {
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    looks: HashMap<PathBuf, Option<Identity>>,
    /// Something was too young, or changed between two looks: what was seen cannot be recognised later.
    doubtful: bool,
}

impl Disk {
    /// Looks at a path, following links.
    fn look(&self, path: &Path) -> io::Result<Metadata> {
        let found = std::fs::metadata(path);
        let identity = found.as_ref().ok().and_then(Identity::of);
        let doubtful = found.as_ref().is_ok_and(|m| identity.is_none() || !is_settled(m));
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.doubtful |= doubtful;
        match noted.looks.get(path) {
            Some(before) => noted.doubtful |= *before != identity,
            None => {
                noted.looks.insert(path.to_owned(), identity);
            }
        }
        found
    }

    /// Whether a folder lies there.
    pub(crate) fn is_dir(&self, path: &Path) -> bool {
        self.look(path).is_ok_and(|m| m.is_dir())
    }

    /// Whether a file lies there.
    pub(super) fn is_file(&self, path: &Path) -> bool {
        self.look(path).is_ok_and(|m| m.is_file())
    }

    /// Length of a file, bytes.
    pub(super) fn size(&self, path: &Path) -> Option<u64> {
        self.look(path).ok().filter(Metadata::is_file).map(|m| m.len())
    }

    /// What a folder holds: names that are text, and whether each is a folder.
    pub(crate) fn list(&self, folder: &Path) -> Option<Vec<(String, bool)>> {
        self.look(folder).ok()?;
        let entries = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let kind = entry.file_type().ok()?;
            let is_folder = if kind.is_symlink() { self.is_dir(&entry.path()) } else { kind.is_dir() };
            Some((name, is_folder))
        });
        Some(entries.collect())
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.look(path)?;
        std::fs::read(path)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn open(&self, path: &Path) -> io::Result<std::fs::File> {
        self.look(path)?;
        std::fs::File::open(path)
    }

    /// The hash of a file's content.
    pub(super) fn hash(&self, path: &Path, store: &Store) -> Option<Hash> {
        let metadata = self.look(path).ok()?;
        store.file_hash_of(path, &metadata).ok()
    }

    /// The bytes of a source.
    ///
    /// # Errors
    /// The file cannot be read, or the zip is not one.
    pub(crate) fn read_source(&self, source: &Source) -> io::Result<Vec<u8>> {
        match source {
            Source::File(path) => self.read(path),
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::Zip { archive, member } => {
                let mut zip = zip::ZipArchive::new(self.open(archive)?)?;
                let mut bytes = Vec::new();
                io::Read::read_to_end(&mut zip.by_name(member)?, &mut bytes)?;
                Ok(bytes)
            }
        }
    }

    /// All looks so far, by path; none if what was seen cannot be recognised later.
    pub(super) fn looks(self) -> Option<Vec<Look>> {
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut looks: Vec<Look> = noted.looks.into_iter().collect();
        looks.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        (!noted.doubtful).then_some(looks)
    }
}

/// Whether a look would show the same now.
pub(super) fn holds(look: &Look) -> bool {
    let (path, before) = look;
    std::fs::metadata(path).ok().as_ref().and_then(Identity::of) == *before
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_anything_seen_shows() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(path("folder/inner")).unwrap();
        std::fs::write(path("file"), "one").unwrap();
        std::os::unix::fs::symlink("folder", path("link")).unwrap();
        // The time of the inode cannot be set back.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        let disk = Disk::default();
        assert_eq!(disk.list(&path("folder")).unwrap(), [("inner".to_owned(), true)]);
        assert_eq!(disk.read(&path("file")).unwrap(), b"one");
        assert!(!disk.is_file(&path("absent")) && disk.is_dir(&path("link")));
        let looks = disk.looks().unwrap();
        let changed = || looks.iter().filter(|l| !holds(l)).map(|l| l.0.clone()).collect::<Vec<_>>();
        assert!(looks.len() == 4 && changed().is_empty());
        // The same length and the old time of modification: the time of the inode tells.
        let old = path("file").metadata().unwrap().modified().unwrap();
        std::fs::write(path("file"), "two").unwrap();
        std::fs::File::options().append(true).open(path("file")).unwrap().set_modified(old).unwrap();
        assert_eq!(changed(), [path("file")]);
        std::fs::rename(path("folder/inner"), path("folder/other")).unwrap();
        assert_eq!(changed(), [path("file"), path("folder"), path("link")]);
        std::fs::write(path("absent"), "").unwrap();
        assert_eq!(changed(), [path("absent"), path("file"), path("folder"), path("link")]);
    }

    #[test]
    fn what_is_too_young_is_not_relied_on() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "one").unwrap();
        let disk = Disk::default();
        assert!(disk.is_file(&dir.path().join("file")));
        assert!(disk.looks().is_none());
    }
}
