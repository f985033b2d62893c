//! The files of the program's own, below the folders of its entries, of the request and of its project.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::disk::Disk;
use crate::paths::normal;
use crate::rules::implicit::OwnFiles;

/// Entries of folders that are looked at; a larger tree is not the program's alone.
const MOST_ENTRIES: usize = 200_000;
/// Folders below each other.
const DEEPEST: usize = 24;

/// The tree of the program's own files.
#[derive(Default)]
pub(in crate::analysis) struct OwnTree {
    /// Folders that were asked about, outermost first.
    roots: Vec<PathBuf>,
    /// Folders that certainly belong to the program. The folders around them may belong to other programs: only whole paths lead there.
    certain_roots: Vec<PathBuf>,
    /// Folder → names of its entries, and whether each is a folder.
    folders: BTreeMap<PathBuf, Vec<(String, bool)>>,
    /// Name of an entry → the folders that have one.
    by_name: HashMap<String, Vec<PathBuf>>,
    /// The tree is larger than what was looked at.
    pub is_cut: bool,
}

impl OwnTree {
    /// Looks at the folders `roots` and all below, but for what `policy` leaves out, and `foreign` folders. In `loose` folders, only what
    /// whole paths lead to is found.
    pub(super) fn scan(
        roots: &[PathBuf],
        loose: &[PathBuf],
        foreign: &[PathBuf],
        policy: &OwnFiles,
        disk: &Disk,
    ) -> OwnTree {
        let mut tree = OwnTree { certain_roots: roots.to_vec(), ..OwnTree::default() };
        let mut sorted: Vec<&PathBuf> = roots.iter().chain(loose).collect();
        sorted.sort();
        for root in sorted {
            if !tree.roots.iter().any(|known| root.starts_with(known)) {
                tree.roots.push(root.clone());
            }
        }
        let mut left = MOST_ENTRIES;
        let mut seen = std::collections::HashSet::new();
        let mut queue: std::collections::VecDeque<(PathBuf, usize)> =
            tree.roots.iter().map(|r| (r.clone(), 0)).collect();
        // By levels, so that what lies near is found even in a tree that is too large.
        while let Some((folder, depth)) = queue.pop_front() {
            if disk.identity(&folder).is_some_and(|identity| !seen.insert(identity)) {
                continue;
            }
            let Some(entries) = disk.entries(&folder) else { continue };
            // A link to a folder stays one, and is not gone along.
            let kinds = entries.into_iter().map(|e| (e.name, e.is_folder && !e.is_link));
            let mut entries: Vec<(String, bool)> = kinds.collect();
            // Caches are tagged by a convention that cargo, pytest, mypy, uv and others keep: <https://bford.info/cachedir/>.
            let is_foreign = |(name, _): &(String, bool)| name == "pyvenv.cfg" || name == "CACHEDIR.TAG";
            if depth > 0 && entries.iter().any(is_foreign) {
                continue;
            }
            entries.retain(|(name, is_folder)| {
                let is_output = depth == 0 && policy.outputs.iter().any(|n| n == name);
                let is_left_out = *is_folder && (is_output || leaves_out(policy, name));
                !is_left_out && !foreign.contains(&folder.join(name))
            });
            entries.sort();
            if entries.len() > left || depth > DEEPEST {
                tree.is_cut = true;
                break;
            }
            left -= entries.len();
            for (name, is_folder) in &entries {
                let path = folder.join(name);
                if *is_folder {
                    queue.push_back((path, depth + 1));
                }
                tree.by_name.entry(name.clone()).or_default().push(folder.clone());
            }
            tree.folders.insert(folder, entries);
        }
        tree
    }

    /// Whether a folder of the tree lies there.
    pub(in crate::analysis) fn is_folder(&self, path: &Path) -> bool {
        self.folders.contains_key(path)
    }

    /// Whether a file of the tree lies there.
    pub(in crate::analysis) fn is_file(&self, path: &Path) -> bool {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let entries = self.folders.get(folder);
        entries.is_some_and(|e| e.iter().any(|(entry, is_folder)| !is_folder && name == entry.as_str()))
    }

