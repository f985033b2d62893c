//! Folders in the cache: unpacked archives and installed packages, each made once and never changed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::{Hash, Store, hex, lock, touch};
use crate::error::{Context, Error, Result};
use crate::os::create_private_folders;

/// A folder is removed if no build has used it for this long.
const UNUSED: Duration = Duration::from_secs(7 * 86_400);
/// Prefix of the name of an unfinished folder.
const NEW: &str = "new-";

impl Store {
    /// Returns the folder stored under `key`, or creates it with `make`. The folder is complete or absent.
    ///
    /// # Errors
    /// `make` fails, or no folder can be written.
    pub fn folder(&self, key: &Hash, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        if let Some(path) = self.kept_folder(key) {
            return Ok(path);
        }
        let new = self.new_folder()?;
        make(new.path())?;
        self.keep_folder(key, new)
    }

    /// Returns the folder stored under `key`. It stays in place while this build runs.
    pub fn kept_folder(&self, key: &Hash) -> Option<PathBuf> {
        let path = self.folders().join(hex(key));
        if let Some(running) = &self.shared.running {
            running.keep(&used(&path));
        }
        path.is_dir().then_some(path)
    }

    /// Creates a folder to fill and pass to [`Store::keep_folder`].
    ///
    /// # Errors
    /// Neither the cache nor the temporary folder can be written.
    pub fn new_folder(&self) -> Result<TempDir> {
        let folders = self.folders();
        let builder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix(NEW);
            builder
        };
        if self.is_persistent()
            && create_private_folders(&folders).is_ok()
            && let Ok(new) = builder().tempdir_in(&folders)
        {
            return Ok(new);
        }
        builder()
            .tempdir()
            .context(|| format!("failed to write to the cache `{}`", self.root().display()))
            .map_err(|e| e.hint("set FREEZE_CACHE_DIR or TMPDIR to a writable folder"))
    }

    /// Stores a folder under `key`. If another build has already stored one, that folder is used instead.
    ///
    /// # Errors
    /// The folder cannot be renamed.
    pub fn keep_folder(&self, key: &Hash, new: TempDir) -> Result<PathBuf> {
        let folders = self.folders();
        if new.path().parent() != Some(folders.as_path()) {
            // The cache is not writable: the folder is outside it and is removed when the build ends.
            let path = new.path().to_owned();
            lock(&self.shared.private.folders).push(new);
            return Ok(path);
        }
        let place = folders.join(hex(key));
        let bytes = size(new.path());
        let renamed = self.shared.store(bytes, || {
            let _ = File::options().create(true).append(true).open(used(&place));
            touch(&used(&place));
            std::fs::rename(new.path(), &place)
        });
        match renamed {
            Some(Ok(())) => {
                // The folder has been renamed: there is nothing left to remove.
                let _ = new.keep();
                Ok(place)
            }
            Some(Err(_)) if place.is_dir() => Ok(place),
            Some(Err(error)) => Err(Error::from(error)
                .context(format!("failed to write to the cache `{}`", self.root().display()))),
            // The cache has no room: the folder is removed when the build ends.
            None => {
                let path = new.path().to_owned();
                lock(&self.shared.private.folders).push(new);
                Ok(path)
            }
        }
    }

    /// Returns the folder for unfinished downloads, which may not exist.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.shared.home.join("downloads")
    }

    fn folders(&self) -> PathBuf {
        self.shared.home.join("folders")
    }
}

/// Returns the file whose time records the last use of a folder.
fn used(folder: &Path) -> PathBuf {
    folder.with_extension("used")
}

/// Lists the complete folders, each with the file whose time records its last use.
pub(super) fn all(home: &Path) -> Vec<(PathBuf, PathBuf)> {
    let folders = entries(home).filter(|path| !is_new(path));
    folders.map(|path| (path.clone(), used(&path))).collect()
}

/// Removes folders that have not been used for a long time, and leftovers of builds killed before `since`.
pub(super) fn sweep(home: &Path, since: SystemTime) {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    let is_old = |last: SystemTime| last.elapsed().is_ok_and(|age| age > UNUSED) && last < since;
    for path in entries(home) {
        let goes = if is_new(&path) {
            modified(&path).is_some_and(|last| last < since)
        } else {
            modified(&used(&path)).is_some_and(is_old)
        };
        if goes {
            let _ = std::fs::remove_dir_all(&path);
            let _ = std::fs::remove_file(used(&path));
        }
    }
}

fn entries(home: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(home.join("folders")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir())
}

fn is_new(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(NEW))
}

/// Returns the size of a folder on disk.
pub(super) fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|m| crate::os::blocks(&m))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_once_and_whole() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let key = [7; 32];
        let failed = store.folder(&key, |_| Err(Error::new("no")));
        assert!(failed.is_err() && store.kept_folder(&key).is_none());
        let write = |folder: &Path| Ok(std::fs::write(folder.join("a"), "1")?);
        let folder = store.folder(&key, write).unwrap();
        assert_eq!(store.folder(&key, |_| Err(Error::new("again"))).unwrap(), folder);
        assert_eq!(std::fs::read(folder.join("a")).unwrap(), b"1");
        let other = store.new_folder().unwrap();
        assert_eq!(store.keep_folder(&key, other).unwrap(), folder);
        assert!(folder.join("a").exists());
        let old = SystemTime::now() - UNUSED - Duration::from_secs(1);
        File::options().append(true).open(used(&folder)).unwrap().set_modified(old).unwrap();
        sweep(folder.parent().unwrap().parent().unwrap(), SystemTime::now());
        assert!(!folder.exists());
    }
}
