//! Files that a configuration names by paths of another computer.

use std::path::{Path, PathBuf};

use crate::spec::entry::absolute;

/// A file that a configuration names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is where the configuration says.
    There(PathBuf),
    /// Its path does not exist, but the end of it does, below the folder of the configuration.
    Moved(PathBuf),
}

/// Finds a file or folder. Relative paths count from `base`.
///
/// A path of another computer is found by its longest end that exists below `base` or the two folders above.
pub(super) fn find(text: &str, base: &Path) -> Option<Found> {
    let plain = if cfg!(windows) { text.to_owned() } else { text.replace('\\', "/") };
    let direct = absolute(&base.join(&plain));
    if direct.exists() {
        return Some(Found::There(direct));
    }
    if !is_absolute(text) {
        let current = absolute(Path::new(&plain));
        return current.exists().then_some(Found::There(current));
    }
    let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty() && !part.ends_with(':')).collect();
    let ends = (0..parts.len()).map(|start| parts[start..].join("/"));
    let folders: Vec<&Path> = base.ancestors().take(3).collect();
    let candidates = ends.flat_map(|end| folders.iter().map(move |folder| folder.join(&end)));
    candidates.into_iter().find(|path| path.exists()).map(|path| Found::Moved(absolute(&path)))
}

/// Whether a path is absolute on any system.
pub(super) fn is_absolute(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    has_drive && matches!(bytes[2], b'/' | b'\\') || text.starts_with(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_another_computer_are_found_by_their_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = absolute(folder.path());
        std::fs::create_dir_all(root.join("tools/assets")).unwrap();
        std::fs::write(root.join("main.py"), "").unwrap();
        let base = root.join("tools");
        assert_eq!(find(r"C:\Users\me\app\main.py", &base), Some(Found::Moved(root.join("main.py"))));
        assert_eq!(find("/home/me/app/tools/assets", &base), Some(Found::Moved(base.join("assets"))));
        assert_eq!(find("../main.py", &base), Some(Found::There(root.join("main.py"))));
        assert_eq!(find("C:/none/there.txt", &base), None);
        assert_eq!(find("there.txt", &base), None);
    }
}
