//! Finds the folder of the builder's cache: one in which nobody else can put what would get into a product.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use freeze_launcher::trust::{self, Folder, Purpose, Refusal, Rights};
use tempfile::TempDir;

use crate::error::{Context, Error, Result, Warning};
use crate::os;

/// Where the cache is.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub path: PathBuf,
    /// What the user should know of folders that were passed over.
    pub warnings: Vec<Warning>,
    /// Where no other folder is to be trusted, one for this build only.
    pub(super) for_this_build: Option<TempDir>,
}

impl Place {
    /// `FREEZE_CACHE_DIR`, else `freeze/` in `XDG_CACHE_HOME`, `~/.cache`, `%LOCALAPPDATA%`, `~/Library/Caches`, or in the home
    /// folder that the system's database knows. A folder that somebody else can change is passed over, with a warning.
    ///
    /// # Errors
    /// No folder is known, or no temporary one can be made in its place.
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
                        "what is there could get into the product: let nobody else write to it or to a folder above \
                         it, or set FREEZE_CACHE_DIR to another folder",
                    ));
                }
                // One that cannot be made or written does no harm: the build works without it.
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

/// Folders that may hold the cache, best first, whether or not they are there.
fn candidates() -> Vec<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
    let mut found: Vec<PathBuf> =
        var("FREEZE_CACHE_DIR").map(|p| std::path::absolute(&p).unwrap_or(p)).into_iter().collect();
    found.extend(os::cache_bases(var).into_iter().map(|base| base.join("freeze")));
    found
}

/// Judges the folder, which is made where it is missing, and those in it that a build reads.
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
