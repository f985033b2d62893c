//! Interpreters on Windows that are not on `PATH`: from the default locations of installers, and from the
//! launcher `py`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::SUPPORTED;
use crate::interrupt;

/// Finds the interpreter for a version such as `3.12`, or the newest one, in the folders of python.org's
/// installer: for one user, then for all.
pub(super) fn by_installer(version: Option<&str>) -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    in_folders(version, &folders(var))
}

fn folders(var: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let user = var("LOCALAPPDATA").map(|local| local.join("Programs").join("Python"));
    let all = var("ProgramFiles");
    let drive = var("SystemDrive").map(|drive| {
        let mut root = drive.into_os_string();
        root.push("\\");
        PathBuf::from(root)
    });
    [user, all, drive].into_iter().flatten().collect()
}

fn in_folders(version: Option<&str>, folders: &[PathBuf]) -> Option<PathBuf> {
    let minors: Vec<String> = match version {
        Some(version) => {
            let mut parts = version.split('.');
            if parts.next() != Some("3") {
                return None;
            }
            vec![parts.next()?.to_owned()]
        }
        None => (SUPPORTED.0..=SUPPORTED.1).rev().map(|minor| minor.to_string()).collect(),
    };
    minors
        .iter()
        .flat_map(|minor| folders.iter().map(move |folder| folder.join(format!("Python3{minor}"))))
        .map(|folder| folder.join("python.exe"))
        .find(|path| path.is_file())
}

/// Returns the interpreter that `py -3.12` or `py` starts.
pub(super) fn by_launcher(launcher: &Path, version: Option<&str>) -> Option<PathBuf> {
    let mut command = Command::new(launcher);
    command.args(version.map(|version| format!("-{version}")));
    let output = interrupt::output(command.args(["-I", "-c", "import sys; print(sys.executable)"])).ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = PathBuf::from(text.lines().last()?.trim());
    (output.status.success() && found.is_absolute()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_taken_unless_a_version_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let var = |name: &str| (name == "LOCALAPPDATA").then(|| dir.path().to_owned());
        let folders = folders(var);
        let place = |minor: &str| dir.path().join(format!("Programs/Python/Python3{minor}/python.exe"));
        for minor in ["9", "11", "12"] {
            std::fs::create_dir_all(place(minor).parent().unwrap()).unwrap();
            std::fs::write(place(minor), "").unwrap();
        }
        assert_eq!(in_folders(None, &folders), Some(place("12")));
        assert_eq!(in_folders(Some("3.11"), &folders), Some(place("11")));
        assert_eq!(in_folders(Some("3.9.1"), &folders), Some(place("9")));
        assert_eq!(in_folders(Some("3.10"), &folders), None);
        assert_eq!(in_folders(Some("2.7"), &folders), None);
    }
}