    /// The files in a folder and all below.
    pub(in crate::analysis) fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for (inner, entries) in self.folders.range(folder.to_owned()..) {
            if !inner.starts_with(folder) {
                // Names between `a` and `a/b` may come first: `a-b`.
                if inner.as_os_str().to_string_lossy().starts_with(&*folder.to_string_lossy()) {
                    continue;
                }
                break;
            }
            found.extend(entries.iter().filter(|(_, d)| !d).map(|(name, _)| inner.join(name)));
        }
        found
    }

    /// What fits the parts of a path below a folder: files and folders. A part may hold `*`, and `**` stands for any
    /// folders.
    pub(in crate::analysis) fn below(&self, folder: &Path, parts: &[String]) -> Vec<PathBuf> {
        let mut found = vec![normal(folder)];
        for (i, part) in parts.iter().enumerate() {
            let is_last = i + 1 == parts.len();
            found = match part.as_str() {
                ".." => found.into_iter().filter_map(|f| f.parent().map(Path::to_owned)).collect(),
                "**" => {
                    let below = |f: &PathBuf| {
                        let inner = self.folders.range(f.clone()..).map(|(k, _)| k);
                        inner.filter(|k| k.starts_with(f)).cloned().collect::<Vec<_>>()
                    };
                    found.iter().flat_map(below).collect()
                }
                part if is_last => found.iter().flat_map(|f| self.fitting(f, part)).collect(),
                part => {
                    let fitting = found.iter().flat_map(|f| self.fitting(f, part));
                    fitting.filter(|path| !self.is_file(path)).collect()
                }
            };
            if found.is_empty() {
                break;
            }
        }
        found.retain(|path| self.is_folder(path) || self.is_file(path));
        found
    }

    fn fitting(&self, folder: &Path, part: &str) -> Vec<PathBuf> {
        let Some(entries) = self.folders.get(folder) else {
            // A folder above the tree, on the way back into it.
            let path = folder.join(part);
            let leads_in = self.roots.iter().any(|root| root.starts_with(&path));
            return if leads_in { vec![path] } else { Vec::new() };
        };
        entries.iter().filter(|(name, _)| fits(part, name)).map(|(name, _)| folder.join(name)).collect()
    }

    /// What fits the parts of a path anywhere in the tree.
    pub(in crate::analysis) fn anywhere(&self, parts: &[String]) -> Vec<PathBuf> {
        let Some((first, rest)) = parts.split_first() else { return Vec::new() };
        let starts: Vec<PathBuf> = if first.contains('*') {
            self.folders.keys().cloned().collect()
        } else {
            self.by_name.get(first).cloned().unwrap_or_default()
        };
        let mut found: Vec<PathBuf> = starts
            .iter()
            .flat_map(|folder| self.fitting(folder, first))
            .filter(|path| rest.is_empty() || !self.is_file(path))
            .flat_map(|start| self.below(&start, rest))
            .collect();
        found.retain(|path| self.certain_roots.iter().any(|root| path.starts_with(root)));
        found.sort();
        found.dedup();
        found
    }
}

/// Whether a folder holds nothing of the program's.
fn leaves_out(policy: &OwnFiles, name: &str) -> bool {
    name.starts_with('.') || policy.folders.iter().any(|pattern| fits(pattern, name))
}

/// Whether a name fits a pattern with `*` and `?`.
pub(in crate::analysis) fn fits(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return pattern == name;
    }
    // As `glob` has it, a wildcard does not stand for the dot of a hidden file.
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    if pattern.contains('[') {
        return globset::Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            // The last star stands for one letter more.
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for (pattern, name) in
            [("a*b*c", "a-b-b-c"), ("*.txt", "a.b.txt"), ("?.x", "é.x"), ("*", "a"), ("a[12]*", "a2b")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*b", "a-bc"), ("*.txt", ".txt"), ("?.x", ".x"), ("a", "A"), ("a?", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
