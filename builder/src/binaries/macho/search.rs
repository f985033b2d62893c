//! Searches for a library as dyld does: names in load commands, run paths, and their equivalents on the
//! build machine.

use std::path::{Path, PathBuf};

use crate::binaries::facts::Facts;
use crate::binaries::files::join;
use crate::paths::{normal, under_root, way};

const LOADER: &str = "@loader_path";
const PROGRAM: &str = "@executable_path";
const RPATH: &str = "@rpath";

/// Returns the part of a name after a token: `libx.dylib` in `@rpath/libx.dylib`, nothing in
/// `@loader_path`.
fn behind<'a>(name: &'a str, token: &str) -> Option<&'a str> {
    let rest = name.strip_prefix(token)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/').map(|r| r.trim_start_matches('/')) }
}

/// The macOS loader, with the file system of the build machine.
#[derive(Debug)]
pub(super) struct Loader {
    /// The prefix of the interpreter.
    prefix: PathBuf,
    /// The folder for `/` on the target; `None` if the build machine is the target.
    root: Option<PathBuf>,
}

impl Loader {
    pub(super) fn new(prefix: PathBuf, root: Option<PathBuf>) -> Loader {
        Loader { prefix, root }
    }

    /// Resolves a name in a file. `chain` contains the file, then the file that loads it, and so on.
    pub(super) fn candidates(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        let Some((_, path)) = chain.first() else { return Vec::new() };
        let folder = |path: &Path| path.parent().unwrap_or(Path::new("/")).to_owned();
        if let Some(rest) = behind(needed, LOADER) {
            return vec![normal(&folder(path).join(rest))];
        }
        if let Some(rest) = behind(needed, PROGRAM) {
            return vec![normal(&self.prefix.join("bin").join(rest))];
        }
        let Some(rest) = behind(needed, RPATH) else { return self.absolute(needed) };
        let mut found = Vec::new();
        for (facts, path) in chain {
            for entry in &facts.rpath {
                match (behind(entry, LOADER), behind(entry, PROGRAM)) {
                    (Some(inner), _) => found.push(normal(&folder(path).join(inner).join(rest))),
                    (_, Some(inner)) => found.push(normal(&self.prefix.join("bin").join(inner).join(rest))),
                    _ => found.extend(self.absolute(&format!("{}/{rest}", entry.trim_end_matches('/')))),
                }
            }
        }
        found
    }

    /// Maps a path of the target to this machine: under its root, and at each folder name that the prefix
    /// shares with it.
    fn absolute(&self, path: &str) -> Vec<PathBuf> {
        if !path.starts_with('/') {
            return Vec::new();
        }
        let Some(root) = &self.root else { return vec![PathBuf::from(path)] };
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        let mut found = vec![root.join(parts.join("/"))];
        // A prefix may have been copied: `/opt/homebrew/lib/x` is then in the copy of `homebrew`.
        for above in self.prefix.ancestors().filter(|a| a.starts_with(root) || root.starts_with(a)) {
            let own = above.file_name().and_then(|n| n.to_str());
            let shared = parts.iter().rposition(|p| Some(*p) == own);
            found.extend(shared.map(|i| above.join(parts[i + 1..].join("/"))));
        }
        // An install name of python-build-standalone: `/install/lib/x`.
        let below_lib = parts.iter().rposition(|p| *p == "lib").map(|i| parts[i..].join("/"));
        found.extend(below_lib.map(|inner| self.prefix.join(inner)));
        found
    }

    /// Returns other locations of a library: in the prefix, which the interpreter's own run path covers.
    pub(super) fn by_system(&self, name: &str) -> Vec<PathBuf> {
        vec![self.prefix.join("lib").join(name), self.prefix.join(name)]
    }
}

/// Returns the possible names of a system library: as written, and through run paths.
pub(super) fn system_names(chain: &[(&Facts, &Path)], needed: &str) -> Vec<String> {
    let mut names = vec![needed.to_owned()];
    if let Some(rest) = behind(needed, RPATH) {
        let entries = chain.iter().flat_map(|(facts, _)| &facts.rpath).filter(|e| e.starts_with('/'));
        names.extend(entries.map(|e| format!("{}/{rest}", e.trim_end_matches('/'))));
    }
    names
}

