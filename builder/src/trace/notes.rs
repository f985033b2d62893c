//! Reads the records of `hook.py`: one file for each process.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Context, Result};
use crate::os::bytes_path as path;

/// The location of the code that made a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its file.
    pub(super) file: PathBuf,
    /// Its line, 1-based.
    pub(super) line: u32,
}

/// The code that made a request, if known.
pub(super) type Asker = Option<Place>;

/// The requests of all processes of a run.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Modules in memory at the end, or, if a process was killed, those that it tried to import.
    pub(super) modules: BTreeMap<String, Asker>,
    /// Imports of the first process, in order.
    pub(super) imported: Vec<String>,
    /// Files that were read.
    pub(super) read: BTreeMap<PathBuf, Asker>,
    /// Files that were written.
    pub(super) written: BTreeSet<PathBuf>,
    /// Folders that were listed.
    pub(super) listed: BTreeMap<PathBuf, Asker>,
    /// Libraries by the name under which they were loaded.
    pub(super) loaded: BTreeMap<String, Asker>,
    /// Native files in memory at the end.
    pub(super) mapped: BTreeSet<PathBuf>,
}

impl Notes {
    /// Reads the records in a folder.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn read(folder: &Path) -> Result<Notes> {
        let failed = || "failed to read the notes of the run".to_owned();
        let mut logs = Vec::new();
        for entry in fs_err::read_dir(folder).context(failed)? {
            let path = entry.context(failed)?.path();
            if path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"log.")) {
                logs.push(fs_err::read(&path).context(failed)?);
            }
        }
        // The result does not depend on the order of processes.
        logs.sort();
        let mut notes = Notes::default();
        let mut askers = BTreeMap::new();
        for log in &logs {
            notes.add(log, &mut askers);
        }
        for (name, asker) in &mut notes.modules {
            *asker = askers.get(name).cloned().flatten();
        }
        Ok(notes)
    }

    fn add(&mut self, log: &[u8], askers: &mut BTreeMap<String, Asker>) {
        let fields: Vec<&[u8]> = log.split(|b| *b == 0).collect();
        let is_main = fields.chunks_exact(4).any(|f| f[0] == b"main");
        let ended = fields.chunks_exact(4).any(|f| f[0] == b"end");
        for note in fields.chunks_exact(4) {
            let name = || String::from_utf8_lossy(note[1]).into_owned();
            let line = std::str::from_utf8(note[3]).ok().and_then(|l| l.parse().ok()).unwrap_or(0);
            let asker = (!note[2].is_empty()).then(|| Place { file: path(note[2]), line });
            match note[0] {
                b"import" => {
                    if !ended {
                        self.modules.entry(name()).or_default();
                    }
                    askers.entry(name()).or_insert(asker);
                    if is_main {
                        self.imported.push(name());
                    }
                }
                b"module" => drop(self.modules.entry(name()).or_default()),
                b"read" => drop(self.read.entry(path(note[1])).or_insert(asker)),
                b"write" => drop(self.written.insert(path(note[1]))),
                b"list" => drop(self.listed.entry(path(note[1])).or_insert(asker)),
                b"load" => drop(self.loaded.entry(name()).or_insert(asker)),
                b"map" => drop(self.mapped.insert(path(note[1]))),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_that_failed_count_only_where_the_end_was_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let log = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        log(
            "log.1",
            "main\0\0\x000\0import\0a\0/x.py\x003\0import\0failed\0/x.py\x004\0module\0a\0\x000\0end\0\0\x000\0",
        );
        log("log.2", "import\0b\0/y.py\x005\0read\0/d\0/y.py\x006\0rea");
        log("plan", "import\0no\0\x000\0");
        let notes = Notes::read(folder.path()).unwrap();
        assert_eq!(notes.modules.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(notes.modules["a"], Some(Place { file: "/x.py".into(), line: 3 }));
        assert_eq!(notes.read.len(), 1);
        assert_eq!(notes.imported, ["a", "failed"]);
    }
}
