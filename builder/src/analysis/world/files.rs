//! Files in the folders of packages that may name modules: pickles, texts, and scripts among data.

use std::path::{Path, PathBuf};

use super::disk::Disk;
use crate::names::is_test;
use crate::rules::implicit::Named;

/// Maximum depth of folders below that of a package.
const DEPTH: usize = 4;
/// Maximum size of files that are read. Larger files are data, such as models.
const LARGEST: u64 = 16 << 20;
/// Maximum size of texts that are read. Larger texts are tables of data.
const LARGEST_TEXT: u64 = 256 << 10;

/// Returns files that may name modules: those in a package's folder and in subfolders that are not
/// packages, sorted.
pub(in crate::analysis) fn files(folder: &Path, suffixes: &Named, disk: &Disk) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, suffixes, disk, DEPTH, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, suffixes: &Named, disk: &Disk, depth: usize, found: &mut Vec<PathBuf>) {
    let Some(entries) = disk.list(folder) else { return };
    if depth < DEPTH && entries.iter().any(|(name, _)| name == "__init__.py") {
        return;
    }
    for (name, is_folder) in entries {
        let path = folder.join(&name);
        if is_folder {
            if depth > 0 && name != "__pycache__" {
                walk(&path, suffixes, disk, depth - 1, found);
            }
            continue;
        }
        let most = if suffixes.others.contains(&name) {
            continue;
        } else if has_suffix(&path, &suffixes.pickles) {
            LARGEST
        } else if has_suffix(&path, &suffixes.texts) {
            LARGEST_TEXT
        } else {
            continue;
        };
        if disk.size(&path).is_some_and(|size| size <= most) {
            found.push(path);
        }
    }
}

/// Returns Python files in data folders below a package: next to other files, outside any package. Includes
/// those directly in the package if one has a name that cannot be imported.
pub(in crate::analysis) fn scripts(folder: &Path, disk: &Disk) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let stems = |entries: &[(String, bool)]| -> Vec<String> {
        let files = entries.iter().filter(|(_, is_folder)| !is_folder);
        files.filter_map(|(name, _)| name.strip_suffix(".py").map(str::to_owned)).collect()
    };
    let code = disk.list(folder).map(|entries| stems(&entries)).unwrap_or_default();
    if code.iter().any(|stem| stem.bytes().any(|b| b.is_ascii() && !b.is_ascii_alphanumeric() && b != b'_')) {
        found.extend(code.iter().filter(|s| *s != "__init__").map(|s| folder.join(format!("{s}.py"))));
    }
    let inner = |entries: Vec<(String, bool)>| {
        entries.into_iter().filter(|(n, d)| *d && n != "__pycache__" && !is_test(n))
    };
    let mut folders: Vec<(PathBuf, usize)> =
        disk.list(folder).map(inner).into_iter().flatten().map(|(n, _)| (folder.join(n), 1)).collect();
    while let Some((folder, depth)) = folders.pop() {
        let Some(entries) = disk.list(&folder) else { continue };
        if entries.iter().any(|(name, _)| name == "__init__.py") {
            continue;
        }
        let is_code = |name: &str| name.ends_with(".py");
        if entries.iter().any(|(name, is_folder)| !is_folder && !is_code(name)) {
            let code = entries.iter().filter(|(name, is_folder)| !is_folder && is_code(name));
            found.extend(code.map(|(name, _)| folder.join(name)));
        }
        if depth < DEPTH {
            folders.extend(inner(entries).map(|(n, _)| (folder.join(n), depth + 1)));
        }
    }
    found.sort();
    found
}

/// Returns whether a file has one of some suffixes.
pub(super) fn has_suffix(path: &Path, suffixes: &[String]) -> bool {
    path.extension().is_some_and(|s| suffixes.contains(&s.to_string_lossy().to_lowercase()))
}
