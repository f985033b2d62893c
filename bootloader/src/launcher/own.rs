//! Finds the code of the bundle for a path on the command line. Most of this code is not a file.

use std::ffi::CStr;
use std::path::{Component, Path, PathBuf};

use freeze_archive::Module;

use crate::launcher::extract::Root;
use crate::launcher::locate::{Entry, Program};
use crate::launcher::os;

/// The part of the bundle that a path refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// The script of a program of the bundle.
    Entry(Entry),
    /// The module with that name.
    Code(&'static [u8]),
    /// A folder with a module `__main__`: the full name of that module.
    Folder(&'static [u8]),
    /// A script that is a file in the root folder.
    File,
    /// Nothing. A module at this path would have this name.
    Missing(Vec<u8>),
}

/// Finds the part of the bundle that `word` refers to, in any spelling. `None` if it is not code of the
/// bundle. `place` is the position of the word: a folder only counts after options, or if it is given by its
/// path below the root.
pub(crate) fn find(program: &Program, root: &Root, word: &CStr, place: usize) -> Option<Own> {
    let word = word.to_bytes();
    let path = plain(&std::path::absolute(os::path_from_bytes(word)).ok()?);
    let last = os::program_name(word);
    let may_be_own =
        || place > 1 || is_python(word) || program.every_entry().any(|e| os::program_name(e.script) == last);
    // Only resolve links if the path could be code, because it may be on a slow disk.
    let below = below(&path, root.path()).or_else(|| {
        let real = may_be_own().then(|| real(&path, 0)).flatten()?;
        let root = os::canonical(root.path()).unwrap_or_else(|_| root.path().to_owned());
        self::below(&real, &root)
    })?;
    if let Some(entry) = program.every_entry().find(|e| e.script == below) {
        return Some(Own::Entry(entry));
    }
    let stem = [&b".py"[..], b".pyw", b".pyc"].iter().find_map(|end| below.strip_suffix(*end));
    let dotted =
        |path: &[u8]| -> Vec<u8> { path.iter().map(|c| if *c == b'/' { b'.' } else { *c }).collect() };
    let on_disk = || root.is_on_disk().then(|| root.path().join(os::path_from_bytes(&below)));
    let Some(stem) = stem else {
        let main = [&dotted(&below)[..], b".__main__"].concat();
        if let Some(module) = program.archive.find_module(&main).filter(Module::can_run) {
            return Some(Own::Folder(module.name));
        }
        return on_disk().filter(|p| p.join("__main__.py").is_file()).map(|_| Own::File);
    };
    let name = dotted(stem.strip_suffix(b"/__init__").unwrap_or(stem));
    match program.archive.find_module(&name).filter(|m| m.can_run() && m.path == below) {
        Some(module) => Some(Own::Code(module.name)),
        None if on_disk().is_some_and(|path| path.is_file()) => Some(Own::File),
        None => Some(Own::Missing(name)),
    }
}

/// Whether a path has the suffix of a script.
pub(crate) fn is_python(path: &[u8]) -> bool {
    [&b".py"[..], b".pyw", b".pyc"].iter().any(|end| path.ends_with(end))
}

/// Whether the archive contains a module that `-m name` can run.
pub(crate) fn holds(program: &Program, name: &[u8]) -> bool {
    let has_code = |name: &[u8]| program.archive.find_module(name).is_some_and(|m| m.can_run());
    has_code(name) || has_code(&[name, b".__main__"].concat())
}

fn below(path: &Path, root: &Path) -> Option<Vec<u8>> {
    let mut prefix = os::path_bytes(root).to_vec();
    prefix.push(os::SEPARATOR);
    os::below(os::path_bytes(path), &prefix)
}

/// Removes `.` and `..` from the path textually: folders of modules do not exist on disk.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// Follows links in the part of the path that exists.
fn real(path: &Path, depth: usize) -> Option<PathBuf> {
    const MOST_LINKS: usize = 8;
    if let Ok(target) = std::fs::read_link(path).map(|target| path.parent().unwrap_or(path).join(target))
        && depth < MOST_LINKS
        && !path.exists()
    {
        return real(&plain(&target), depth + 1);
    }
    path.ancestors().find_map(|above| {
        let real = os::canonical(above).ok()?;
        let rest = path.strip_prefix(above).ok()?;
        // Avoid a trailing separator if nothing follows.
        Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_python_reads_them() {
        let folder = os::canonical(&std::env::temp_dir()).unwrap();
        assert_eq!(plain(&folder.join("a/./b/../c.py")), folder.join("a").join("c.py"));
        assert_eq!(below(&folder.join("a").join("c.py"), &folder), Some(b"a/c.py".to_vec()));
        assert_eq!(below(&folder.join("a"), &folder.join("b")), None);
        assert_eq!(
            real(&folder.join("not there").join("a.py"), 0),
            Some(folder.join("not there").join("a.py"))
        );
        assert_eq!(real(&folder, 0), Some(folder.clone()));
        assert!(is_python(b"a/b.pyw") && !is_python(b"a/b.txt"));
    }
}
