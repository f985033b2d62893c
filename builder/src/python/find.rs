//! Finds the interpreter: from a venv, a path, a version, or the environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::installed;
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::os::{self, is_program, names_on_path};
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// Returns the absolute path of the requested interpreter, without resolving the links of a venv.
pub(super) fn interpreter(request: &Request, store: &Store) -> Result<PathBuf> {
    let mut tried = Vec::new();
    let found = match &request.python.interpreter {
        Some(text) => named(text, request, &mut tried)?,
        None => default(request, &mut tried)?,
    };
    let Some(found) = found else {
        let what = match &request.python.interpreter {
            Some(text) => format!("failed to find interpreter `{text}`"),
            None => "failed to find a Python interpreter".to_owned(),
        };
        let error = Error::new(format!("{what} (tried {})", tried.join(", ")));
        return Err(error.hint(
            "name a venv, an interpreter or a version with `--python` or `interpreter` in `[python]`",
        ));
    };
    resolved(&found, store)
}

/// Returns the interpreter itself, or the one that a shim starts.
pub(super) fn resolved(found: &Path, store: &Store) -> Result<PathBuf> {
    if is_script(found) { behind_script(found, store) } else { Ok(found.to_owned()) }
}

/// Returns the newest interpreter that uv has installed for a version such as `3.12`.
pub(super) fn by_uv(version: &str) -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = if cfg!(windows) {
        var("APPDATA").map(|d| d.join("uv/data"))
    } else {
        var("XDG_DATA_HOME").or_else(|| var("HOME").map(|h| h.join(".local/share"))).map(|d| d.join("uv"))
    };
    let folder = var("UV_PYTHON_INSTALL_DIR").or_else(|| data.map(|d| d.join("python")))?;
    let start = format!("cpython-{version}.");
    let fitting = os::list(&folder).into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let micro: u32 = name.strip_prefix(&start)?.split('-').next()?.parse().ok()?;
        Some((micro, in_folder(&path).ok().flatten()?))
    });
    fitting.max().map(|(_, found)| found)
}

/// Finds the interpreter for a text of the spec or the command line.
fn named(text: &str, request: &Request, tried: &mut Vec<String>) -> Result<Option<PathBuf>> {
    let path = request.base.join(text);
    if path.is_dir() {
        return match in_folder(&path)? {
            Some(found) => Ok(Some(found)),
            None => Err(Error::new(format!("failed to find an interpreter in `{}`", path.display()))
                .hint("a venv holds `bin/python` (Windows: `Scripts\\python.exe`)")),
        };
    }
    if path.is_file() {
        check_home(&path)?;
        return Ok(Some(path));
    }
    tried.push(format!("`{}`", path.display()));
    let version = text.strip_prefix("python").unwrap_or(text);
    if version.starts_with(|c: char| c.is_ascii_digit())
        && version.chars().all(|c| c.is_ascii_digit() || c == '.')
    {
        return Ok(by_version(version, tried));
    }
    if !text.contains(['/', '\\']) {
        if let Some(found) = on_path(text) {
            return Ok(Some(found));
        }
        tried.push(format!("`{text}` on PATH"));
    }
    Ok(None)
}

/// Finds the interpreter for a version such as `3.12` or `3.12.1`: pyenv's newest match, then `python3.12` on
/// PATH; on Windows, also the default locations of installers.
pub(super) fn by_version(version: &str, tried: &mut Vec<String>) -> Option<PathBuf> {
    if let Some(versions) = pyenv_versions() {
        let wanted: Vec<&str> = version.split('.').collect();
        let fitting = os::list(&versions).into_iter().filter_map(|path| {
            let parts: Vec<&str> = path.file_name()?.to_str()?.split('.').collect();
            let numbers: Option<Vec<u32>> = parts.iter().map(|p| p.parse().ok()).collect();
            let found = in_folder(&path).ok().flatten()?;
            parts.starts_with(&wanted).then_some((numbers?, found))
        });
        if let Some((_, found)) = fitting.max() {
            return Some(found);
        }
        tried.push(format!("`{}`", versions.display()));
    }
    let short: Vec<&str> = version.split('.').take(2).collect();
    let name = format!("python{}", short.join("."));
    tried.push(format!("`{name}` on PATH"));
    on_path(&name).or_else(|| elsewhere(Some(&short.join(".")), tried))
}

