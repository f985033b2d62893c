//! Data files of packages that may name modules: pickles, and texts with dotted names of the own package.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::graph::is_test;
use super::parse::is_dotted_name;
use crate::rules::implicit::Named;

/// Folders below a package's are looked into so far.
const DEPTH: usize = 4;
/// Larger files are not read: a model is no table of a library.
const LARGEST: u64 = 16 << 20;
/// Nor are larger texts: a table of data.
const LARGEST_TEXT: u64 = 256 << 10;

/// The files of a package's folder, and of folders below that are no packages, that may name modules; sorted.
pub(super) fn files(folder: &Path, suffixes: &Named, disk: &Disk) -> Vec<PathBuf> {
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
        } else if fits(&path, &suffixes.pickles) {
            LARGEST
        } else if fits(&path, &suffixes.texts) {
            LARGEST_TEXT
        } else {
            continue;
        };
        if disk.size(&path).is_some_and(|size| size <= most) {
            found.push(path);
        }
    }
}

/// Python files in folders of data below a package's: they lie beside other files, in no package. Also those right in the
/// package, where one has a name that no statement can import.
pub(super) fn scripts(folder: &Path, disk: &Disk) -> Vec<PathBuf> {
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

/// Whether a file has one of some suffixes.
pub(super) fn fits(path: &Path, suffixes: &[String]) -> bool {
    path.extension().is_some_and(|s| suffixes.contains(&s.to_string_lossy().to_lowercase()))
}

/// Dotted names of the top-level package `top` in a text.
pub(super) fn names(bytes: &[u8], top: &str) -> Vec<String> {
    let known = format!("{top}.");
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    let mut found = BTreeSet::new();
    for at in memchr::memmem::find_iter(bytes, known.as_bytes()) {
        // Not the middle of another name, of a path or of an address.
        if at.checked_sub(1).is_some_and(|i| is_name(bytes[i]) || b"/-@".contains(&bytes[i])) {
            continue;
        }
        let rest = &bytes[at..];
        let end = rest.iter().position(|b| !is_name(*b)).unwrap_or(rest.len());
        if let Ok(name) = std::str::from_utf8(&rest[..end.min(120)])
            && is_dotted_name(name.trim_end_matches('.'))
        {
            found.insert(name.trim_end_matches('.').to_owned());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_texts() {
        let text = b"routes: ['dist.http.a', \"dist.http.b\"]\nurl: https://dist.readthedocs.io/dist.x\nmy.dist.c: 1\n# dist.d.\n";
        assert_eq!(names(text, "dist"), ["dist.d", "dist.http.a", "dist.http.b"]);
    }
}
