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
