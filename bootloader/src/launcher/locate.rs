//! Finds the running executable, maps it, and opens its archive.

use std::path::{Path, PathBuf};

use freeze_archive::{Archive, Error, is_name, is_path, setting};
use freeze_launcher::trust;

use crate::launcher::os;
use crate::launcher::report::{Failure, UNABLE, wrong};
use crate::launcher::switches::Switches;

/// The program on disk.
#[derive(Debug)]
pub(crate) struct Program {
    /// Path of the executable, absolute and without symbolic links.
    pub(crate) executable: PathBuf,
    /// The executable with the archive: the same, except in extra programs of a onedir bundle.
    pub(crate) carrier: PathBuf,
    /// The archive.
    pub(crate) archive: Archive<'static>,
    /// Settings of the executable itself, if they differ from those of the archive.
    pub(crate) own: Option<Archive<'static>>,
    /// The launcher's switches on the command line.
    pub(crate) switches: Switches,
}

impl Program {
    /// Opens the archive of this process.
    pub(crate) fn locate() -> Result<Program, Failure> {
        let executable = os::executable().map_err(|e| {
            Failure::new(UNABLE, format!("failed to find the own executable: {e}")).hint(os::EXECUTABLE_HINT)
        })?;
        let archive = Archive::open(map(&os::executable_link(), &executable)?)?;
        let Some(shared) = archive.setting(setting::SHARED) else {
            let carrier = executable.clone();
            return Ok(Program { carrier, executable, archive, own: None, switches: Switches::default() });
        };
        if !is_name(shared) {
            return Err(wrong("shared", shared));
        }
        if archive.blob_count() + archive.module_count() + archive.file_count() > 0 {
            return Err(Error::Damaged("index").into());
        }
        let folder = executable.parent().unwrap_or(Path::new("/"));
        let carrier = folder.join(os::path_from_bytes(shared));
        let carrier = os::canonical(&carrier).unwrap_or(carrier);
        let own = archive;
        let archive = map(&carrier, &carrier)
            .map_err(|f| f.hint("copy the program with the whole folder it came in"))
            .and_then(|bytes| Ok(Archive::open(bytes)?))?;
        if let Some(shared) = archive.setting(setting::SHARED) {
            return Err(wrong("shared", shared));
        }
        Ok(Program { executable, carrier, archive, own: Some(own), switches: Switches::default() })
    }

    /// Returns the first setting with this name.
    pub(crate) fn setting(&self, key: &[u8]) -> Option<&'static [u8]> {
        self.own.and_then(|a| a.setting(key)).or_else(|| self.archive.setting(key))
    }

    /// Returns all settings with this name: those of the executable itself, if it has any.
    pub(crate) fn settings(&self, key: &[u8]) -> Vec<&'static [u8]> {
        let own: Vec<_> = self.own.iter().flat_map(|a| a.all_settings(key)).collect();
        if own.is_empty() { self.archive.all_settings(key).collect() } else { own }
    }

    /// Returns the programs that the executable may run as. The first is the default.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.settings(setting::PROGRAM).into_iter().filter_map(Entry::parse).collect()
    }

    /// Returns the programs of this executable, and those of the executable with the archive if it is a
    /// different one.
    pub(crate) fn every_entry(&self) -> impl Iterator<Item = Entry> + use<> {
        let has_own = self.own.is_some();
        let archive = self.archive;
        let shared = archive.all_settings(setting::PROGRAM).filter(|_| has_own).collect::<Vec<_>>();
        self.entries().into_iter().chain(shared.into_iter().filter_map(Entry::parse))
    }

    /// Chooses the program to run: the one that a switch selects, or that matches `argv[0]` or the file name.
    ///
    /// If it was started by a link that is named after one of several programs, that link becomes the
    /// executable. Children that are started by its path then run the same program.
    pub(crate) fn choose(&mut self, argv0: &[u8]) -> Option<Entry> {
        let programs = self.entries();
        let find = |name: &[u8]| programs.iter().find(|p| p.name == name).copied();
        if let Some(name) = &self.switches.program {
            return find(name);
        }
        let own = os::program_name(os::path_bytes(&self.executable));
        let called = os::program_name(argv0);
        if let Some(entry) = find(&called).filter(|_| called != own && programs.len() > 1) {
            // The owner of the link could redirect it before the program starts a child through it.
            if let Some(link) = os::started_by(argv0, &self.executable)
                && !trust::rights().may_exceed_callers()
            {
                self.executable = link;
            }
            return Some(entry);
        }
        find(&called).or_else(|| find(&own)).or(programs.first().copied())
    }
}

/// A program of the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: &'static [u8],
    /// The module record with its code.
    pub(crate) module: &'static [u8],
    /// Path below the root, shown as `__main__.__file__`.
    pub(crate) script: &'static [u8],
}

impl Entry {
    fn parse(value: &'static [u8]) -> Option<Entry> {
        let mut parts = value.split(|c| *c == 0);
        let entry = Entry { name: parts.next()?, module: parts.next()?, script: parts.next()? };
        (parts.next().is_none() && is_path(entry.script)).then_some(entry)
    }
}

fn map(path: &Path, shown: &Path) -> Result<&'static [u8], Failure> {
    os::map(path).map_err(|e| {
        Failure::new(UNABLE, format!("failed to read the executable `{}`: {e}", shown.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_setting_has_three_parts() {
        let entry = Entry::parse(b"app\0__main__\0app.py").unwrap();
        assert_eq!((entry.name, entry.module, entry.script), (&b"app"[..], &b"__main__"[..], &b"app.py"[..]));
        assert_eq!(Entry::parse(b"app\0__main__"), None);
        assert_eq!(Entry::parse(b"a\0b\0c\0d"), None);
        assert_eq!(Entry::parse(b"a\0b\0../c"), None);
    }
}
