//! Disk access of the analysis: records what each access sees, so that a later build can check whether it
//! is unchanged.

use std::collections::HashMap;
use std::fs::{DirEntry, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::question::Question;
use crate::analysis::graph::Source;
use crate::store::{Hash, Identity, Store};

/// A visited path, its state, and what the analysis used of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    pub path: PathBuf,
    seen: Seen,
    used: Used,
}

/// The state of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Seen {
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
    },
}

/// What the analysis used of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Used {
    /// Its metadata.
    Metadata,
    /// The names in the folder, by their hash.
    Names(Hash),
    /// The answers to questions about the content with this hash.
    Answers(Hash, Vec<Question>),
    /// The content with this hash. `None` if it was not hashed.
    Content(Option<Hash>),
}

impl Used {
    /// Adds a further use. Returns whether both saw the same content.
    fn add(&mut self, more: Used) -> bool {
        let (is_same, both) = match (std::mem::replace(self, Used::Metadata), more) {
            (Used::Metadata, any) | (any, Used::Metadata) => (true, any),
            (Used::Answers(a, mut before), Used::Answers(b, questions)) => {
                before.extend(questions.into_iter().filter(|q| !before.contains(q)).collect::<Vec<_>>());
                (a == b, Used::Answers(a, before))
            }
            (Used::Answers(a, _), Used::Content(b)) | (Used::Content(b), Used::Answers(a, _)) => {
                (b.is_none_or(|b| a == b), Used::Content(b))
            }
            (Used::Content(Some(a)), Used::Content(Some(b))) => (a == b, Used::Content(Some(a))),
            (Used::Content(_), Used::Content(_)) => (true, Used::Content(None)),
            (Used::Names(a), Used::Names(b)) => (a == b, Used::Names(a)),
            // A file became a folder, or the other way round.
            (Used::Names(_), other) | (other, Used::Names(_)) => (false, other),
        };
        *self = both;
        is_same
    }
}

impl Look {
    /// Returns the questions that were asked about the file, and the hash of its content, if nothing else was used.
    pub(super) fn asked(&self) -> Option<(&Hash, &[Question])> {
        match &self.used {
            Used::Answers(content, questions) => Some((content, questions)),
            _ => None,
        }
    }

    /// Returns the look at a changed file whose content gives the same answers.
    pub(super) fn with_answers(self, content: Hash, questions: &[Question]) -> Look {
        Look { used: Used::Answers(content, questions.to_owned()), ..self }
    }
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
    looks: HashMap<PathBuf, Noticed>,
    /// Whether the results cannot be verified later, because something changed between two accesses or an
    /// access was not recorded.
    doubtful: bool,
}

#[derive(Debug)]
struct Noticed {
    seen: Seen,
    used: Used,
    /// The identity at the first look.
    identity: Option<Identity>,
}

impl Seen {
    /// Returns the state of a file or folder that is not changing at the moment.
    fn of(metadata: &Metadata, identity: Identity) -> Seen {
        if identity.is_settled() { Seen::Settled(identity) } else { Seen::young(metadata) }
    }

    /// Returns the state of a file or folder that may have changed without a trace.
    fn young(metadata: &Metadata) -> Seen {
        let is_folder = metadata.is_dir();
        Seen::Young { is_folder, len: if is_folder { 0 } else { metadata.len() } }
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
            Some(before) => noted.doubtful |= before.identity != identity && !is_shared,
            None => {
                noted.looks.insert(path.to_owned(), Noticed { seen, used: Used::Metadata, identity });
            }
        }
        found
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records what was used of a visited path.
    fn note(&self, path: &Path, used: Used) {
        let noted = &mut *self.noted();
        if let Some(noticed) = noted.looks.get_mut(path) {
            noted.doubtful |= !noticed.used.add(used);
        }
    }

    /// Returns whether a further change of a visited path may be visible only in its content.
    fn is_young(&self, path: &Path) -> bool {
        matches!(self.noted().looks.get(path), Some(Noticed { seen: Seen::Young { .. }, .. }))
    }

