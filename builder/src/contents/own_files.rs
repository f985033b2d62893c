//! The program's own files that its strings name.

use std::collections::HashSet;
use std::path::Path;

use super::walk::{FolderLink, Wanted, walk};
use super::{Data, Found, Link};
use crate::analysis::Graph;
use crate::error::Warning;
use crate::target::Target;

/// Collects the files and links to folders at their paths under the root, except paths that are taken. Also
/// returns the files that are left out.
pub(super) fn collect(graph: &Graph, target: &Target, is_known: &dyn Fn(&str) -> bool) -> Found {
    let modules: HashSet<&Path> =
        graph.modules.values().filter(|m| !m.name.starts_with("__main__")).filter_map(|m| m.file()).collect();
    let folders: HashSet<&str> = graph.modules.values().flat_map(|m| parents(&m.path)).collect();
    let mut found = Found::default();
    for file in graph.used.own.values() {
        // An extension module is collected as a module.
        let is_module = modules.contains(file.path.as_path());
        if is_module && file.path.extension().is_none_or(|e| e != "py") || is_known(&file.dest) {
            continue;
        }
        // A script without a suffix may have the name of its package, whose folder is in this place.
        if folders.contains(file.dest.as_str()) && file.path.is_file() {
            continue;
        }
        if file.path.is_dir() {
            let tree = walk(&file.path, &Wanted { enters: &|_| true, takes: &|_| true });
            let link =
                FolderLink { path: file.path.clone(), inner: file.dest.clone(), files: Some(tree.files) };
            found.links.push(Link::new(link, file.reason.clone(), |dest| dest));
        } else if file.path.is_file() {
            found.add(Data::on_disk(file.dest.clone(), file.path.clone(), target, file.reason.clone()));
        } else {
            let what = match file.path.is_symlink() {
                true => "it is a link to a missing file",
                false => "it was removed during the build",
            };
            found
                .warnings
                .push(Warning::unfollowed(format!("`{}` is left out: {what}", file.path.display())));
        }
    }
    found
}

/// Returns the folders above a path.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}
