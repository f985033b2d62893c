//! The environment of a program: created from inline metadata, a lock file or a project, or fetched for another
//! platform, and kept in the cache.

mod constraint;
mod dependency;
mod inline;
mod install;
mod lock;
mod own;
mod project;
mod source;
mod target;
mod zipped;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::python::Python;
use crate::spec::Request;
use crate::store::{Code, KeyBuilder, Store};
use source::{Source, Wish};
pub(crate) use target::{Available, available};

/// Returns a request whose interpreter has the packages of the program. Creates the environment if one is
/// wanted, and unpacks zip applications.
///
/// # Errors
/// An environment is wanted and cannot be created. A zip application is malformed.
pub fn prepared<'r>(request: &'r Request, store: &Store) -> Result<Cow<'r, Request>> {
    let mut prepared = Cow::Borrowed(request);
    for index in 0..=request.others.len() {
        let part =
            |request: &Request| index.checked_sub(1).map_or(request.clone(), |i| request.others[i].clone());
        let old = part(request);
        let mut new = old.clone();
        zipped::expand(&mut new, store)?;
        target::complete(&mut new, store)?;
        sync(&mut new, store)?;
        if let Some(own) = &new.project {
            new.python.fallback.push(own::metadata(own, store)?);
        }
        if new != old {
            match index.checked_sub(1) {
                None => *prepared.to_mut() = Request { others: request.others.clone(), ..new },
                Some(i) => prepared.to_mut().others[i] = new,
            }
        }
    }
    Ok(prepared)
}

/// Returns a request that has a Python for its target, which is fetched if the request names none.
///
/// # Errors
/// It cannot be fetched.
pub(crate) fn with_python(mut request: Request, store: &Store) -> Result<Request> {
    target::complete(&mut request, store)?;
    for part in &mut request.others {
        target::complete(part, store)?;
    }
    Ok(request)
}

/// Returns the mirror from which Pythons for other platforms would be downloaded, in words.
pub(crate) fn mirror() -> String {
    target::mirror()
}

/// Returns the names of the distributions that an interpreter has.
pub(crate) fn distributions(python: &Python) -> Vec<String> {
    target::distributions(python)
}

/// Returns the file that states the requirements of the project in a folder or above it, such as a lock file.
///
/// # Errors
/// A pyproject.toml is malformed.
pub(crate) fn requirements_file(folder: &Path) -> Result<Option<PathBuf>> {
    Ok(source::above(folder)?.map(|source| source.path().to_owned()))
}

/// Returns the name of what would install packages for an interpreter, uv or pip, and its path.
///
/// # Errors
/// There is neither.
pub(crate) fn installer(python: &Python) -> Result<(&'static str, PathBuf)> {
    install::installer(python)
}

/// Creates the environment of one part of a request, if one is wanted.
fn sync(request: &mut Request, store: &Store) -> Result<()> {
    let Some(source) = source::find(request)? else {
        request.warnings.extend(source::unused(request)?);
        return Ok(());
    };
    let base = base(request, &source, store)?;
    let asked = request.python.environment.clone();
    let at = base.markers().ok_or_else(|| Error::new("the version of the interpreter is not known"))?;
    let wish = source.wish(&asked, &at)?;
    if base.cross.is_some() {
        request.python.requirements.push(requirements(&wish, store)?);
        return Ok(());
    }
    let environment = install::environment(&base, &wish, source.folder(), &asked, store)?;
    tracing::debug!(environment = %environment.display(), source = %source.path().display(), "environment");
    request.python.interpreter = Some(environment.to_string_lossy().into_owned());
    Ok(())
}

/// Returns the interpreter for the environment. It fits what the source requires.
fn base(request: &Request, source: &Source, store: &Store) -> Result<Python> {
    let range = source.requires_python()?;
    let version_file = source.folder().join(".python-version");
    let pinned = std::fs::read_to_string(version_file).ok();
    let pinned = pinned
        .as_deref()
        .and_then(|text| text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')));
    let range = range.as_ref().map(|(range, path)| (range, path.as_path()));
    Python::base(request, range, pinned, store)
}

/// Returns a requirements file for a target on which nothing runs: its wheels are downloaded instead.
fn requirements(wish: &Wish, store: &Store) -> Result<PathBuf> {
    let Wish { hashed, plain, file, folders, indexes, index, .. } = wish;
    if let Some(folder) = folders.first() {
        let error = Error::new(format!("`{}` cannot be built for another platform", folder.display()));
        return Err(error.hint("build its wheel, and name the folder of the wheel with `--packages`"));
    }
    if let Some(file) = file {
        return Ok(file.clone());
    }
    let mut lines: Vec<String> = index.iter().map(|url| format!("--index-url {url}")).collect();
    lines.extend(indexes.iter().map(|url| format!("--extra-index-url {url}")));
    lines.extend(hashed.iter().chain(plain).cloned());
    let key = KeyBuilder::new(Code::Environment, "requirements").parts(&lines).finish();
    let folder = store.folder(&key, |folder: &Path| {
        Ok(fs_err::write(folder.join("requirements.txt"), lines.join("\n"))?)
    })?;
    Ok(folder.join("requirements.txt"))
}
