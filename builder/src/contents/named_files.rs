//! Files of code that modules name by texts: they are read, compiled or executed as files, so they are data.

use std::collections::HashSet;
use std::path::Path;

use walkdir::WalkDir;

use super::{Data, items};
use crate::analysis::{By, Graph, Kind, Module, Reason, Source};
use crate::target::Target;

/// Maximum depth of folders without a package below that of a module.
const DEPTH: usize = 3;

/// The files beside modules, or in folders of data below, that the modules' texts name.
pub(super) fn collect(graph: &Graph, target: &Target) -> Vec<Data> {
    let mut found = Vec::new();
    // Modules of the program stay in the archive, even where it calls itself by the name of its file.
    let own: HashSet<&str> =
        graph.modules.values().filter(|m| m.distribution.is_none()).map(|m| m.path.as_str()).collect();
    for (name, patterns) in &graph.named_files {
        let Some(module) = graph.modules.get(name) else { continue };
        let (Kind::Source(Source::File(file)) | Kind::Bytecode(Source::File(file))) = &module.kind else {
            continue;
        };
        let Some(folder) = file.parent() else { continue };
        found.extend(beside_imported(graph, name, patterns, target));
        let above = module.path.rsplit_once('/').map_or(String::new(), |(above, _)| format!("{above}/"));
        let globs: Vec<globset::GlobMatcher> = patterns
            .iter()
            .filter_map(|p| globset::GlobBuilder::new(p).literal_separator(true).build().ok())
            .map(|g| g.compile_matcher())
            .collect();
        let walk = WalkDir::new(folder)
            .max_depth(DEPTH)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|e| e.depth() == 0 || !e.file_type().is_dir() || !is_package(e.path()));
        for entry in walk.flatten().filter(|e| e.file_type().is_file()) {
            if !globs.iter().any(|g| g.is_match(Path::new(entry.file_name()))) {
                continue;
            }
            let Ok(inner) = entry.path().strip_prefix(folder) else { continue };
            let inner: Vec<_> = inner.components().map(|c| c.as_os_str().to_string_lossy()).collect();
            let by = By::Text(entry.file_name().to_string_lossy().into_owned());
            let dest = format!("{above}{}", inner.join("/"));
            if own.contains(dest.as_str()) {
                continue;
            }
            found.push(Data {
                dest,
                resource: false,
                executable: items::is_executable(entry.path(), target),
                source: Source::File(entry.path().to_owned()),
                reason: Reason::new(name, by),
            });
        }
    }
    found
}

/// Files that a module names in full, in the folders of packages of its distribution that it imports:
/// `Path(package.__file__).parent / "script.py"`.
fn beside_imported(graph: &Graph, name: &str, patterns: &[String], target: &Target) -> Vec<Data> {
    let whole: Vec<&String> = patterns.iter().filter(|p| !p.contains('*')).collect();
    let owner = graph.modules.get(name).and_then(|m| m.distribution);
    if whole.is_empty() || owner.is_none() {
        return Vec::new();
    }
    let imported = |m: &&Module| {
        m.package && m.distribution == owner && m.reasons.iter().any(|r| r.from == name && r.by == By::Import)
    };
    let mut found = Vec::new();
    for package in graph.modules.values().filter(imported) {
        let (Kind::Source(Source::File(init)), Some((above, _))) =
            (&package.kind, package.path.rsplit_once('/'))
        else {
            continue;
        };
        for file in &whole {
            let path = init.with_file_name(file.as_str());
            if path.is_file() {
                let by = By::Text((*file).clone());
                found.push(Data {
                    dest: format!("{above}/{file}"),
                    resource: false,
                    executable: items::is_executable(&path, target),
                    source: Source::File(path),
                    reason: Reason::new(name, by),
                });
            }
        }
    }
    found
}

/// The sources of modules in folders that are listed: a folder shows them, and some are run from there.
pub(super) fn listed(graph: &Graph) -> impl Iterator<Item = Data> {
    graph.modules.values().filter_map(|module| {
        let (Kind::Source(source @ Source::File(_)), Some(folder)) = (&module.kind, listing(graph, module))
        else {
            return None;
        };
        Some(Data {
            dest: module.path.clone(),
            resource: false,
            executable: false,
            source: source.clone(),
            reason: Reason::new(folder, By::Call),
        })
    })
}

/// The listed package that shows a module.
fn listing(graph: &Graph, module: &Module) -> Option<String> {
    let mut above = module.name.as_str();
    // A package, and those around it, have to look like packages.
    if module.package {
        let inside = |name: &str| {
            name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if let Some(listed) = graph.listed.keys().find(|name| inside(name)) {
            return Some(listed.clone());
        }
    }
    let mut near = true;
    while let Some((package, _)) = above.rsplit_once('.') {
        if graph.listed.get(package).is_some_and(|deep| near || *deep) {
            return Some(package.to_owned());
        }
        (above, near) = (package, false);
    }
    None
}

fn is_package(folder: &Path) -> bool {
    folder.file_name().is_some_and(|n| n == "__pycache__") || folder.join("__init__.py").exists()
}