/// Returns the folder of pyenv's installations. pyenv for Windows has another folder in between.
fn pyenv_versions() -> Option<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")))?;
    let of_windows = root.join("pyenv-win").join("versions");
    Some(if cfg!(windows) && of_windows.is_dir() { of_windows } else { root.join("versions") })
}

/// Finds an interpreter that is not on `PATH`, as is common on Windows: for a version such as `3.12`, or any.
fn elsewhere(version: Option<&str>, tried: &mut Vec<String>) -> Option<PathBuf> {
    if !cfg!(windows) {
        return None;
    }
    if let Some(found) = on_path("py").and_then(|launcher| installed::by_launcher(&launcher, version)) {
        return Some(found);
    }
    tried.push("the launcher `py`".to_owned());
    if let Some(found) = installed::by_installer(version) {
        return Some(found);
    }
    tried.push("the folders of python.org's installer".to_owned());
    None
}

/// Tries `$VIRTUAL_ENV`, `.venv` next to the spec or in the current folder, and `python3` on PATH.
fn default(request: &Request, tried: &mut Vec<String>) -> Result<Option<PathBuf>> {
    if let Some(venv) = std::env::var_os("VIRTUAL_ENV").filter(|v| !v.is_empty()) {
        let venv = PathBuf::from(venv);
        if let Some(found) = in_folder(&venv)? {
            return Ok(Some(found));
        }
        tried.push(format!("`$VIRTUAL_ENV`, which is `{}`", venv.display()));
    }
    let current = std::env::current_dir().unwrap_or_default();
    for folder in [&request.base, &current] {
        let venv = folder.join(".venv");
        if venv.is_dir()
            && let Some(found) = in_folder(&venv)?
        {
            return Ok(Some(found));
        }
        let shown = format!("`{}`", venv.display());
        if !tried.contains(&shown) {
            tried.push(shown);
        }
    }
    for name in ["python3", "python"] {
        if let Some(found) = on_path(name) {
            return Ok(Some(found));
        }
        tried.push(format!("`{name}` on PATH"));
    }
    Ok(elsewhere(None, tried))
}

/// Finds the interpreter in the folder of a venv or an installation.
pub(super) fn in_folder(folder: &Path) -> Result<Option<PathBuf>> {
    for name in ["bin/python3", "bin/python", "Scripts/python.exe", "python.exe"] {
        let path = folder.join(name);
        if path.is_file() {
            check_home(&path)?;
            return Ok(Some(path));
        }
        if path.is_symlink() {
            return Err(base_gone(folder, &path));
        }
    }
    Ok(None)
}

/// Fails if the interpreter belongs to a venv whose base interpreter no longer exists.
fn check_home(interpreter: &Path) -> Result<()> {
    let Some(venv) = interpreter.ancestors().nth(2) else { return Ok(()) };
    match home(venv) {
        Some(home) if !home.is_dir() => Err(base_gone(venv, interpreter)),
        _ => Ok(()),
    }
}

/// Returns `home` of `pyvenv.cfg`.
fn home(venv: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(venv.join("pyvenv.cfg")).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    })
}

fn base_gone(venv: &Path, interpreter: &Path) -> Error {
    let base = home(venv).or_else(|| std::fs::read_link(interpreter).ok()).unwrap_or_default();
    Error::new(format!(
        "the venv `{}` is of the interpreter in `{}`, which is gone",
        venv.display(),
        base.display()
    ))
    .hint("make the venv anew, or name another interpreter with `--python`")
}

/// Finds an executable on PATH.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = names_on_path(name);
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|p| is_program(p))
}

/// Whether the file is a script: a shim of pyenv, asdf or a similar tool.
fn is_script(path: &Path) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_home_of_pyvenv_cfg() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("pyvenv.cfg"), "home = /gone/bin\nversion = 3.12.1\n").unwrap();
        assert_eq!(home(dir.path()), Some(PathBuf::from("/gone/bin")));
    }

    #[test]
    fn names_the_base_of_a_venv_that_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("pyvenv.cfg"), "home = /gone/bin\n").unwrap();
        std::fs::create_dir(dir.path().join("bin")).unwrap();
        std::fs::write(dir.path().join("bin/python"), "").unwrap();
        let error = in_folder(dir.path()).unwrap_err();
        assert!(error.message.contains("`/gone/bin`, which is gone"), "{error}");
    }
}
