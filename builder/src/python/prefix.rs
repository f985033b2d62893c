//! The interpreter in the folder of an installation or of an environment.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::os::{is_program, names_on_path};

/// Finds the interpreter in the folder of a venv or an installation.
pub(crate) fn in_folder(folder: &Path) -> Result<Option<PathBuf>> {
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
pub(super) fn check_home(interpreter: &Path) -> Result<()> {
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
        "the venv `{}` belongs to the interpreter in `{}`, which no longer exists",
        venv.display(),
        base.display()
    ))
    .hint("create the venv again, or name another interpreter with `--python`")
}

/// Finds an executable on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = names_on_path(name);
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|p| is_program(p))
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
        assert!(error.message.contains("`/gone/bin`, which no longer exists"), "{error}");
    }
}
