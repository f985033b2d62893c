//! The program's own files, below the folders of its entry points, of the request and of its project.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::disk::Disk;
use crate::paths::normal;
use crate::rules::implicit::OwnFiles;

/// Maximum number of folder entries; a larger tree contains more than the program.
const MOST_ENTRIES: usize = 200_000;
/// Maximum depth of folders.
const DEEPEST: usize = 24;

/// The tree of the program's own files.
#[derive(Default)]
pub(in crate::analysis) struct OwnTree {
    /// Top folders, outermost first.
    roots: Vec<PathBuf>,
    /// Folders that certainly belong to the program. Other folders may belong to other programs, so only
    /// complete paths match there.
    certain_roots: Vec<PathBuf>,
    /// Folder → names of its entries, and whether each is a folder.
    folders: BTreeMap<PathBuf, Vec<(String, bool)>>,
    /// Name of an entry → the folders that have one.
    by_name: HashMap<String, Vec<PathBuf>>,
    /// Whether the tree is larger than the limits.
    pub is_cut: bool,
}

impl OwnTree {
    /// Lists the folders `roots` and everything below, except `foreign` folders and those that `policy`
    /// leaves out. In `loose` folders, only complete paths match.
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
        // Breadth first, so that nearby files are found even in a tree that is too large.
        while let Some((folder, depth)) = queue.pop_front() {
            if disk.identity(&folder).is_some_and(|identity| !seen.insert(identity)) {
                continue;
            }
            let Some(entries) = disk.entries(&folder) else { continue };
            // A link to a folder stays a link and is not followed.
            let kinds = entries.into_iter().map(|e| (e.name, e.is_folder && !e.is_link));
            let mut entries: Vec<(String, bool)> = kinds.collect();
            // Caches are tagged by a convention of cargo, pytest, mypy, uv and others:
            // <https://bford.info/cachedir/>.
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

    /// Returns whether the path is a folder of the tree.
    pub(in crate::analysis) fn is_folder(&self, path: &Path) -> bool {
        self.folders.contains_key(path)
    }

    /// Returns whether the path is a file of the tree.
    pub(in crate::analysis) fn is_file(&self, path: &Path) -> bool {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let entries = self.folders.get(folder);
        entries.is_some_and(|e| e.iter().any(|(entry, is_folder)| !is_folder && name == entry.as_str()))
    }

    /// Returns all files below a folder.
    pub(in crate::analysis) fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for (inner, entries) in self.folders.range(folder.to_owned()..) {
            if !inner.starts_with(folder) {
                // Names such as `a-b` sort between `a` and `a/b`.
                if inner.as_os_str().to_string_lossy().starts_with(&*folder.to_string_lossy()) {
                    continue;
                }
                break;
            }
            found.extend(entries.iter().filter(|(_, d)| !d).map(|(name, _)| inner.join(name)));
        }
        found
    }

    /// Returns the files and folders below a folder that match the parts of a path. A part may contain `*`,
    /// and `**` stands for any folders.
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
            // A folder above the tree, which the rest of the path enters again.
            let path = folder.join(part);
            let leads_in = self.roots.iter().any(|root| root.starts_with(&path));
            return if leads_in { vec![path] } else { Vec::new() };
        };
        entries.iter().filter(|(name, _)| fits(part, name)).map(|(name, _)| folder.join(name)).collect()
    }

    /// Returns the matches for the parts of a path anywhere in the tree.
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

/// Returns whether a folder does not belong to the program.
fn leaves_out(policy: &OwnFiles, name: &str) -> bool {
    name.starts_with('.') || policy.folders.iter().any(|pattern| fits(pattern, name))
}

/// Returns whether a name matches a pattern with `*` and `?`.
pub(in crate::analysis) fn fits(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return pattern == name;
    }
    // As in `glob`, a wildcard does not match the dot of a hidden file.
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
            // Let the last star match one more letter.
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
