//! Sources of modules that code reads, and data folders that contain code.

use std::collections::{BTreeMap, BTreeSet};

use super::package_data::is_library;
use super::policy::Policy;
use super::walk::{Wanted, walk};
use super::{Contents, Data};
use crate::analysis::{By, Graph, Kind, Module};
use crate::python::Python;
use crate::spec::{Request, Sources};

/// Collects the sources that code opens as files, and all files of data folders.
pub(super) fn files(graph: &Graph, policy: &Policy, python: &Python) -> Vec<Data> {
    let mut found = Vec::new();
    for (name, used) in graph.used.sources.iter().filter(|(_, used)| used.file) {
        let Some(module) = graph.modules.get(name) else { continue };
        if let Kind::Source(source) = &module.kind {
            found.push(Data::new(module.path.clone(), source.clone(), used.reason.clone()));
        }
    }
    for (name, tree) in &graph.used.trees {
        let is_own = graph.modules.get(&tree.reason.from).is_some_and(|m| is_own(m, python));
        let enters = |path: &std::path::Path| {
            let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
            !name.starts_with('.') && policy.enters(&name)
        };
        // Other files in the program's own folders are collected by name.
        let takes = |inner: &str| {
            let is_data =
                || !is_library(inner) && !inner.ends_with(".pyc") && policy.is_data(inner, &python.target);
            is_code(inner) || !is_own && is_data()
        };
        for (path, inner) in walk(&tree.folder, &Wanted { enters: &enters, takes: &takes }).files {
            let dest = format!("{}/{inner}", name.replace('.', "/"));
            found.push(Data::on_disk(dest, path, &python.target, tree.reason.clone()));
        }
    }
    found
}

fn is_code(path: &str) -> bool {
    [".py", ".pyi", ".pyw"].iter().any(|suffix| path.ends_with(suffix))
}

/// Decides which modules have their source in the archive, and records which of the program's own do
/// without a request.
pub(super) fn decide(contents: &mut Contents, request: &Request, python: &Python) {
    let graph = &contents.graph;
    let mode = request.bundle.source;
    let own: BTreeMap<&str, &Module> =
        graph.modules.values().filter(|m| is_own(m, python)).map(|m| (m.path.as_str(), m)).collect();
    if mode == Sources::None {
        // Rules still name the sources that libraries need of their own modules.
        let names: BTreeSet<&str> = own.values().map(|m| m.name.as_str()).collect();
        contents.source.retain(|pattern| !names.contains(pattern.as_str()));
        let is_found =
            |d: &Data| own.contains_key(d.dest.as_str()) && matches!(d.reason.by, By::Call | By::Text(_));
        contents.data.retain(|d| !is_found(d));
    }
    // Without a folder for files, the loader provides the sources.
    let in_archive = graph.used.sources.iter().filter(|(_, used)| !used.file || !request.writes_files());
    contents.read = in_archive.map(|(name, _)| name.clone()).collect();
    let is_file: BTreeSet<&str> = contents.data.iter().map(|d| d.dest.as_str()).collect();
    let ruled = |m: &Module| contents.source.contains(&m.name);
    let unasked = own
        .values()
        .filter(|m| contents.read.contains(&m.name) || ruled(m) || is_file.contains(m.path.as_str()));
    let mut paths: BTreeSet<String> = unasked.map(|m| m.path.clone()).collect();
    let trees = graph.used.trees.iter().filter(|(_, tree)| own.values().any(|m| m.name == tree.reason.from));
    for (name, _) in trees {
        let below = format!("{}/", name.replace('.', "/"));
        paths.extend(is_file.iter().filter(|d| d.starts_with(&below) && is_code(d)).map(|d| (*d).to_owned()));
    }
    contents.own_sources = paths.into_iter().collect();
    match mode {
        Sources::All => contents.read.extend(graph.modules.keys().cloned()),
        Sources::Own => contents.read.extend(own.values().map(|m| m.name.clone())),
        Sources::Used | Sources::None => {}
    }
}

/// Returns whether a module is one of the program's own and has a source.
pub(super) fn is_own(module: &Module, python: &Python) -> bool {
    matches!(module.kind, Kind::Source(_))
        && module.distribution.is_none()
        && module.kind.file().is_some_and(|file| !python.in_stdlib(file))
}
