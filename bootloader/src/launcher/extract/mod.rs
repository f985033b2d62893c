//! The root folder: beside the executable, in the cache, in a private folder, or in memory only.

mod beside;
mod cache;
mod libraries;
mod needed;
mod place;
mod private;

use std::fs::File;
use std::path::{Path, PathBuf};

use freeze_archive::setting;
use freeze_launcher::trust::Refusal;

use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{self, Failure, UNABLE};

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
    /// The place is missing, or cannot be trusted.
    Refused(Refusal),
    /// The archive is: no place will do.
    Archive(Failure),
}

impl From<freeze_archive::Error> for Unusable {
    fn from(error: freeze_archive::Error) -> Unusable {
        Unusable::Archive(error.into())
    }
}

impl From<Refusal> for Unusable {
    fn from(refusal: Refusal) -> Unusable {
        Unusable::Refused(refusal)
    }
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unusable::Place(reason) => f.write_str(reason),
            Unusable::Refused(refusal) => refusal.fmt(f),
            Unusable::Archive(failure) => f.write_str(&failure.message),
        }
    }
}

/// Places that cannot be used, and why.
#[derive(Default)]
struct Tried(Vec<(PathBuf, Unusable)>);

impl Tried {
    /// The root below the first of the places that can be used.
    fn find(
        &mut self,
        places: impl Iterator<Item = PathBuf>,
        open: impl Fn(&Path) -> Result<Root, Unusable>,
    ) -> Result<Option<Root>, Failure> {
        for place in places {
            if self.0.iter().any(|(tried, _)| *tried == place) {
                continue;
            }
            match open(&place) {
                Ok(root) => return Ok(Some(root)),
                Err(Unusable::Archive(failure)) => return Err(failure),
                Err(reason) => {
                    report::phase(format_args!("`{}` is not used: {reason}", place.display()));
                    self.0.push((place, reason));
                }
            }
        }
        Ok(None)
    }

    fn failure(&self) -> Failure {
        let reasons: Vec<String> =
            self.0.iter().map(|(place, reason)| format!("`{}`: {reason}", place.display())).collect();
        Failure::new(UNABLE, format!("failed to find a folder to extract to: {}", reasons.join("; "))).hint(
            "set `FREEZE_CACHE_DIR` to a folder with room that is not mounted noexec, and that only you and the \
             administrator can change, like all folders above it",
        )
    }
}

/// Finds or makes the root folder.
pub(crate) fn root(program: &Program) -> Result<Root, Failure> {
    if program.archive.setting(setting::MODE) == Some(b"onedir") {
        return beside::open(program);
    }
    let mode = program.switches.extract.or_else(|| program.setting(setting::EXTRACT)).unwrap_or(b"cache");
    if mode == b"memory" && os::MEMORY_FILES {
        return Ok(in_memory(program));
    }
    let app = folder_name(program.archive.setting(setting::APP).unwrap_or_default());
    let mut tried = Tried::default();
    if mode != b"temp"
        && let Some(root) = tried.find(cache_bases(program), |base| cache::open(program, base, &app))?
    {
        return Ok(root);
    }
    if let Some(root) = private::join(program, &app) {
        return Ok(root);
    }
    // A place that cannot hold a cache may still hold a folder for one process.
    let mut tried_for_this_process = Tried::default();
    let temporary = temporary_bases(program);
    if let Some(root) = tried_for_this_process.find(temporary, |base| private::create(program, base, &app))? {
        return Ok(root);
    }
    if os::can_load_from_memory() {
        report::phase("no folder can be used: libraries are loaded from memory");
        return Ok(in_memory(program));
    }
    tried.0.append(&mut tried_for_this_process.0);
    Err(tried.failure())
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
fn cache_bases(program: &Program) -> impl Iterator<Item = PathBuf> {
    let given = program.switches.cache_folder.clone().into_iter();
    given
        .chain(os::folder_variable("FREEZE_CACHE_DIR"))
        .chain(runtime_folder(program))
        .chain(os::cache_folders())
}

/// Folders that a private one may be made in, best first.
fn temporary_bases(program: &Program) -> impl Iterator<Item = PathBuf> {
    runtime_folder(program).into_iter().chain(os::temporary_folders())
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
