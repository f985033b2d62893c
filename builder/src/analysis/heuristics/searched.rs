//! Folders that modules add to the search path, or to the `__path__` of their package: other modules import
//! from there by bare names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Heuristic;
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::{Collected, Node, Subject};
use crate::analysis::facts::own::Base;
use crate::analysis::facts::ways::{Place, Searched, Way};
use crate::analysis::graph::{Kind, Reason};
use crate::analysis::world::resolve::Folder;
use crate::analysis::world::{Role, World};
use crate::error::Warning;
use crate::names::{is_entry, is_tool, parent};
use crate::paths::{normal, slashed};

#[derive(Default)]
pub(super) struct SearchedFolders {
    /// Modules in such folders that have the name of another module and have been handled.
    shadowed: BTreeSet<String>,
}

impl Heuristic for SearchedFolders {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for searched in &subject.facts().searched {
            let Searched { line, way, place, main } = searched;
            if *main && !is_entry(subject.name()) && !subject.runs_as_main {
                continue;
            }
            for folder in folders(subject.node, place, world) {
                let reason = by_text(subject.name(), &shown(place), *line);
                match way {
                    Way::Package if subject.node.module.package => {
                        let package = subject.name().to_owned();
                        claims.push(What::Portion { package, folder }, &reason);
                    }
                    Way::Package => {}
                    Way::Name(name) => {
                        claims.push(What::Searched(folder), &reason);
                        claims.module(name, &reason);
                    }
                    Way::Path => claims.push(What::Searched(folder), &reason),
                    Way::Site => {
                        path_files(&folder, &reason, world, claims);
                        claims.push(What::Searched(folder), &reason);
                    }
                }
            }
        }
    }

    /// Handles a module in a searched folder that has the name of another one found first. At run time the
    /// order of `sys.path` decides.
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        for folder in world.searched() {
            let Some(dest) = &folder.dest else { continue };
            let package = dest.replace('/', ".");
            for name in world.modules_in(&folder.path) {
                let Some(known) = collected.get(&name).and_then(|node| node.module.file()) else { continue };
                let dotted = format!("{package}.{name}");
                if known.starts_with(&folder.path) || is_entry(&name) || !self.shadowed.insert(dotted.clone())
                {
                    continue;
                }
                let is_here = |kind: &Kind| {
                    let file = kind.file().filter(|_| matches!(kind, Kind::Source(_)));
                    file.is_some_and(|file| file.starts_with(&folder.path))
                };
                if !world.find(&dotted).is_some_and(|found| is_here(&found.kind)) {
                    continue;
                }
                let reason = by_text(&name, dest, 0);
                claims.likely(&dotted, &reason);
                for inner in world.submodules(&dotted).into_iter().filter(|n| !is_tool(n)) {
                    claims.likely(inner, &reason);
                }
                if collected.get(&name).is_some_and(|node| node.role == Role::Program) {
                    let other = folder.path.join(&name);
                    let message = format!(
                        "module `{name}` is in two folders that are searched: `{}` and `{}`",
                        known.display(),
                        other.display()
                    );
                    let hint =
                        "both are in the program; the order of `sys.path` decides which one is imported";
                    claims.push(What::Unfollowed(Warning::new(message).hint(hint)), &reason);
                }
            }
        }
    }
}

/// Returns the folders that a place may refer to in a module.
pub(super) fn folders(node: &Node, place: &Place, world: &World<'_>) -> Vec<Folder> {
    let mut found = Vec::new();
    for (path, dest) in paths(node, place, world) {
        let disk = world.reader.disk;
        let is_folder = disk.is_dir(&path);
        let is_zip = || {
            let suffix = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            matches!(suffix, "zip" | "whl" | "egg") && disk.is_file(&path)
        };
        if is_folder || is_zip() {
            // Members of a zip are top-level.
            found.push(Folder { path, dest: dest.filter(|_| is_folder) });
        }
    }
    found
}

/// Returns the paths that a place may refer to in a module, with their paths under the root.
pub(super) fn paths(node: &Node, place: &Place, world: &World<'_>) -> Vec<(PathBuf, Option<String>)> {
    let is_own = node.role == Role::Program;
    let Place { base, parts } = place;
    let here = || {
        let above = node.module.path.rsplit_once('/').map_or("", |(above, _)| above);
        node.module.folder().map(|folder| (folder.to_owned(), above.to_owned()))
    };
    let top = || world.own_folders().map(|folder| (folder.to_owned(), String::new())).collect();
    let starts: Vec<(PathBuf, String)> = match base {
        Base::Module => here().into_iter().collect(),
        Base::Program if is_own => top(),
        Base::Unknown if is_own => here().into_iter().chain(top()).collect(),
        Base::Program | Base::Unknown => Vec::new(),
    };
    let mut found: Vec<(PathBuf, Option<String>)> = Vec::new();
    for (folder, above) in starts {
        let fitting = if !parts.iter().any(|part| part.contains('*')) {
            vec![normal(&folder.join(parts.join("/")))]
        } else if is_own {
            world.own_tree().below(&folder, parts)
        } else {
            Vec::new()
        };
        for path in fitting {
            let dest = dest(&folder, &above, &path);
            if !found.iter().any(|(known, _)| *known == path) {
                found.push((path, dest));
            }
        }
    }
    found
}

/// Returns the path under the root of a path, for a folder at `above`. Returns `None` if the path is not
/// below the root.
fn dest(folder: &Path, above: &str, path: &Path) -> Option<String> {
    let mut above: Vec<&str> = above.split('/').filter(|part| !part.is_empty()).collect();
    for start in folder.ancestors() {
        if let Ok(inner) = path.strip_prefix(start) {
            let inner = slashed(inner)?;
            let parts = above.into_iter().chain((!inner.is_empty()).then_some(&*inner));
            return Some(parts.collect::<Vec<_>>().join("/"));
        }
        above.pop()?;
    }
    None
}

fn shown(place: &Place) -> String {
    if place.parts.is_empty() { ".".to_owned() } else { place.parts.join("/") }
}

/// Handles the `.pth` files of a folder: collects them, and adds the folders that they list (Lib/site.py,
/// `addpackage`).
fn path_files(folder: &Folder, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    for name in world.list(&folder.path).into_iter().filter(|name| name.ends_with(".pth")) {
        let path = folder.path.join(&name);
        let Ok(bytes) = world.reader.disk.read(&path) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines().map(str::trim_end) {
            if line.is_empty()
                || line.starts_with('#')
                || line.starts_with("import ")
                || line.starts_with("import\t")
            {
                continue;
            }
            let inner = normal(&folder.path.join(line));
            let dest = folder.dest.as_ref().and_then(|above| dest(&folder.path, above, &inner));
            if world.reader.disk.is_dir(&inner) && dest.is_some() {
                claims.push(What::Searched(Folder { path: inner, dest }), reason);
            }
        }
        if let Some(above) = &folder.dest {
            let dest = if above.is_empty() { name } else { format!("{above}/{name}") };
            claims.push(What::File { path, dest }, reason);
        }
    }
}

/// Returns the module name of a script, and its folder.
pub(super) fn as_module(dest: &str) -> Option<String> {
    let stem = dest.strip_suffix(".py").or_else(|| dest.strip_suffix(".pyw"))?;
    let name = stem.replace('/', ".");
    let name = name.strip_suffix(".__init__").map(str::to_owned).unwrap_or(name);
    (!stem.contains('.') && parent(&name) != Some("")).then_some(name)
}
