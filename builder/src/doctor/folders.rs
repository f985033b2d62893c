//! The folders that builds and programs write to.

use std::path::{Path, PathBuf};

use freeze_launcher::trust::{self, Folder, Purpose};
use serde::Serialize;

use super::Problem;
use crate::error::Error;
use crate::os;
use crate::store::{self, Place, Store};

/// The cache of builds.
#[derive(Debug, Serialize)]
pub struct Cache {
    /// The folder.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its limit in bytes.
    pub limit: u64,
    /// Free space of its disk in bytes.
    pub free: Option<u64>,
    /// Whether later builds find results of earlier ones.
    pub writable: bool,
}

/// The folder to which onefile programs of this user extract their files.
#[derive(Debug, Serialize)]
pub struct AppCache {
    /// The first usable folder. Without one, programs use a temporary folder or memory.
    pub path: Option<PathBuf>,
    /// Folders that cannot be used, with the reason.
    pub skipped: Vec<(PathBuf, String)>,
}

/// The folder for products.
#[derive(Debug, Serialize)]
pub struct Output {
    /// The folder.
    pub path: PathBuf,
    /// Whether it can be created and written.
    pub writable: bool,
    /// Free space of its disk in bytes.
    pub free: Option<u64>,
}

pub(super) fn cache(place: &Place, store: &Store, problems: &mut Vec<Problem>) -> Cache {
    for warning in &place.warnings {
        let (message, hint) = (warning.message.clone(), warning.hint.clone());
        problems.push(Problem { message, hint, fatal: false });
    }
    let path = place.path.clone();
    let writable = store.is_persistent();
    if !writable {
        let error = Error::new(format!(
            "the cache `{}` cannot be written, so each build is a first one",
            path.display()
        ));
        problems.push(Problem::minor(error.hint("set FREEZE_CACHE_DIR to a folder that you can write to")));
    }
    // A limit that is not a size ended the diagnosis before.
    let usage = store::usage(&path).unwrap_or_default();
    Cache { free: free(&path), bytes: usage.bytes, limit: usage.limit, writable, path }
}

pub(super) fn output(base: &Path, problems: &mut Vec<Problem>) -> Output {
    let path = base.join("dist");
    let refused = unwritable(&path);
    if let Some(why) = &refused {
        let error =
            Error::new(format!("the folder for products `{}` cannot be written: {why}", path.display()));
        problems.push(Problem::fatal(error.hint("name another folder with `--distpath`")));
    }
    Output { writable: refused.is_none(), free: free(&path), path }
}

/// Looks for the folder in the order of the launcher.
pub(super) fn app_cache(problems: &mut Vec<Problem>) -> AppCache {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let given = variable("FREEZE_APP_CACHE_DIR").filter(|path| path.is_absolute());
    let mut skipped = Vec::new();
    for path in given.into_iter().chain(os::cache_bases(variable)) {
        match unusable(&path) {
            Some(why) => skipped.push((path, why)),
            None => return AppCache { path: Some(path), skipped },
        }
    }
    let reasons = skipped.iter().map(|(path, why)| format!("`{}`: {why}", path.display()));
    let error = reasons.fold(Error::new("onefile programs find no cache folder here"), Error::cause);
    problems.push(Problem::minor(error.hint(
        "set FREEZE_APP_CACHE_DIR to a folder that is not mounted noexec, and that only you can write to",
    )));
    AppCache { path: None, skipped }
}

/// Returns why programs cannot extract files to a folder.
fn unusable(path: &Path) -> Option<String> {
    let there = existing(path);
    if os::is_noexec(there) {
        return Some("it is mounted noexec".to_owned());
    }
    // Components that are missing are created for this user only.
    let purpose = if there == path { Purpose::Content } else { Purpose::Parent };
    match Folder::open(there, purpose, trust::rights()) {
        Err(refusal) => Some(refusal.to_string()),
        Ok(_) => unwritable(path),
    }
}

/// Returns why a folder cannot be created or written.
fn unwritable(path: &Path) -> Option<String> {
    let there = existing(path);
    tempfile::tempdir_in(there).err().map(|error| {
        // The path of the temporary folder means nothing to the user.
        error.get_ref().and_then(|inner| inner.source()).map_or(error.to_string(), ToString::to_string)
    })
}

/// Returns the folder, or the nearest one above it that exists.
fn existing(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.is_dir()).unwrap_or(path)
}

fn free(path: &Path) -> Option<u64> {
    fs4::available_space(existing(path)).ok()
}
