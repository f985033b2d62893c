//! Folders without files that must exist as in the unfrozen program: those of packages, those of the
//! program's own nested modules, and those that are searched for modules.

use std::collections::BTreeSet;

use super::File;
use crate::analysis::{Graph, Kind, Module};
use crate::target::{Os, Target};

/// Returns the folders of collected packages, and those that are searched for modules, if no file is in them,
/// sorted. Parents of other listed folders are left out.
pub(super) fn empty(graph: &Graph, files: &[File], target: &Target) -> Vec<String> {
    let packages = graph.modules.values().filter(|m| m.package).filter_map(folder);
    // The program's own modules may use paths that go up from their folders.
    let own = graph.modules.values().filter(|m| m.name.starts_with("__main__"));
    let own = own.filter_map(|m| m.path.rsplit_once('/')).map(|(folder, _)| folder);
    let searched = graph.used.searched.iter().map(String::as_str).filter(|path| is_inside(path));
    let packages: BTreeSet<&str> = packages.chain(own).chain(searched).collect();
    let mut full: BTreeSet<&str> = BTreeSet::new();
    let folded = |path: &str| if target.os == Os::Linux { path.to_owned() } else { path.to_lowercase() };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for file in files {
        taken.insert(folded(&file.path));
        if !file.resource {
            full.extend(file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
        }
    }
    // A file in the place of a folder takes precedence, and some names are not allowed on all systems.
    let is_free = |path: &str| {
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        !above.chain([path]).any(|path| taken.contains(&folded(path)))
            && !path.split('/').any(|name| target.refuses(name).is_some())
    };
    let mut found: Vec<&str> =
        packages.into_iter().filter(|path| !full.contains(path) && is_free(path)).collect();
    let above: BTreeSet<&str> =
        found.iter().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at])).collect();
    found.retain(|path| !above.contains(path));
    found.into_iter().map(str::to_owned).collect()
}

/// Returns the folder of a package, as a path below the root.
fn folder(package: &Module) -> Option<&str> {
    let path = match package.kind {
        Kind::Namespace(_) => package.path.as_str(),
        Kind::Builtin => return None,
        _ => package.path.rsplit_once('/')?.0,
    };
    is_inside(path).then_some(path)
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{By, Reason, Source};

    #[test]
    fn packages_without_files_have_folders() {
        let package = |name: &str, kind: Kind, path: &str| Module {
            name: name.into(),
            kind,
            package: true,
            path: path.into(),
            distribution: None,
            reasons: Vec::new(),
        };
        let code = || Kind::Source(Source::Bytes(Vec::new()));
        let modules = [
            package("a", code(), "a/__init__.py"),
            package("a.b", code(), "a/b/__init__.py"),
            package("a.data", code(), "a/data/__init__.py"),
            package("res", code(), "res/__init__.py"),
            package("ns", Kind::Namespace(Vec::new()), "ns"),
            package("link.x", code(), "link/x/__init__.py"),
            package("aux", code(), "aux/__init__.py"),
        ];
        let graph =
            Graph { modules: modules.map(|m| (m.name.clone(), m)).into_iter().collect(), ..Graph::default() };
        let file = |path: &str| {
            File::new(path.into(), Source::Bytes(Vec::new()), vec![Reason::new("", By::Package)])
        };
        let mut resource = file("res/kept");
        resource.resource = true;
        let files = [file("a/data/x"), resource, file("link")];
        let found = |target: &str| empty(&graph, &files, &Target::named(target).unwrap());
        assert_eq!(found("linux-x86_64"), ["a/b", "aux", "ns", "res"]);
        assert_eq!(found("windows-x86_64"), ["a/b", "ns", "res"]);
    }
}
