//! The interpreter on this machine that compiles for another platform: any interpreter with the same minor
//! version.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::python::places::Wanted;
use crate::python::{Python, find, prefix, running};
use crate::store::Store;
use crate::target::Target;

/// Finds an interpreter with a minor version and probes it.
///
/// # Errors
/// No such interpreter runs.
pub(super) fn find(minor: u8, target: Target, store: &Store) -> Result<Python> {
    let version = format!("3.{minor}");
    let mut tried = Vec::new();
    let mut candidates: Vec<PathBuf> = find::caller().into_iter().collect();
    let wanted = Wanted::parse(&version).map(|wanted| find::by_version(&wanted, store, &mut tried));
    candidates.extend(wanted.transpose()?.flatten());
    let environment = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    candidates.extend(environment.and_then(|venv| prefix::in_folder(&venv).ok().flatten()));
    candidates.extend(["python3", "python"].iter().filter_map(|name| prefix::on_path(name)));
    for candidate in candidates {
        if let Some(python) = asked(&candidate, store).filter(|p| p.minor() == minor) {
            return Ok(python);
        }
    }
    Err(Error::new(format!(
        "no Python {version} on this machine to compile the code for {}",
        target.name()
    ))
    .hint(format!(
        "install Python {version} for this machine; any release of {version} will do: `uv python install {version}`"
    )))
}

/// Returns the answer of an interpreter, if it runs.
fn asked(candidate: &Path, store: &Store) -> Option<Python> {
    let interpreter = find::resolved(candidate, store).ok()?;
    running(&interpreter, store).ok()
}
