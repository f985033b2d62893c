//! Packages in addition to those of the interpreter: from folders of wheels, folders of installed packages,
//! and requirements files.

mod fetch;
mod install;
mod lines;
mod needs;
mod tags;
mod wheels;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pep440_rs::Version;

use super::Python;
use super::cross::with_pth;
use crate::error::{Context, Error, Result};
use crate::spec::Request;
use crate::store::Store;
use needs::Present;
use tags::Tags;
use wheels::Chosen;

/// The maximum versions to resolve requirements to, by normalized name.
pub(in crate::python) type Limits = BTreeMap<String, Version>;

/// Inserts the packages of a request into the search path, after the standard library and before the
/// interpreter's own packages. Requirements are resolved to versions up to `limits`.
///
/// # Errors
/// Wheels are not compatible with the target or with each other, or cannot be downloaded.
pub(super) fn add(python: &mut Python, request: &Request, limits: &Limits, store: &Store) -> Result<()> {
    let asked = &request.python;
    if asked.packages.is_empty() && asked.requirements.is_empty() {
        return Ok(());
    }
    let tags = Tags::of(python, request.bundle.max_glibc);
    let mut sites = Vec::new();
    let mut files = Vec::new();
    for path in &asked.packages {
        let found = match () {
            () if path.is_file() => vec![path.clone()],
            // Some packages leave an empty file with the name of their wheel.
            () if is_installed(path) => Vec::new(),
            () => wheels_in(path)?,
        };
        if found.is_empty() {
            sites.push(path.clone());
        }
        files.extend(found);
    }
    if !asked.requirements.is_empty() {
        sites.push(fetch::site(&asked.requirements, limits, python, &tags, store)?);
    }
    if !files.is_empty() {
        let present = Present::scan(sites.iter().chain(&python.search_path));
        let chosen = wheels::choose(&files, &tags)?;
        if let Some(error) = unfit(&chosen, &asked.packages, &tags) {
            return Err(error);
        }
        let problems = needs::problems(&chosen, &present, python);
        if let Some(error) = needs::error(&problems, &chosen, &tags) {
            return Err(error);
        }
        python.warnings = problems.warnings;
        let (_, prefix) = install::prefix(&chosen.wheels, &tags, store)?;
        sites.insert(0, install::site(prefix, &tags));
    }
    let at = python.search_path.iter().position(|p| is_site(p)).unwrap_or(python.search_path.len());
    let new: Vec<PathBuf> = sites.iter().flat_map(|site| with_pth(site, python.target.os)).collect();
    python.search_path.splice(at..at, new);
    Ok(())
}

/// Returns the older version of each distribution that exists in different versions.
pub(super) fn oldest_of_differing(pythons: &[Python]) -> Limits {
    // The first of two in one search path takes effect. In reverse order, it is inserted last and thus kept.
    let present: Vec<Present> = pythons.iter().map(|p| Present::scan(p.search_path.iter().rev())).collect();
    present.windows(2).flat_map(|pair| pair[0].oldest_of_differing(&pair[1])).collect()
}

/// Returns an error if no wheel is compatible, or if an explicitly requested one is not. A folder may also
/// contain wheels for other targets.
fn unfit(chosen: &Chosen, asked: &[PathBuf], tags: &Tags) -> Option<Error> {
    let is_named = |file: &String| asked.iter().any(|path| wheels::file_name(path) == file);
    let (name, files) =
        chosen.unfit.iter().find(|(_, files)| chosen.wheels.is_empty() || files.iter().any(is_named))?;
    let files = files.join("`, `");
    let error = Error::new(format!("no wheel of `{name}` fits {}", tags.target.name()))
        .cause(format!("got `{files}`, expected {}", tags.example()));
    Some(error.hint("download one for the target, or name a file of requirements with `--requirements`"))
}

/// Returns the names of the wheels that fit an interpreter best, one for each distribution.
///
/// # Errors
/// A name is not that of a wheel, or a distribution has no wheel that fits.
pub(super) fn best_wheels(names: &[String], python: &Python) -> Result<Vec<String>> {
    let tags = Tags::of(python, None);
    wheels::best(names, &tags).map_err(|files| {
        Error::new(format!("none of `{}` fits", files.join("`, `")))
            .cause(format!("expected {}", tags.example()))
            .hint("name another interpreter with `--python`")
    })
}

/// Returns a requirements file and those that it includes.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn requirements_with_included(file: &Path) -> Result<Vec<PathBuf>> {
    lines::with_included(&[file.to_owned()])
}

fn is_site(path: &Path) -> bool {
    path.ends_with("site-packages") || path.ends_with("dist-packages")
}

/// Whether a folder contains installed packages.
fn is_installed(folder: &Path) -> bool {
    let is_info = |name: &str| name.ends_with(".dist-info") || name.ends_with(".egg-info");
    let mut entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|e| e.file_name().to_str().is_some_and(is_info))
}

/// Returns the wheels in a folder, sorted by name.
fn wheels_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs_err::read_dir(folder).context(|| format!("failed to read packages `{}`", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.sort();
    let is_wheel = |path: &&PathBuf| path.extension().is_some_and(|e| e == "whl");
    let wheels: Vec<PathBuf> = files.iter().filter(is_wheel).cloned().collect();
    if wheels.is_empty()
        && let Some(sdist) = files.iter().find(|path| path.to_string_lossy().ends_with(".tar.gz"))
    {
        return Err(Error::new(format!(
            "expected wheels in `{}`, got `{}`",
            folder.display(),
            sdist.display()
        ))
        .hint("build a wheel of it for the target, or download one"));
    }
    Ok(wheels)
}
