//! Switches for the launcher itself, `--freeze-…`, before the program's own arguments, if the spec enables
//! them.

use std::path::PathBuf;

use crate::launcher::{os, report};

/// The requests of the switches.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    /// What to do.
    pub(crate) task: Task,
    /// Where to extract to, overriding the archive's setting: `cache`, `temp`, `memory`.
    pub(crate) extract: Option<&'static [u8]>,
    /// Which of several programs to run.
    pub(crate) program: Option<Vec<u8>>,
    /// The folder for the cache.
    pub(crate) cache_folder: Option<PathBuf>,
}

/// The purpose of a start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Task {
    /// Run the program.
    #[default]
    Program,
    /// Act as the interpreter in the program.
    Python,
    /// Check the archive.
    Verify,
    /// Print information about the program and its location.
    Tell,
}

pub(crate) const PREFIX: &[u8] = b"--freeze-";
pub(crate) const KNOWN: &str = "`--freeze-debug`, `--freeze-info`, `--freeze-verify`, `--freeze-python`, \
                     `--freeze-program=NAME`, `--freeze-extract=cache|temp|memory`, `--freeze-cache-dir=FOLDER`";

impl Switches {
    /// Records a switch, given without its prefix. Returns whether the switch is known.
    pub(crate) fn set(&mut self, switch: &[u8]) -> bool {
        match switch {
            b"debug" => report::start_debugging(),
            b"info" => self.task = Task::Tell,
            b"verify" => self.task = Task::Verify,
            b"python" => self.task = Task::Python,
            b"extract=cache" => self.extract = Some(b"cache"),
            b"extract=temp" => self.extract = Some(b"temp"),
            b"extract=memory" => self.extract = Some(b"memory"),
            [b'p', b'r', b'o', b'g', b'r', b'a', b'm', b'=', name @ ..] if !name.is_empty() => {
                self.program = Some(name.to_vec());
            }
            _ => match switch.strip_prefix(b"cache-dir=") {
                Some(folder) if !folder.is_empty() => {
                    let folder = os::path_from_bytes(folder);
                    self.cache_folder = Some(std::path::absolute(&folder).unwrap_or(folder.into_owned()));
                }
                _ => return false,
            },
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_known_or_not() {
        let mut switches = Switches::default();
        let folder = std::env::temp_dir();
        let cache = [b"cache-dir=", os::path_bytes(&folder)].concat();
        assert!(switches.set(b"python") && switches.set(b"extract=temp") && switches.set(&cache));
        assert_eq!(switches.task, Task::Python);
        assert_eq!(switches.extract, Some(&b"temp"[..]));
        assert_eq!(switches.cache_folder, Some(folder));
        for wrong in [&b""[..], b"extract=", b"extract=disk", b"cache-dir=", b"cache-dir", b"pythonx"] {
            assert!(!switches.set(wrong), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
