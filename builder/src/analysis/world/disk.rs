//! Disk access of the analysis: records what each access sees, so that a later build can check whether it
//! is unchanged.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::analysis::graph::Source;
use crate::store::{Hash, Identity, Store};

/// A visited path and its state.
pub(crate) type Look = (PathBuf, Seen);

/// The state of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Seen {
    /// Nothing, or an inaccessible path.
    Nothing,
    /// A file or folder whose last change is old enough: any further change is visible in its identity.
    Settled(Identity),
    /// A recently changed file or folder. A further change may be visible only in its content.
    Young {
        /// A folder.
        is_folder: bool,
        /// Length of a file, bytes.
        len: u64,
        /// Hash of the content: the bytes of a file, the names in a folder. `None` if the content was not
        /// read.
        content: Option<Hash>,
    },
}

/// An entry of a folder.
pub(super) struct Entry {
    pub name: String,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
    pub is_link: bool,
}

/// Disk access. All of the analysis uses it (`tests/tidy.rs` enforces this).
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// Files that builds write. Changes to them do not affect the analysis.
    outputs: Vec<PathBuf>,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    looks: HashMap<PathBuf, (Seen, Option<Identity>)>,
    /// Whether the results cannot be verified later, because something changed between two accesses or an
    /// access was not recorded.
    doubtful: bool,
}

impl Seen {
    /// Returns the state of a file or folder that is not changing at the moment.
    fn of(metadata: &Metadata, identity: Identity) -> Seen {
        if identity.is_settled() { Seen::Settled(identity) } else { Seen::young(metadata) }
    }

    /// Returns the state of a file or folder that may have changed without a trace.
    fn young(metadata: &Metadata) -> Seen {
        let is_folder = metadata.is_dir();
        Seen::Young { is_folder, len: if is_folder { 0 } else { metadata.len() }, content: None }
    }
}

impl Disk {
    /// Creates access to a disk on which builds write `outputs`.
    pub(crate) fn with_outputs(outputs: Vec<PathBuf>) -> Disk {
        Disk { outputs, noted: Mutex::default() }
    }

    /// Returns whether builds write directly into a folder. Only its names without theirs then show a
    /// change.
    fn is_shared(&self, folder: &Path) -> bool {
        self.outputs.iter().any(|output| output.parent() == Some(folder))
    }