    /// Records that the content of a file was used. It is only hashed if its identity does not show a change.
    fn note_content(&self, path: &Path, hash: impl FnOnce() -> Option<Hash>) {
        let is_young = self.is_young(path);
        let content = if is_young { hash() } else { None };
        self.note(path, Used::Content(content));
        self.noted().doubtful |= is_young && content.is_none();
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
        let found: Vec<DirEntry> = std::fs::read_dir(folder).ok()?.flatten().collect();
        self.note(folder, Used::Names(self.hash_of_names(folder, &found)));
        let entries = found.into_iter().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let kind = entry.file_type().ok()?;
            let is_folder = if kind.is_symlink() { self.is_dir(&entry.path()) } else { kind.is_dir() };
            Some(Entry { name, is_folder, is_link: kind.is_symlink() })
        });
        Some(entries.collect())
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.read_only(path)?;
        self.note_content(path, || Some(*blake3::hash(&bytes).as_bytes()));
        Ok(bytes)
    }

    /// Reads the bytes of a file whose use has been recorded.
    fn read_only(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.look(path)?;
        std::fs::read(path)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn open(&self, path: &Path) -> io::Result<File> {
        let file = self.can_open(path)?;
        self.note_content(path, || content(path));
        Ok(file)
    }

    /// Opens a file whose content is not used, only whether it can be read.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(in crate::analysis) fn can_open(&self, path: &Path) -> io::Result<File> {
        self.look(path)?;
        File::open(path)
    }

    /// Returns the hash of a file's content, of which the answer to a question is used, or all of it.
    pub(in crate::analysis) fn hash(
        &self,
        path: &Path,
        store: &Store,
        of: Option<&Question>,
    ) -> Option<Hash> {
        let metadata = self.look(path).ok()?;
        let hash = store.file_hash_of(path, &metadata).ok()?;
        self.note(
            path,
            of.map_or(Used::Content(Some(hash)), |question| Used::Answers(hash, vec![question.clone()])),
        );
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

    /// Reads the bytes of a source, about which a question has been recorded.
    ///
    /// # Errors
    /// The file cannot be read, or the zip is invalid.
    pub(super) fn read_asked(&self, source: &Source) -> io::Result<Vec<u8>> {
        match source {
            Source::File(path) => self.read_only(path),
            other => self.read_source(other),
        }
    }

    /// Returns all accesses by path, or `None` if they cannot be verified later.
    pub(crate) fn looks(self) -> Option<Vec<Look>> {
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let looks =
            noted.looks.into_iter().map(|(path, Noticed { seen, used, .. })| Look { path, seen, used });
        let mut looks: Vec<Look> = looks.collect();
        looks.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        (!noted.doubtful).then_some(looks)
    }

    /// Returns the current state of a path if everything that the analysis used of it is unchanged.
    pub(crate) fn holds(&self, look: &Look) -> Option<Look> {
        let Look { path, seen: before, used } = look;
        let metadata = std::fs::metadata(path).ok();
        let identity = metadata.as_ref().and_then(|metadata| Identity::of(path, metadata));
        let (Some(metadata), Some(identity)) = (metadata, identity) else {
            return (*before == Seen::Nothing).then(|| look.clone());
        };
        let is_same = match before {
            Seen::Nothing => false,
            Seen::Settled(then) if *then == identity => return Some(look.clone()),
            Seen::Settled(then) => {
                then.is_of_same_file(&identity) && self.is_used_alike(path, &metadata, used)?
            }
            Seen::Young { is_folder, len } => {
                let is_alike = metadata.is_dir() == *is_folder && (*is_folder || metadata.len() == *len);
                is_alike && self.is_used_alike(path, &metadata, used).unwrap_or(true)
            }
        };
        // It settled before its content was read just now, so any later change is visible.
        let seen = match Seen::of(&metadata, identity) {
            now @ Seen::Settled(_) if !self.is_shared(path) => now,
            _ => Seen::young(&metadata),
        };
        is_same.then(|| Look { seen, ..look.clone() })
    }

    /// Returns whether the used content is the same. `None` if only the metadata shows it.
    fn is_used_alike(&self, path: &Path, metadata: &Metadata, used: &Used) -> Option<bool> {
        match used {
            Used::Metadata | Used::Content(None) => None,
            Used::Names(then) => {
                let found: Option<Vec<DirEntry>> =
                    std::fs::read_dir(path).ok().map(|found| found.flatten().collect());
                Some(found.is_some_and(|found| self.hash_of_names(path, &found) == *then))
            }
            Used::Content(Some(then)) | Used::Answers(then, _) => {
                Some(metadata.is_file() && content(path).as_ref() == Some(then))
            }
        }
    }

    /// Returns the hash of the names in a folder, each with its kind, without those that builds write.
    fn hash_of_names(&self, folder: &Path, found: &[DirEntry]) -> Hash {
        let is_shared = self.is_shared(folder);
        let mut entries: Vec<_> = found
            .iter()
            .filter(|entry| !is_shared || !self.outputs.contains(&entry.path()))
            .map(|entry| {
                (entry.file_name(), entry.file_type().ok().map(|kind| (kind.is_dir(), kind.is_symlink())))
            })
            .collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut hasher = blake3::Hasher::new();
        for (name, kind) in entries {
            let name = name.as_encoded_bytes();
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name);
            hasher.update(
                &kind.map_or([2, 2], |(is_folder, is_link)| [u8::from(is_folder), u8::from(is_link)]),
            );
        }
        *hasher.finalize().as_bytes()
    }
}

/// Returns the hash of a file's content.
fn content(path: &Path) -> Option<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the paths whose state has changed.
    fn changed(looks: &[Look]) -> Vec<PathBuf> {
        let now = Disk::default();
        looks.iter().filter(|look| now.holds(look).is_none()).map(|look| look.path.clone()).collect()
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
        let file = looks.iter().find(|l| l.path == path("file")).unwrap();
        let seen = |look: &Look| Disk::default().holds(look).map(|now| now.seen);
        assert!(matches!(seen(file), Some(Seen::Young { .. })));
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(matches!(seen(file), Some(Seen::Settled(_))));
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
