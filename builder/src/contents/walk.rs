//! Lists the files below a folder, and the links to folders that stay links.
//!
//! A link to a folder of the same tree is not followed: its files are already listed. A link that leaves
//! the tree is followed, because the program would not find its target otherwise.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Warning;
use crate::os::canonicalize;

/// Maximum number of files and folders that are visited through links out of the tree: a link may lead to a
/// whole disk.
const MOST: usize = 100_000;
/// Maximum number of files that are listed through one link, and through all links, because links can
/// multiply files.
const MOST_COPIES: [usize; 2] = [20_000, 200_000];

/// Filters of a walk.
pub(super) struct Wanted<'a> {
    /// Whether a folder is entered.
    pub(super) enters: &'a dyn Fn(&Path) -> bool,
    /// Whether a file is listed, by its path below the top folder, with `/`.
    pub(super) takes: &'a dyn Fn(&str) -> bool,
}

/// The result of a walk, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Files, and their paths below the top folder.
    pub(super) files: Vec<(PathBuf, String)>,
    /// Links to folders.
    pub(super) links: Vec<FolderLink>,
    /// Files and folders that cannot be collected.
    pub(super) skipped: Vec<Skipped>,
}

/// A link to a folder.
#[derive(Debug)]
pub(super) struct FolderLink {
    /// The link itself.
    pub(super) path: PathBuf,
    /// Its path below the top folder.
    pub(super) inner: String,
    /// The files below its target: paths through the link, and below it. `None` if there are too many.
    pub(super) files: Option<Vec<(PathBuf, String)>>,
}

/// Something that cannot be collected, and why.
#[derive(Debug)]
pub(super) struct Skipped {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Unreadable(io::Error),
    TooMany,
    Missing,
    Circle,
    Around,
    NotUtf8,
}

impl Skipped {
    /// Returns whether this is an error for a folder that the user names.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self.why, Why::Unreadable(_) | Why::TooMany)
    }

    /// Returns a one-sentence message.
    pub(super) fn message(&self) -> String {
        let path = self.path.display();
        match &self.why {
            Why::Unreadable(error) => format!("failed to read `{path}`: {error}"),
            Why::TooMany => format!("`{path}` contains more than {MOST} files when links are followed"),
            Why::Missing => format!("`{path}` is left out: it is a link to a missing file"),
            Why::Circle => format!("`{path}` is left out: it is a link that leads back to itself"),
            Why::Around => format!("`{path}` is left out: it is a link to a folder that contains it"),
            Why::NotUtf8 => format!("`{path}` is left out: its name is not UTF-8"),
        }
    }

    /// Returns the warning for a package.
    pub(super) fn warning(&self) -> Warning {
        Warning::minor(self.message())
    }
}

/// Lists the files and links below `top`.
pub(super) fn walk(top: &Path, wanted: &Wanted<'_>) -> Tree {
    let mut walk = Walk {
        wanted,
        tops: Vec::new(),
        through: 0,
        files: Vec::new(),
        links: Vec::new(),
        skipped: Vec::new(),
    };
    match canonicalize(top) {
        Ok(real) => walk.top(top, String::new(), real),
        Err(error) => walk.skip(top, Why::Unreadable(error)),
    }
    walk.finish()
}

/// A folder that bounds the tree: links inside it stay links.
struct Top {
    path: PathBuf,
    real: PathBuf,
    inner: String,
}

/// A link that is resolved after all files are listed.
struct Pending {
    path: PathBuf,
    inner: String,
    /// Path of its target below the top folder.
    target: String,
}

struct Walk<'w> {
    wanted: &'w Wanted<'w>,
    /// The folder of the walk, and the targets of links on the way to the current folder.
    tops: Vec<Top>,
    /// Number of files and folders visited through links.
    through: usize,
    /// All files, wanted or not.
    files: Vec<(PathBuf, String)>,
    links: Vec<Pending>,
    skipped: Vec<Skipped>,
}

