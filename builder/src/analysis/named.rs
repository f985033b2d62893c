//! Data files of packages that may name modules: pickles, and texts with dotted names of the own package.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::parse::is_dotted_name;
use crate::rules::implicit::Named;

/// Larger files are not read: a model is no table of a library.
const LARGEST: u64 = 16 << 20;
/// Nor are larger texts: a table of data.
const LARGEST_TEXT: u64 = 256 << 10;

/// The files of a package's folder, and of folders below that are no packages, that may name modules.
pub(super) fn files(folder: &Path, suffixes: &Named) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).max_depth(4).sort_by_file_name().into_iter().filter_entry(|e| {
        e.depth() == 0
            || !e.file_type().is_dir()
            || (e.file_name() != "__pycache__" && !e.path().join("__init__.py").exists())
    });
    let wanted = |e: &walkdir::DirEntry| {
        if suffixes.others.iter().any(|o| e.file_name() == o.as_str()) {
            return false;
        }
        let most = if fits(e.path(), &suffixes.pickles) {
            LARGEST
        } else if fits(e.path(), &suffixes.texts) {
            LARGEST_TEXT
        } else {
            return false;
        };
        e.metadata().is_ok_and(|m| m.is_file() && m.len() <= most)
    };
    walk.flatten().filter(wanted).map(walkdir::DirEntry::into_path).collect()
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
