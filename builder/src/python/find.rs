//! Finds the interpreter: from a venv, a path, a version, or the environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::places::{self, Release, Wanted};
use super::prefix::{check_home, in_folder, on_path};
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::os::is_program;
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// An interpreter, and what led to it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Words for people, such as `.venv` in backticks.
    pub(super) by: String,
}

impl Found {
    fn new(path: PathBuf, by: impl Into<String>) -> Found {
        Found { path, by: by.into() }
    }
}

/// Returns the absolute path of the requested interpreter, without resolving the links of a venv.
pub(super) fn interpreter(request: &Request, store: &Store) -> Result<PathBuf> {
    found(request, store).map(|found| found.path)
}

/// Returns the requested interpreter, and what led to it.
pub(super) fn found(request: &Request, store: &Store) -> Result<Found> {
    let mut tried = Vec::new();
    let found = match &request.python.interpreter {
        Some(text) => {
            named(text, request, store, &mut tried)?.map(|path| Found::new(path, format!("`{text}`")))
        }
        None => default(request, &mut tried)?,
    };
    let Some(found) = found else {
        let what = match &request.python.interpreter {
            Some(text) => format!("failed to find interpreter `{text}`"),
            None => "failed to find a Python interpreter".to_owned(),
        };
        let error = Error::new(format!("{what} (tried {})", tried.join(", ")));
        let versions = super::versions();
        let installed = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
        return Err(error.hint(format!(
            "name a venv, an interpreter or a version with `--python` or `interpreter` in `[python]`; installed: {installed}",
        )));
    };
    Ok(Found { path: resolved(&found.path, store)?, ..found })
}

/// Returns the interpreter itself, or the one that a shim starts.
pub(super) fn resolved(found: &Path, store: &Store) -> Result<PathBuf> {
    if is_script(found) { behind_script(found, store) } else { Ok(found.to_owned()) }
}

/// Finds the interpreter for a text of the spec or the command line.
fn named(text: &str, request: &Request, store: &Store, tried: &mut Vec<String>) -> Result<Option<PathBuf>> {
    let path = request.base.join(text);
    if path.is_dir() {
        return match in_folder(&path)? {
            Some(found) => Ok(Some(found)),
            None => Err(Error::new(format!("failed to find an interpreter in `{}`", path.display()))
                .hint("a venv contains `bin/python` (Windows: `Scripts\\python.exe`)")),
        };
    }
    if path.is_file() {
        check_home(&path)?;
        return Ok(Some(path));
    }
    tried.push(format!("`{}`", path.display()));
    if let Some(wanted) = Wanted::parse(text) {
        return by_version(&wanted, store, tried);
    }
    if !text.contains(['/', '\\']) {
        if let Some(found) = on_path(text) {
            return Ok(Some(found));
        }
        tried.push(format!("`{text}` on PATH"));
    }
    Ok(None)
}

/// Finds the newest interpreter for a version or a range in the first group of places that has one.
pub(super) fn by_version(wanted: &Wanted, store: &Store, tried: &mut Vec<String>) -> Result<Option<PathBuf>> {
    for group in places::groups() {
        for installed in group.found {
            let fits = wanted.admits(&installed.release).unwrap_or_else(|| {
                // Only the interpreter itself knows.
                let python = resolved(&installed.path, store).and_then(|path| super::running(&path, store));
                let release = python.map(|python| Release::of(python.version, &python.abiflags));
                release.is_ok_and(|release| wanted.admits(&release) == Some(true))
            });
            if fits {
                return Ok(Some(installed.path));
            }
        }
        tried.push(group.what);
    }
    interrupt::check()?;
    Ok(places::of_windows(Some(wanted), tried))
}