impl Walk<'_> {
    fn skip(&mut self, path: &Path, why: Why) {
        self.skipped.push(Skipped { path: path.to_owned(), why });
    }

    fn top(&mut self, path: &Path, inner: String, real: PathBuf) {
        self.tops.push(Top { path: path.to_owned(), real: real.clone(), inner: inner.clone() });
        self.folder(path, &inner, &real);
        self.tops.pop();
    }

    fn folder(&mut self, path: &Path, inner: &str, real: &Path) {
        let read = std::fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut entries = match read {
            Ok(entries) => entries,
            Err(error) => return self.skip(path, Why::Unreadable(error)),
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name): (PathBuf, OsString) = (entry.path(), entry.file_name());
            if !self.count() {
                return;
            }
            let Some(name) = name.to_str() else {
                self.skip(&path, Why::NotUtf8);
                continue;
            };
            let inner = join(inner, name);
            match entry.file_type() {
                Ok(kind) if kind.is_file() => self.files.push((path, inner)),
                Ok(kind) if kind.is_dir() => {
                    if (self.wanted.enters)(&path) {
                        self.folder(&path, &inner, &real.join(name));
                    }
                }
                Ok(kind) if kind.is_symlink() => self.link(path, inner),
                // Devices, pipes and sockets have no content.
                Ok(_) => {}
                Err(error) => self.skip(&path, Why::Unreadable(error)),
            }
        }
    }

    /// Counts an entry that is visited through a link. Returns whether to continue.
    fn count(&mut self) -> bool {
        let [_, link, ..] = self.tops.as_slice() else { return true };
        self.through += 1;
        if self.through == MOST {
            let path = link.path.clone();
            self.skip(&path, Why::TooMany);
        }
        self.through < MOST
    }

    fn link(&mut self, path: PathBuf, inner: String) {
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => return self.files.push((path, inner)),
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return,
            Err(error) => {
                let why = match error.kind() {
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Why::Missing,
                    io::ErrorKind::PermissionDenied => Why::Unreadable(error),
                    _ => Why::Circle,
                };
                return self.skip(&path, why);
            }
        }
        let real = match canonicalize(&path) {
            Ok(real) => real,
            Err(error) => return self.skip(&path, Why::Unreadable(error)),
        };
        let (wanted, top) = (self.wanted, self.tops.last());
        if let Some((top, below)) = top.and_then(|top| Some((top, real.strip_prefix(&top.real).ok()?))) {
            let mut folders = below.ancestors().filter(|folder| !folder.as_os_str().is_empty());
            if folders.all(|folder| (wanted.enters)(&top.real.join(folder))) {
                let target = below.iter().map(|part| part.to_string_lossy());
                let target = target.fold(top.inner.clone(), |inner, part| join(&inner, &part));
                self.links.push(Pending { path, inner, target });
                return;
            }
        }
        if self.tops.iter().any(|top| top.real.starts_with(&real)) {
            return self.skip(&path, Why::Around);
        }
        if (wanted.enters)(&path) {
            self.top(&path, inner, real);
        }
    }

    fn finish(self) -> Tree {
        let takes = self.wanted.takes;
        let mut tree = Tree { skipped: self.skipped, ..Tree::default() };
        let mut index = Index {
            files: self.files.iter().map(|(_, inner)| inner.as_str()).collect(),
            links: self.links.iter().map(|link| (link.inner.as_str(), link.target.as_str())).collect(),
            left: 0,
        };
        let [of_one, mut of_all] = MOST_COPIES;
        index.files.sort_unstable();
        index.links.sort_unstable();
        for link in &self.links {
            let through = |rest: &str| join(&link.inner, rest);
            let mut found = Vec::new();
            index.left = of_one.min(of_all);
            let budget = index.left;
            index.below(&link.target, "", &mut vec![&link.target], &mut found);
            of_all -= budget - index.left;
            let too_many = index.left == 0;
            found.retain(|(_, rest)| takes(&through(rest)));
            let is_whole = found.iter().all(|(inner, _)| takes(inner));
            let files = found.into_iter().map(|(_, rest)| (link.path.join(&rest), rest));
            if too_many || is_whole && files.len() > 0 {
                let (path, inner) = (link.path.clone(), link.inner.clone());
                let files = (!too_many).then(|| files.collect());
                tree.links.push(FolderLink { path, inner, files });
            } else {
                tree.files.extend(files.map(|(path, rest)| (path, through(&rest))));
            }
        }
        tree.files.extend(self.files.into_iter().filter(|(_, inner)| takes(inner)));
        tree
    }
}

/// The results by path below the top folder.
struct Index<'t> {
    files: Vec<&'t str>,
    /// Links and their targets.
    links: Vec<(&'t str, &'t str)>,
    /// Number of files that may still be listed through links.
    left: usize,
}

impl<'t> Index<'t> {
    /// Lists the files below a folder, also through links: their paths below the top folder, and `rest`
    /// joined with their paths below this one. `above` contains the targets of the links on the way.
    fn below(
        &mut self,
        folder: &'t str,
        rest: &str,
        above: &mut Vec<&'t str>,
        found: &mut Vec<(&'t str, String)>,
    ) {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let first = self.files.partition_point(|path| *path < start.as_str());
        let files = self.files[first..].iter().map_while(|path| Some((*path, path.strip_prefix(&start)?)));
        let before = found.len();
        found.extend(files.take(self.left).map(|(path, name)| (path, join(rest, name))));
        self.left -= found.len() - before;
        let mut at = self.links.partition_point(|(path, _)| *path < start.as_str());
        while let Some((path, target)) = self.links.get(at).copied() {
            let Some(name) = path.strip_prefix(&start) else { break };
            at += 1;
            // In a cycle, each folder is listed once.
            if self.left > 0 && !above.iter().any(|folder| *folder == target || is_below(folder, target)) {
                self.left -= 1;
                above.push(target);
                self.below(target, &join(rest, name), above, found);
                above.pop();
            }
        }
    }
}

/// Returns whether a path is below a folder.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || name.is_empty() { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::symlink;

