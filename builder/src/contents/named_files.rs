//! Files of code that modules name in strings: they are read, compiled or executed as files, so they are
//! data.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Data;
use crate::analysis::graph::Depth;
use crate::analysis::{By, Graph, Kind, Module, Reason, Source};
use crate::paths::shown;
use crate::target::Target;

/// Maximum depth of folders below that of a module.
const DEPTH: usize = 3;

/// Collects the files beside modules, or in folders below, that are named in the modules' strings.
pub(super) fn collect(graph: &Graph, target: &Target) -> Vec<Data> {
    let mut found = Vec::new();
    let mut walks: HashMap<PathBuf, Vec<(PathBuf, bool)>> = HashMap::new();
    // Modules of the program stay in the archive, even if one runs itself by its file name.
    let own: HashSet<&str> =
        graph.modules.values().filter(|m| m.distribution.is_none()).map(|m| m.path.as_str()).collect();
    for (name, patterns) in &graph.used.named {
        let Some(module) = graph.modules.get(name) else { continue };
        let Some(Source::File(file)) = module.kind.code() else { continue };
        let Some(folder) = file.parent() else { continue };
        found.extend(beside_imported(graph, name, patterns, target));
        let above = module.path.rsplit_once('/').map_or(String::new(), |(above, _)| format!("{above}/"));
        let globs: Vec<(globset::GlobMatcher, bool)> = patterns
            .iter()
            .filter_map(|p| {
                let glob = globset::GlobBuilder::new(p).literal_separator(true).build().ok()?;
                Some((glob.compile_matcher(), !p.contains('*') && !p.starts_with("__")))
            })
            .collect();
        let files = walks.entry(folder.to_owned()).or_insert_with(|| files_below(folder));
        for (path, is_in_package) in files {
            // In packages, only full names count: `f"{folder}/plugins/check.py"`.
            let file_name = Path::new(path.file_name().unwrap_or_default());
            if !globs
                .iter()
                .any(|(glob, is_whole)| (*is_whole || !*is_in_package) && glob.is_match(file_name))
            {
                continue;
            }
            let Ok(inner) = path.strip_prefix(folder) else { continue };
            let by = By::Text(file_name.to_string_lossy().into_owned());
            let dest = format!("{above}{}", shown(inner));
            if own.contains(dest.as_str()) {
                continue;
            }
            found.push(Data::on_disk(dest, path.clone(), target, Reason::new(name, by)));
        }
    }
    found
}

/// Lists the files below a folder, sorted by name, and whether each is in a package there.
fn files_below(folder: &Path) -> Vec<(PathBuf, bool)> {
    let mut packages: HashSet<PathBuf> = HashSet::new();
    let mut files = Vec::new();
    let walk = WalkDir::new(folder).max_depth(DEPTH).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|e| e.file_name() != "__pycache__").flatten() {
        let is_in_package = entry.path().parent().is_some_and(|above| packages.contains(above));
        if entry.file_type().is_file() {
            files.push((entry.path().to_owned(), is_in_package));
        } else if entry.depth() > 0 && (is_in_package || entry.path().join("__init__.py").exists()) {
            packages.insert(entry.path().to_owned());
        }
    }
    files
}

/// Collects files that a module names in full, in packages of its distribution that it imports, or that
/// any module of the distribution reads resources from: `Path(package.__file__).parent / "script.py"`,
/// `files("package") / name`.
fn beside_imported(graph: &Graph, name: &str, patterns: &[String], target: &Target) -> Vec<Data> {
    let whole: Vec<&String> = patterns.iter().filter(|p| !p.contains('*')).collect();
    let owner = graph.modules.get(name).and_then(|m| m.distribution);
    if whole.is_empty() || owner.is_none() {
        return Vec::new();
    }
    let imported = |m: &&Module| {
        let is_of_owner = |from: &str| graph.modules.get(from).is_some_and(|m| m.distribution == owner);
        let is_used = |r: &Reason| match r.by {
            By::Import => r.from == name,
            By::Call => is_of_owner(&r.from),
            _ => false,
        };
        m.package && m.distribution == owner && m.reasons.iter().any(is_used)
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
                let reason = Reason::new(name, By::Text((*file).clone()));
                found.push(Data::on_disk(format!("{above}/{file}"), path, target, reason));
            }
        }
    }
    found
}

/// Lists the sources of modules in folders that code lists, because the listing must show them and some are
/// run from there.
pub(super) fn listed(graph: &Graph) -> impl Iterator<Item = Data> {
    graph.modules.values().filter_map(|module| {
        let (Kind::Source(source @ Source::File(_)), Some(folder)) = (&module.kind, listing(graph, module))
        else {
            return None;
        };
        Some(Data::new(module.path.clone(), source.clone(), Reason::new(folder, By::Call)))
    })
}

/// Returns the package that lists a module's folder.
fn listing(graph: &Graph, module: &Module) -> Option<String> {
    let mut above = module.name.as_str();
    // The package and its parents must look like packages.
    if module.package {
        let inside = |name: &str| {
            name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if let Some(listed) = graph.used.listed.keys().find(|name| inside(name)) {
            return Some(listed.clone());
        }
    }
    let mut near = true;
    while let Some((package, _)) = above.rsplit_once('.') {
        if graph.used.listed.get(package).is_some_and(|depth| near || *depth == Depth::Tree) {
            return Some(package.to_owned());
        }
        (above, near) = (package, false);
    }
    None
}