/// The interpreter that `python -m freeze_app` runs in. A spec or `--python` overrides it.
pub(super) fn caller() -> Option<PathBuf> {
    std::env::var_os("FREEZE_PYTHON").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Tries `$FREEZE_PYTHON`, `$VIRTUAL_ENV`, `.venv` and the default environment of pixi next to the spec or in
/// the current folder, `$CONDA_PREFIX`, and `python3` on PATH.
fn default(request: &Request, tried: &mut Vec<String>) -> Result<Option<Found>> {
    if let Some(path) = caller() {
        let found =
            if path.is_dir() { in_folder(&path)? } else { Some(path.clone()).filter(|p| p.is_file()) };
        if let Some(found) = found {
            return Ok(Some(Found::new(found, "`$FREEZE_PYTHON`")));
        }
        tried.push(format!("`$FREEZE_PYTHON`, which is `{}`", path.display()));
    }
    let active = |name: &str, tried: &mut Vec<String>| -> Result<Option<PathBuf>> {
        let Some(folder) = std::env::var_os(name).filter(|v| !v.is_empty()) else { return Ok(None) };
        let folder = PathBuf::from(folder);
        let found = in_folder(&folder)?;
        if found.is_none() {
            tried.push(format!("`${name}`, which is `{}`", folder.display()));
        }
        Ok(found)
    };
    if let Some(found) = active("VIRTUAL_ENV", tried)? {
        return Ok(Some(Found::new(found, "`$VIRTUAL_ENV`")));
    }
    let current = std::env::current_dir().unwrap_or_default();
    for folder in [&request.base, &current] {
        for environment in [".venv", ".pixi/envs/default"].map(|name| folder.join(name)) {
            let shown = format!("`{}`", environment.display());
            if environment.is_dir()
                && let Some(found) = in_folder(&environment)?
            {
                return Ok(Some(Found::new(found, shown)));
            }
            if !tried.contains(&shown) && environment.ends_with(".venv") {
                tried.push(shown);
            }
        }
    }
    if let Some(found) = active("CONDA_PREFIX", tried)? {
        return Ok(Some(Found::new(found, "`$CONDA_PREFIX`")));
    }
    for name in ["python3", "python"] {
        let by = format!("`{name}` on PATH");
        if let Some(found) = on_path(name) {
            return Ok(Some(Found::new(found, by)));
        }
        tried.push(by);
    }
    Ok(places::of_windows(None, tried).map(|found| Found::new(found, "the installations of Windows")))
}

/// Whether the file is a script: a shim of pyenv, asdf or a similar tool.
pub(super) fn is_script(path: &Path) -> bool {
    use std::io::Read;
    if cfg!(windows)
        && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("bat") || e.eq_ignore_ascii_case("cmd"))
    {
        return true;
    }
    let mut head = [0; 2];
    std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head)).is_ok() && &head == b"#!"
}

/// Returns the interpreter that a shim starts. The result is stored until the settings of pyenv change.
fn behind_script(script: &Path, store: &Store) -> Result<PathBuf> {
    let key = shim_key(script);
    if let Some(kept) = store.get(Bucket::Probe, &key).and_then(|b| String::from_utf8(b).ok())
        && is_program(Path::new(&kept))
    {
        return Ok(PathBuf::from(kept));
    }
    let output =
        interrupt::output(Command::new(script).args(["-I", "-c", "import sys; print(sys.executable)"]))
            .context(|| format!("failed to run interpreter `{}`", script.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = PathBuf::from(text.lines().last().unwrap_or_default());
    if !output.status.success() || !found.is_absolute() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let error = Error::new(format!("interpreter `{}` does not run: {}", script.display(), output.status));
        return Err(error.excerpt(stderr.trim_end()));
    }
    if let Some(text) = found.to_str() {
        store.put(Bucket::Probe, &key, text.as_bytes());
    }
    Ok(found)
}

fn shim_key(script: &Path) -> Hash {
    let version = std::env::var_os("PYENV_VERSION").unwrap_or_default();
    let mut key = KeyBuilder::new(Code::Python, "shim").path(script).part(version.as_encoded_bytes());
    let current = std::env::current_dir().unwrap_or_default();
    let local = current.ancestors().flat_map(|f| [f.join(".python-version"), f.join(".tool-versions")]);
    let global = script.ancestors().nth(2).map(|root| root.join("version"));
    for file in local.chain(global) {
        if let Ok(bytes) = std::fs::read(&file) {
            key = key.path(&file).part(bytes);
        }
    }
    key.finish()
}
