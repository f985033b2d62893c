//! The root folder: beside the executable, in the cache, in a private folder, or in memory only.

mod cache;
mod libraries;
mod needed;
mod place;
mod private;

use std::fs::File;
use std::path::{Path, PathBuf};

use bootloader::archive::setting;

use crate::locate::Program;
use crate::os;
use crate::report::{self, DAMAGED, Failure, UNABLE};

pub(crate) use libraries::Libraries;
pub(crate) use private::{adopt, remove as remove_private};

/// The folder that everything of the program seems to lie in.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    on_disk: bool,
    /// Holds the lock that tells other processes that the folder is in use.
    _lock: Option<File>,
    /// It is for this process only.
    is_private: bool,
}

impl Root {
    /// Its path; in memory mode that of the executable, below which nothing exists.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it exists.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// The lock of a folder that is for this process only.
    pub(crate) fn private_lock(&self) -> Option<&'static File> {
        private::lock().filter(|_| self.is_private)
    }
}

/// Why one place cannot be used; the next one is tried.
#[derive(Debug)]
enum Unusable {
    /// The place is at fault.
    Place(String),
    /// The archive is: no place will do.
    Archive(Failure),
}

impl From<bootloader::archive::Error> for Unusable {
    fn from(error: bootloader::archive::Error) -> Unusable {
        Unusable::Archive(error.into())
    }
}

/// Finds or makes the root folder.
pub(crate) fn root(program: &Program) -> Result<Root, Failure> {
    if program.archive.setting(setting::MODE) == Some(b"onedir") {
        return beside(program);
    }
    let mode = program.switches.extract.or_else(|| program.setting(setting::EXTRACT)).unwrap_or(b"cache");
    if mode == b"memory" && os::MEMORY_FILES {
        return Ok(in_memory(program));
    }
    let app = folder_name(program.archive.setting(setting::APP).unwrap_or_default());
    let mut reasons = Vec::new();
    let mut next = |found: Result<Root, Unusable>, base: &Path| match found {
        Ok(root) => Ok(Some(root)),
        Err(Unusable::Archive(failure)) => Err(failure),
        Err(Unusable::Place(reason)) => {
            report::phase(format_args!("`{}` is not used: {reason}", base.display()));
            reasons.push(format!("`{}`: {reason}", base.display()));
            Ok(None)
        }
    };
    if mode != b"temp" {
        for base in cache_bases(program) {
            if let Some(root) = next(cache::open(program, &base, &app), &base)? {
                return Ok(root);
            }
        }
    }
    if let Some(root) = private::join(program, &app) {
        return Ok(root);
    }
    for base in temporary_bases(program) {
        if let Some(root) = next(private::create(program, &base, &app), &base)? {
            return Ok(root);
        }
    }
    if os::can_load_from_memory() {
        report::phase("no folder can be used: libraries are loaded from memory");
        return Ok(in_memory(program));
    }
    Err(Failure::new(UNABLE, format!("failed to find a folder to extract to: {}", reasons.join("; ")))
        .hint("set `FREEZE_CACHE_DIR` to a folder that is yours, has room and is not mounted noexec"))
}

fn beside(program: &Program) -> Result<Root, Failure> {
    let folder = program.carrier.parent().unwrap_or(Path::new("/"));
    let contents = program.archive.setting(setting::CONTENTS).unwrap_or(b"_internal");
    let path = match contents.strip_prefix(b"../") {
        _ if contents == b"." => folder.to_owned(),
        // An app bundle of macOS: beside the folder of the programs.
        Some(rest) => folder.parent().unwrap_or(folder).join(os::path_from_bytes(rest)),
        None => folder.join(os::path_from_bytes(contents)),
    };
    if path.is_dir() {
        return Ok(Root { path, on_disk: true, _lock: None, is_private: false });
    }
    Err(Failure::new(DAMAGED, format!("the folder `{}` is missing", path.display()))
        .hint("copy the program with the whole folder it came in"))
}

fn in_memory(program: &Program) -> Root {
    Root { path: program.carrier.clone(), on_disk: false, _lock: None, is_private: false }
}

/// The app's name as one component of a path.
fn folder_name(app: &[u8]) -> String {
    let name: String = String::from_utf8_lossy(app)
        .chars()
        .map(|c| if c == '/' || c == '\\' || c.is_control() { '_' } else { c })
        .take(80)
        .collect();
    if name.trim_matches('.').is_empty() { "app".into() } else { os::plain_name(name) }
}

/// Folders that a cache may be kept below, best first.
fn cache_bases(program: &Program) -> Vec<PathBuf> {
    let mut bases: Vec<PathBuf> = Vec::new();
    bases.extend(program.switches.cache_folder.clone());
    bases.extend(os::folder_variable("FREEZE_CACHE_DIR"));
    bases.extend(runtime_folder(program));
    if bases.is_empty() {
        bases = os::cache_folders();
    }
    bases.dedup();
    bases
}

/// Folders that a private one may be made in, best first.
fn temporary_bases(program: &Program) -> Vec<PathBuf> {
    let mut bases: Vec<PathBuf> = runtime_folder(program).into_iter().collect();
    bases.extend(os::temporary_folders());
    let mut seen: Vec<PathBuf> = Vec::new();
    bases.retain(|b| {
        !seen.contains(b) && {
            seen.push(b.clone());
            true
        }
    });
    bases
}

/// The folder that the builder was told to extract below.
fn runtime_folder(program: &Program) -> Option<PathBuf> {
    let folder = program.setting(setting::RUNTIME_TMPDIR).filter(|f| !f.is_empty())?;
    let folder = os::path_from_bytes(folder);
    // Relative: beside the executable, so that it does not depend on where the program is called from.
    Some(program.carrier.parent().unwrap_or(Path::new("/")).join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_is_one_component() {
        assert_eq!(folder_name(b"my app"), "my app");
        assert_eq!(folder_name(b"../x"), ".._x");
        assert_eq!(folder_name(b".."), "app");
        assert_eq!(folder_name(b""), "app");
        assert_eq!(folder_name(&[b'a'; 300]).len(), 80);
    }
}
