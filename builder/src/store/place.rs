//! Finds the folder of the builder's cache: one in which no other user can plant files that end up in an
//! application.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use freeze_launcher::trust::{self, Folder, Purpose, Refusal, Rights};
use tempfile::TempDir;

use crate::error::{Context, Error, Result, Warning};
use crate::os;

/// The location of the cache.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub path: PathBuf,
    /// Warnings about folders that were skipped.
    pub warnings: Vec<Warning>,
    /// A folder for this build only, if no other folder is trusted.
    pub(super) for_this_build: Option<TempDir>,
}

impl Place {
    /// Finds `FREEZE_CACHE_DIR`, or else `freeze/` in `XDG_CACHE_HOME`, `~/.cache`, `%LOCALAPPDATA%`,
    /// `~/Library/Caches`, or the home folder in the system's user database. Skips folders that other users
    /// can modify, with a warning.
    ///
    /// # Errors
    /// No folder is found, or no temporary one can be created instead.
    pub fn find() -> Result<Place> {
        Place::among(candidates(), trust::rights())
    }

    fn among(candidates: Vec<PathBuf>, rights: &Rights) -> Result<Place> {
        let mut warnings = Vec::new();
        for path in candidates {
            match judge(&path, rights) {
                Err(Refusal::Exposed(exposure)) => {
                    let message = format!("the cache `{}` is not used: {exposure}", path.display());
                    warnings.push(Warning::new(message).hint(
                        "its files could end up in the product: remove write permission for others from it and the \
                         folders above it, or set FREEZE_CACHE_DIR to another folder",
                    ));
                }
                // A folder that cannot be created or written is harmless: the build works without it.
                Ok(()) | Err(Refusal::Unusable(..)) => {
                    return Ok(Place { path, warnings, for_this_build: None });
                }
            }
        }
        if warnings.is_empty() {
            return Err(Error::new("failed to find a folder for the cache: no home folder is known")
                .hint("set FREEZE_CACHE_DIR"));
        }
        let folder = tempfile::Builder::new().prefix("freeze-cache-").tempdir();
        let folder = folder.context(|| "failed to make a temporary folder for the cache")?;
        Ok(Place { path: folder.path().to_owned(), warnings, for_this_build: Some(folder) })
    }
}

/// Lists the folders that may contain the cache, best first, whether or not they exist.
fn candidates() -> Vec<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
    let mut found: Vec<PathBuf> =
        var("FREEZE_CACHE_DIR").map(|p| std::path::absolute(&p).unwrap_or(p)).into_iter().collect();
    found.extend(os::cache_bases(var).into_iter().map(|base| base.join("freeze")));
    found
}

/// Checks the folder, which is created if it is missing, and the subfolders that a build reads.
fn judge(path: &Path, rights: &Rights) -> std::result::Result<(), Refusal> {
    Folder::open(path, Purpose::NewContent, rights)?;
    let home = path.join(super::LAYOUT);
    for folder in ["", "records", "files", "folders", "tmp"] {
        match Folder::open(&home.join(folder), Purpose::Content, rights) {
            Err(refusal) if !refusal.is_missing() => return Err(refusal),
            _ => {}
        }
    }
    Ok(())
}