    /// Walks a folder with these files and links (` -> `). Returns its files, its links, and the number of
    /// skipped entries.
    fn walked(entries: &[&str], takes: &dyn Fn(&str) -> bool) -> (Vec<String>, Vec<String>, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().join("outer/top");
        for entry in entries {
            let (path, target) =
                entry.split_once(" -> ").map_or((*entry, None), |(path, to)| (path, Some(to)));
            let path = top.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match target {
                Some(target) => symlink(target, &path).unwrap(),
                None => std::fs::write(&path, "").unwrap(),
            }
        }
        let tree = walk(&top, &Wanted { enters: &|path| !path.ends_with("closed"), takes });
        let mut files: Vec<String> = tree.files.into_iter().map(|(_, inner)| inner).collect();
        files.sort();
        let shown = |link: FolderLink| {
            let files = link.files.unwrap_or_default();
            let rest: Vec<String> = files.into_iter().map(|(_, rest)| rest).collect();
            format!("{}: {}", link.inner, rest.join(" "))
        };
        let root = dir.path().to_str().unwrap();
        let skipped = tree.skipped.iter().map(|s| s.message().replace(root, "")).collect();
        (files, tree.links.into_iter().map(shown).collect(), skipped)
    }

    #[cfg(unix)]
    #[test]
    fn links_in_the_tree_stay_and_those_out_of_it_are_followed() {
        let (files, links, skipped) = walked(
            &[
                "v1/a",
                "v1/sub/b",
                "current -> v1",
                "stable -> current",
                "v1/l -> sub",
                "closed/c",
                "open -> closed",
                "../beside/d",
                "../beside/e -> d",
                "../beside/f -> .",
                "out -> ../beside",
                "file -> v1/a",
            ],
            &|_| true,
        );
        let expected = ["file", "open/c", "out/d", "out/e", "v1/a", "v1/sub/b"].map(str::to_owned).to_vec();
        assert_eq!(files, expected);
        let v1 = "a sub/b l/b";
        let expected = [
            format!("current: {v1}"),
            "out/f: d e".to_owned(),
            format!("stable: {v1}"),
            "v1/l: b".to_owned(),
        ];
        assert_eq!(links, expected);
        assert!(skipped.is_empty(), "{skipped:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_where_only_it_is_asked_for() {
        let tree = ["v1/a.txt", "v1/b.png", "current -> v1"];
        let (files, links, _) = walked(&tree, &|path| path.starts_with("current/") && path.ends_with(".txt"));
        assert_eq!((files, links.len()), (vec!["current/a.txt".to_owned()], 0));
        let (files, links, _) = walked(&tree, &|path| path.ends_with(".png"));
        assert_eq!((files, links), (vec!["v1/b.png".to_owned()], vec!["current: b.png".to_owned()]));
    }

    #[cfg(unix)]
    #[test]
    fn circles_end_and_what_leads_nowhere_is_told() {
        let (files, links, skipped) = walked(
            &[
                "a/x",
                "a/up -> ..",
                "a/over -> ../..",
                "a/b -> ../b",
                "b/a -> ../a",
                "gone -> missing",
                "one -> two",
                "two -> one",
            ],
            &|_| true,
        );
        assert_eq!(files, ["a/x"]);
        assert_eq!(links, ["a/b: a/x", "a/up: a/x a/b/a/x b/a/x", "b/a: x"].map(str::to_owned));
        assert_eq!(
            skipped,
            [
                "`/outer/top/a/over` is left out: it is a link to a folder that contains it",
                "`/outer/top/gone` is left out: it is a link to a missing file",
                "`/outer/top/one` is left out: it is a link that leads back to itself",
                "`/outer/top/two` is left out: it is a link that leads back to itself",
            ]
        );
        // Each folder has links to all others.
        let many: Vec<String> = (0..30)
            .flat_map(|i| {
                let links = (0..30).filter(move |j| *j != i).map(move |j| format!("d{i}/l{j} -> ../d{j}"));
                links.chain([format!("d{i}/file")])
            })
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let (files, links, skipped) = walked(&many, &|_| true);
        assert_eq!((files.len(), links.len(), skipped.len()), (30, 30 * 29, 0));
    }
}