/// Resolves a run path of a file in `folder` to a folder under the root. Returns `None` outside the
/// application.
pub(super) fn inside(entry: &str, folder: &str) -> Option<String> {
    under_root(&join(folder, behind(entry, LOADER)?))
}

/// Returns the possible paths under the root for a name, in a file in `folder` with these run paths.
pub(super) fn dests(name: &str, search: &[String], folder: &str) -> Vec<String> {
    if let Some(rest) = behind(name, LOADER) {
        return under_root(&join(folder, rest)).into_iter().collect();
    }
    let Some(rest) = behind(name, RPATH) else { return Vec::new() };
    search.iter().filter_map(|e| inside(e, folder)).filter_map(|f| under_root(&join(&f, rest))).collect()
}

/// Returns the name for another file in a file in `folder`, both under the root.
pub(super) fn relative(folder: &str, dest: &str) -> String {
    format!("{LOADER}/{}", way(folder, dest)).trim_end_matches('/').to_owned()
}

/// Returns whether a run path is a folder of the system.
pub(super) fn is_of_system(entry: &str) -> bool {
    ["/usr/lib", "/System/"].iter().any(|s| entry.starts_with(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(rpath: &[&str]) -> Facts {
        Facts { rpath: rpath.iter().map(|r| (*r).to_owned()).collect(), ..Facts::default() }
    }

    #[test]
    fn names_lead_to_files_as_dyld_has_them() {
        let loader = Loader::new("/x/py".into(), Some("/x/py".into()));
        let (own, by) =
            (facts(&["@loader_path/../lib", "/opt/rt"]), facts(&["@executable_path/../frameworks"]));
        let chain = [(&own, Path::new("/s/p/a/m.so")), (&by, Path::new("/s/q/n.so"))];
        let to = |name: &str| loader.candidates(&chain, name);
        assert_eq!(to("@loader_path/.dylibs/l.dylib"), [Path::new("/s/p/a/.dylibs/l.dylib")]);
        let found = to("@rpath/l.dylib");
        assert_eq!(found[0], Path::new("/s/p/lib/l.dylib"));
        assert_eq!(found[1], Path::new("/x/py/opt/rt/l.dylib"));
        assert!(found.contains(&"/x/py/frameworks/l.dylib".into()), "{found:?}");
        assert!(to("/install/lib/libz.1.dylib").contains(&"/x/py/lib/libz.1.dylib".into()));
        assert_eq!(to("relative.dylib"), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_copied_prefix_is_found_by_the_folder_that_it_shares() {
        let prefix = "/x/homebrew/Cellar/python@3.11/3.11.7/Frameworks/Python.framework/Versions/3.11";
        let loader = Loader::new(prefix.into(), Some("/x/homebrew".into()));
        let to = |name: &str| loader.candidates(&[(&facts(&[]), Path::new("/m.so"))], name);
        let ssl = "/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib";
        assert!(to(ssl).contains(&"/x/homebrew/opt/openssl@3/lib/libssl.3.dylib".into()));
        let python = "/Library/Frameworks/Python.framework/Versions/3.11/Python";
        assert!(to(python).contains(&Path::new(prefix).join("Python")), "{:?}", to(python));
    }

    #[test]
    fn names_in_the_product_lead_from_file_to_file() {
        for (folder, dest, name) in [
            ("", "libz.dylib", "@loader_path/libz.dylib"),
            ("lib-dynload", "libz.dylib", "@loader_path/../libz.dylib"),
            ("a/b", "a/c/l.dylib", "@loader_path/../c/l.dylib"),
        ] {
            assert_eq!(relative(folder, dest), name);
            assert_eq!(dests(name, &[], folder), [dest]);
        }
        let search = ["@loader_path/../c".to_owned(), "/out".to_owned()];
        assert_eq!(dests("@rpath/l.dylib", &search, "a/b"), ["a/c/l.dylib"]);
        assert_eq!(dests("@loader_path/../../l", &[], "a"), Vec::<String>::new());
        assert_eq!(dests("/usr/lib/l", &search, "a"), Vec::<String>::new());
        assert_eq!(inside("@loader_path", "a").as_deref(), Some("a"));
        assert_eq!(inside("@loader_pathology", "a"), None);
        let facts = facts(&["/usr/lib/swift"]);
        let names = system_names(&[(&facts, Path::new("/m"))], "@rpath/libswiftCore.dylib");
        assert_eq!(names[1], "/usr/lib/swift/libswiftCore.dylib");
    }
}
