//! Paths as text, whatever lies on the disk.

use std::path::{Component, Path, PathBuf};

/// Removes `.` and `..` by name only, as is right where no folder is a link.
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
