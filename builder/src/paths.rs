//! Paths as text, without access to the disk.

use std::path::{Component, Path, PathBuf};

/// Removes `.` and `..` lexically, which is correct only if no folder is a link.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// Returns a path with `/`, or `None` if a name in it is not Unicode.
pub(crate) fn slashed(path: &Path) -> Option<String> {
    let names: Option<Vec<&str>> = path.iter().map(|name| name.to_str()).collect();
    Some(names?.join("/"))
}

/// Returns a path with `/`, and with replacement characters in names that are not Unicode.
pub(crate) fn shown(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}

/// Returns a path under the root without `.` and `..`, or `None` if it leaves the root.
pub(crate) fn under_root(path: &str) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Returns the way from a folder to a file or folder, such as `../lib/x`. Both are paths under the root. The
/// way to the folder itself is empty.
pub(crate) fn way(folder: &str, to: &str) -> String {
    let (from, to) = (names(folder), names(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

fn names(path: &str) -> Vec<&str> {
    path.split('/').filter(|name| !name.is_empty()).collect()
}
