//! Tells setup scripts of other freezers from programs, by their text.

use std::path::Path;

/// Freezers that a setup script imports.
const FREEZERS: [&str; 3] = ["cx_Freeze", "py2exe", "py2app"];
/// Packages that any setup script imports.
const BACKENDS: [&str; 2] = ["setuptools", "distutils"];
/// Calls that describe what to build.
const CALLS: [&str; 4] = ["setup(", "freeze(", "Freezer(", "run_setup("];

/// Whether a file is a setup script: it calls `setup` and imports a freezer, or it imports setuptools or distutils
/// and is named like one or names a freezer. A file that cannot be read is not.
pub(super) fn is_setup_script(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if !(name.ends_with(".py") || name.ends_with(".pyw")) {
        return false;
    }
    let Ok(bytes) = std::fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let code = || text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let calls = |line: &str| CALLS.iter().any(|call| line.replace(' ', "").contains(call));
    if !code().any(calls) {
        return false;
    }
    let imports = |modules: &[&str]| {
        code().any(|line| {
            let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "));
            rest.is_some_and(|rest| {
                let mut words = rest.split([' ', ',', '.', ';']);
                if line.starts_with("from ") {
                    words.next().is_some_and(|word| modules.contains(&word))
                } else {
                    words.any(|word| modules.contains(&word))
                }
            })
        })
    };
    let names = || code().any(|line| FREEZERS.iter().any(|freezer| line.contains(freezer)));
    imports(&FREEZERS) || imports(&BACKENDS) && (name.starts_with("setup") || names())
}

/// Whether a file is a setup script that names a freezer.
pub(super) fn names_freezer(path: &Path) -> bool {
    let names = |text: &str| FREEZERS.iter().any(|freezer| text.contains(freezer));
    is_setup_script(path) && std::fs::read(path).is_ok_and(|bytes| names(&String::from_utf8_lossy(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_script_is_told_by_its_name_and_text() {
        let folder = tempfile::tempdir().unwrap();
        let is = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            is_setup_script(&path)
        };
        let cx = "import sys\nfrom cx_Freeze import setup, Executable\nsetup(executables=[])\n";
        assert!(is("setup.py", cx) && is("build_win.py", cx) && !is("setup.txt", cx));
        assert!(is("make.py", "from distutils.core import setup\nimport os, py2exe\nsetup(console=['x'])\n"));
        assert!(is("setup.py", "from cx_Freeze import *\nsetup (executables=[])\n"));
        assert!(is("x.py", "import py2exe\npy2exe.freeze(console=['x'])\n"));
        assert!(is(
            "setup.py",
            "from setuptools import setup\nsetup(app=['x'], setup_requires=['py2app'])\n"
        ));
        assert!(is(
            "build.py",
            "from setuptools import setup\nsetup(app=['x'], setup_requires=['py2app'])\n"
        ));
        assert!(!is("app.py", "from setuptools import setup\nsetup()\n"));
        assert!(!is("setup.py", "# import py2exe\ndef setup():\n    pass\nsetup()\n"));
        assert!(!is("app.py", "import py2exe\nprint(1)\n"));
        assert!(!is_setup_script(&folder.path().join("none.py")));
    }
}