    /// Reads the metadata of a path, following links.
    fn look(&self, path: &Path) -> io::Result<Metadata> {
        let found = std::fs::metadata(path);
        let is_shared = self.is_shared(path);
        let identity = found.as_ref().ok().and_then(|metadata| Identity::of(path, metadata));
        let seen = match (&found, identity) {
            (Ok(metadata), Some(_)) if is_shared => Seen::young(metadata),
            (Ok(metadata), Some(identity)) => Seen::of(metadata, identity),
            _ => Seen::Nothing,
        };
        let mut noted = self.noted();
        noted.doubtful |= found.is_ok() && identity.is_none();
        match noted.looks.get(path) {
            Some((_, before)) => noted.doubtful |= *before != identity && !is_shared,
            None => {
                noted.looks.insert(path.to_owned(), (seen, identity));
            }
        }
        found
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the content of a visited path if only the content shows a change.
    fn note(&self, path: &Path, hash: impl FnOnce() -> Option<Hash>) {
        let is_young = matches!(self.noted().looks.get(path), Some((Seen::Young { .. }, _)));
        if !is_young {
            return;
        }
        let hash = hash();
        let noted = &mut *self.noted();
        if let Some((Seen::Young { content, .. }, _)) = noted.looks.get_mut(path) {
            noted.doubtful |= hash.is_none() || content.is_some_and(|c| Some(c) != hash);
            *content = hash;
        }
    }

    /// Returns whether the path is a folder.
    pub(crate) fn is_dir(&self, path: &Path) -> bool {
        self.look(path).is_ok_and(|m| m.is_dir())
    }

    /// Returns whether the path is a file.
    pub(in crate::analysis) fn is_file(&self, path: &Path) -> bool {
        self.look(path).is_ok_and(|m| m.is_file())
    }

    /// Returns the length of a file in bytes.
    pub(in crate::analysis) fn size(&self, path: &Path) -> Option<u64> {
        self.look(path).ok().filter(Metadata::is_file).map(|m| m.len())
    }

    /// Identifies a folder, independent of its path.
    pub(super) fn identity(&self, path: &Path) -> Option<Identity> {
        let metadata = self.look(path).ok()?;
        Identity::of(path, &metadata)
    }

    /// Lists a folder: names that are valid text, and whether each is a folder.
    pub(crate) fn list(&self, folder: &Path) -> Option<Vec<(String, bool)>> {
        let entries = self.entries(folder)?.into_iter();
        Some(entries.map(|Entry { name, is_folder, .. }| (name, is_folder)).collect())
    }

    /// Lists a folder, including which entries are links.
    pub(super) fn entries(&self, folder: &Path) -> Option<Vec<Entry>> {
        self.look(folder).ok()?;
        let entries = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let kind = entry.file_type().ok()?;
            let is_folder = if kind.is_symlink() { self.is_dir(&entry.path()) } else { kind.is_dir() };
            Some(Entry { name, is_folder, is_link: kind.is_symlink() })
        });
        let entries: Vec<Entry> = entries.collect();
        self.note(folder, || self.names(folder));
        Some(entries)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.look(path)?;
        let bytes = std::fs::read(path)?;
        self.note(path, || Some(*blake3::hash(&bytes).as_bytes()));
        Ok(bytes)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn open(&self, path: &Path) -> io::Result<std::fs::File> {
        self.look(path)?;
        let file = std::fs::File::open(path)?;
        self.note(path, || content(path));
        Ok(file)
    }

    /// Returns the hash of a file's content.
    pub(in crate::analysis) fn hash(&self, path: &Path, store: &Store) -> Option<Hash> {
        let metadata = self.look(path).ok()?;
        let hash = store.file_hash_of(path, &metadata).ok()?;
        self.note(path, || Some(hash));
        Some(hash)
    }

    /// Reads the bytes of a source.
    ///
    /// # Errors
    /// The file cannot be read, or the zip is invalid.
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

    /// Returns all accesses by path, or `None` if they cannot be verified later.
    pub(crate) fn looks(self) -> Option<Vec<Look>> {
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut looks: Vec<Look> = noted.looks.into_iter().map(|(path, (seen, _))| (path, seen)).collect();
        looks.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        (!noted.doubtful).then_some(looks)
    }

    /// Returns the current state of a path if it equals the recorded one, or has settled since.
    pub(crate) fn holds(&self, look: &Look) -> Option<Seen> {
        let (path, before) = look;
        let metadata = std::fs::metadata(path).ok();
        let identity = metadata.as_ref().and_then(|metadata| Identity::of(path, metadata));
        match (*before, &metadata, identity) {
            (Seen::Nothing, _, None) => Some(Seen::Nothing),
            (Seen::Settled(then), _, Some(now)) if then == now => Some(*before),
            (Seen::Young { is_folder, len, content: then }, Some(metadata), Some(identity)) => {
                let is_alike = metadata.is_dir() == is_folder && (is_folder || metadata.len() == len);
                let is_same = is_alike
                    && match then {
                        None => true,
                        Some(_) if is_folder => self.names(path) == then,
                        Some(_) => content(path) == then,
                    };
                // It settled before its content was read just now, so any later change is visible.
                let now = match Seen::of(metadata, identity) {
                    now @ Seen::Settled(_) if !self.is_shared(path) => now,
                    _ => *before,
                };
                is_same.then_some(now)
            }
            _ => None,
        }
    }

