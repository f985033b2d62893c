//! The root folder: next to the executable, in the cache, in a private folder, or in memory only.

mod beside;
mod cache;
mod libraries;
mod needed;
mod place;
mod private;
mod progress;
mod versions;

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use freeze_archive::setting;
use freeze_launcher::trust::Refusal;

use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{self, Failure, UNABLE};

pub(crate) use libraries::Libraries;
pub(crate) use private::{adopt, remove as remove_private};
pub(crate) use versions::begin as remove_old_versions;

/// The root: the folder that the program sees as its own.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    on_disk: bool,
    /// Keeps the lock that marks the folder as in use for other processes.
    _lock: Option<File>,
    /// Whether the folder belongs to this process only.
    is_private: bool,
}

impl Root {
    /// Returns its path. In memory mode, this is the path of the executable, and nothing exists below it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder exists on disk.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// Returns the lock of a folder that belongs to this process only.
    pub(crate) fn private_lock(&self) -> Option<&'static File> {
        private::lock().filter(|_| self.is_private)
    }
}

/// Why a location cannot be used. The next one is then tried.
#[derive(Debug)]
enum Unusable {
    /// The location is unusable.
    Place(String),
    /// There is no room.
    Full(String),
    /// The location is missing or untrusted.
    Refused(Refusal),
    /// The archive is damaged, so no location can be used.
    Archive(Failure),
}

impl From<std::io::Error> for Unusable {
    fn from(error: std::io::Error) -> Unusable {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Unusable::Full(error.to_string()),
            _ => Unusable::Place(error.to_string()),
        }
    }
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
            Unusable::Place(reason) | Unusable::Full(reason) => f.write_str(reason),
            Unusable::Refused(refusal) => refusal.fmt(f),
            Unusable::Archive(failure) => f.write_str(&failure.message),
        }
    }
}

/// Locations that cannot be used, and the reasons.
#[derive(Default)]
struct Tried(Vec<(PathBuf, Unusable)>);

impl Tried {
    /// Returns the root below the first usable location.
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
            "set `FREEZE_APP_CACHE_DIR` to a folder with room that is not mounted noexec, and that only you and the \
             administrator can change, like all folders above it",
        )
    }
}

/// Finds or creates the root folder.
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
    // A location that is unsuitable for a cache may still be suitable for a private folder.
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

/// Converts the name of the application to a single path component.
fn folder_name(app: &[u8]) -> String {
    let name: String = String::from_utf8_lossy(app)
        .chars()
        .map(|c| if c == '/' || c == '\\' || c.is_control() { '_' } else { c })
        .take(80)
        .collect();
    if name.trim_matches('.').is_empty() { "app".into() } else { os::plain_name(name) }
}

/// Returns candidates for the parent of the cache, best first.
fn cache_bases(program: &Program) -> impl Iterator<Item = PathBuf> {
    let given = program.switches.cache_folder.clone().into_iter();
    given
        .chain(os::folder_variable("FREEZE_APP_CACHE_DIR"))
        .chain(runtime_folder(program))
        .chain(os::cache_folders())
}

/// Returns candidates for the parent of a private folder, best first.
fn temporary_bases(program: &Program) -> impl Iterator<Item = PathBuf> {
    runtime_folder(program).into_iter().chain(os::temporary_folders())
}

/// Returns the folder to extract to, as set in the build.
fn runtime_folder(program: &Program) -> Option<PathBuf> {
    let folder = program.setting(setting::RUNTIME_TMPDIR).filter(|f| !f.is_empty())?;
    let folder = os::path_from_bytes(folder);
    // A relative path starts at the executable, so that it does not depend on the current folder.
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
