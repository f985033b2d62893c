//! Makes native libraries ready to be loaded: what they need first, from a file or from memory.

use std::collections::HashMap;
use std::ffi::CString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bootloader::archive::{Archive, File as Record, FileId, FileKind};

use super::Root;
use super::needed::needed;
use crate::content::Reader;
use crate::os;
use crate::report::{Failure, UNABLE};

/// The native libraries of the program.
pub(crate) struct Libraries {
    archive: Archive<'static>,
    root: PathBuf,
    on_disk: bool,
    done: Mutex<HashMap<FileId, Loaded>>,
}

/// What has been done for a library.
enum Loaded {
    /// Being made ready, or loaded from its file.
    Begun,
    /// In memory. The descriptor stays open: the C library tells libraries apart by path, and another
    /// one under the same number would be taken for this one.
    Memory(File),
}

impl Libraries {
    /// The libraries of an archive whose root is `root`.
    pub(crate) fn new(archive: Archive<'static>, root: &Root) -> Libraries {
        Libraries {
            archive,
            root: root.path().to_owned(),
            on_disk: root.is_on_disk(),
            done: Mutex::default(),
        }
    }

    /// Loads what `file` needs, and returns the path to load itself from.
    pub(crate) fn prepare(&self, file: FileId) -> Result<PathBuf, Failure> {
        let record = self.archive.file(file as usize)?;
        if self.on_disk && record.has_no_preload() {
            return Ok(self.place(&record));
        }
        let mut done = self.done.lock().map_err(|_| Failure::new(UNABLE, "a thread failed"))?;
        self.ready(&mut done, file)
    }

    fn place(&self, record: &Record<'_>) -> PathBuf {
        self.root.join(os::path_from_bytes(record.path))
    }

    fn ready(&self, done: &mut HashMap<FileId, Loaded>, file: FileId) -> Result<PathBuf, Failure> {
        let record = self.archive.file(file as usize)?;
        match done.get(&file) {
            Some(Loaded::Memory(file)) => return Ok(os::path_of_memory(file)),
            Some(Loaded::Begun) => return Ok(self.place(&record)),
            None => {}
        }
        done.insert(file, Loaded::Begun);
        for first in self.archive.preload(&record)? {
            self.load(done, first)?;
        }
        if self.on_disk {
            return Ok(self.place(&record));
        }
        let Some(blob) = record.blob else { return Ok(self.place(&record)) };
        let content = Reader::new(self.archive).read(blob)?;
        if record.kind == FileKind::Link {
            // The blob of a link is its target, relative to its own folder.
            let target = resolve(record.path, &content);
            let Ok(target) = self.archive.search_file(&target) else { return Ok(self.place(&record)) };
            return self.ready(done, target as FileId);
        }
        for name in needed(&content) {
            if let Some(other) = self.by_name(name) {
                self.load(done, other)?;
            }
        }
        let base = record.path.rsplit(|c| *c == b'/').next().unwrap_or_default();
        let base = CString::new(&base[..base.len().min(200)]).unwrap_or_default();
        let failed = |e: std::io::Error| {
            Failure::new(UNABLE, format!("failed to put `{}` into memory: {e}", base.to_string_lossy()))
                .hint("this machine forbids it: build the program with `extract = \"cache\"`")
        };
        let mut memory = os::move_up(os::memory_file(&base).map_err(failed)?);
        memory.write_all(&content).map_err(failed)?;
        let path = os::path_of_memory(&memory);
        done.insert(file, Loaded::Memory(memory));
        Ok(path)
    }

    fn load(&self, done: &mut HashMap<FileId, Loaded>, file: FileId) -> Result<(), Failure> {
        if done.contains_key(&file) {
            return Ok(());
        }
        let path = self.ready(done, file)?;
        os::load_library(&path, false).map(|_| ()).map_err(|e| {
            let name = self.archive.file(file as usize).map(|r| r.path).unwrap_or_default();
            Failure::new(UNABLE, format!("failed to load `{}`: {e}", String::from_utf8_lossy(name)))
        })
    }

    /// The library of this file name, wherever it lies.
    fn by_name(&self, name: &[u8]) -> Option<FileId> {
        (0..self.archive.file_count()).find_map(|i| {
            let record = self.archive.file(i).ok()?;
            let base = record.path.rsplit(|c| *c == b'/').next()?;
            let fits = base == name && matches!(record.kind, FileKind::Native | FileKind::Link);
            fits.then_some(i as FileId)
        })
    }
}

fn resolve(link: &[u8], target: &[u8]) -> Vec<u8> {
    let link = os::path_from_bytes(link);
    let folder = link.parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(os::path_from_bytes(target)).components() {
        match part {
            std::path::Component::ParentDir => {
                path.pop();
            }
            std::path::Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path.into_os_string().into_encoded_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_their_folder() {
        assert_eq!(resolve(b"a/libx.so.1", b"libx.so.1.0"), b"a/libx.so.1.0");
        assert_eq!(resolve(b"a/b/l.so", b"../c/l.so"), b"a/c/l.so");
        assert_eq!(resolve(b"l.so", b"../../l2.so"), b"l2.so");
    }
}