    /// Returns the hash of the names in a folder, each with its kind, without those that builds write.
    fn names(&self, folder: &Path) -> Option<Hash> {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .ok()?
            .flatten()
            .filter(|entry| !self.outputs.contains(&entry.path()))
            .map(|entry| {
                (entry.file_name(), entry.file_type().ok().map(|kind| (kind.is_dir(), kind.is_symlink())))
            })
            .collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut hasher = blake3::Hasher::new();
        for (name, kind) in entries {
            let name = name.as_encoded_bytes();
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name);
            hasher.update(format!("{kind:?}").as_bytes());
        }
        Some(*hasher.finalize().as_bytes())
    }
}

/// Returns the hash of a file's content.
fn content(path: &Path) -> Option<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path).ok()?).ok()?;
    Some(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the paths whose state has changed.
    fn changed(looks: &[Look]) -> Vec<PathBuf> {
        let now = Disk::default();
        looks.iter().filter(|look| now.holds(look).is_none()).map(|look| look.0.clone()).collect()
    }

    // The test creates a link to a folder.
    #[cfg(unix)]
    #[test]
    fn a_change_of_anything_seen_shows() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(path("folder/inner")).unwrap();
        std::fs::write(path("file"), "one").unwrap();
        std::os::unix::fs::symlink("folder", path("link")).unwrap();
        // The change time of the inode cannot be set back.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        let disk = Disk::default();
        assert_eq!(disk.list(&path("folder")).unwrap(), [("inner".to_owned(), true)]);
        assert_eq!(disk.read(&path("file")).unwrap(), b"one");
        assert!(!disk.is_file(&path("absent")) && disk.is_dir(&path("link")));
        let looks = disk.looks().unwrap();
        let changed = || changed(&looks);
        assert!(looks.len() == 4 && changed().is_empty());
        // The length and the modification time are the same: only the change time of the inode differs.
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
    fn what_is_young_is_known_by_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir(path("folder")).unwrap();
        std::fs::write(path("file"), "one").unwrap();
        std::fs::write(path("seen"), "only").unwrap();
        let disk = Disk::default();
        disk.read(&path("file")).unwrap();
        disk.list(&path("folder")).unwrap();
        assert!(disk.is_file(&path("seen")));
        let looks = disk.looks().unwrap();
        let changed = || changed(&looks);
        assert!(looks.len() == 3 && changed().is_empty());
        // The length is the same, and the times may be the same as well.
        std::fs::write(path("file"), "two").unwrap();
        std::fs::write(path("seen"), "new!").unwrap();
        assert_eq!(changed(), [path("file")]);
        std::fs::write(path("folder/inner"), "").unwrap();
        std::fs::write(path("seen"), "longer").unwrap();
        assert_eq!(changed(), [path("file"), path("folder"), path("seen")]);
        std::fs::write(path("file"), "one").unwrap();
        assert_eq!(changed(), [path("folder"), path("seen")]);
        // After some time, the identity is sufficient.
        let file = looks.iter().find(|l| l.0 == path("file")).unwrap();
        assert!(matches!(Disk::default().holds(file), Some(Seen::Young { .. })));
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(matches!(Disk::default().holds(file), Some(Seen::Settled(_))));
    }

    #[test]
    fn what_builds_write_is_no_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let disk = || Disk::with_outputs(vec![path("dist")]);
        let first = disk();
        first.list(dir.path()).unwrap();
        std::fs::create_dir(path("dist")).unwrap();
        first.list(dir.path()).unwrap();
        let looks = first.looks().unwrap();
        std::fs::remove_dir(path("dist")).unwrap();
        assert!(looks.iter().all(|look| disk().holds(look).is_some()));
        std::fs::write(path("new"), "").unwrap();
        assert!(looks.iter().any(|look| disk().holds(look).is_none()));
    }

    #[test]
    fn what_changes_while_it_is_looked_at_is_not_relied_on() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "one").unwrap();
        let disk = Disk::default();
        disk.read(&file).unwrap();
        std::fs::write(&file, "two").unwrap();
        disk.read(&file).unwrap();
        assert!(disk.looks().is_none());
    }
}
