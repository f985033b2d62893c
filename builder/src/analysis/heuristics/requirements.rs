//! Requirements of a distribution that nothing imports: shared libraries that its code loads by name.

use std::collections::{BTreeMap, BTreeSet};

use std::path::PathBuf;

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::graph::{By, Guard, Kind, Need, Reason};
use crate::analysis::world::programs::library_name;
use crate::analysis::world::{Role, World};
use crate::error::Warning;

/// Maximum size of distributions that are collected without a request.
const MOST_BYTES: u64 = 64 << 20;
/// Maximum size of files that are searched for names.
const LARGEST: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Requirements {
    /// Number of modules that have been checked.
    seen: usize,
    /// For each distribution, its requirements that have libraries and are not handled yet.
    waiting: BTreeMap<usize, Vec<Required>>,
    /// Distributions that have been collected or handled.
    done: BTreeSet<usize>,
    /// Distributions that this heuristic has handled, whose own requirements are followed as well.
    taken: BTreeSet<usize>,
}

/// A required distribution with libraries.
struct Required {
    /// Its index among the installed ones.
    at: usize,
    libraries: Vec<String>,
}

/// How a file refers to a library.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mention {
    /// It may load the library by name.
    Named,
    /// It is a library that links to this one.
    Linked,
}

impl Heuristic for Requirements {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        self.done.extend(fresh.iter().filter_map(|node| world.owner_of_module(&node.module)));
        for node in fresh.iter().filter(|node| node.role == Role::Library) {
            let Some(owner) = world.owner_of_module(&node.module) else { continue };
            if node.need == Need::Likely && !self.taken.contains(&owner) {
                continue;
            }
            let is_first = !self.waiting.contains_key(&owner);
            let waiting = self.waiting.entry(owner).or_insert_with(|| waiting(owner, world));
            waiting.retain(|required| !self.done.contains(&required.at));
            // Python code may load libraries that those of its distribution link to.
            let own = if is_first && !waiting.is_empty() { world.libraries(owner) } else { Vec::new() };
            let folder = &world.installed.get(owner).location;
            let own: Vec<PathBuf> = own.into_iter().map(|library| folder.join(library)).collect();
            for (at, library, mention) in mentioned(node, &own, waiting, world) {
                self.done.insert(at);
                self.taken.insert(at);
                let size = world.size_of(at);
                if mention == Mention::Named && size > MOST_BYTES {
                    let warning = too_large(node, library, &world.installed.get(at).name, size);
                    let what = What::LeftOut { library: library.to_owned(), warning };
                    claims.push(what, &reason(node));
                } else {
                    take(node, &world.libraries(at), world, claims);
                }
            }
        }
    }
}

/// Returns the required distributions that have libraries.
fn waiting(owner: usize, world: &World<'_>) -> Vec<Required> {
    let required = world.installed_requirements(owner).into_iter();
    let required = required.map(|at| Required { at, libraries: world.libraries(at) });
    required.filter(|required| !required.libraries.is_empty()).collect()
}

/// Returns the distributions whose libraries a module mentions, with the library. `own` are libraries of
/// its distribution that are searched as well.
fn mentioned<'r>(
    node: &Node,
    own: &[PathBuf],
    waiting: &'r [Required],
    world: &World<'_>,
) -> Vec<(usize, &'r str, Mention)> {
    if waiting.is_empty() {
        return Vec::new();
    }
    let own = own.iter().map(|library| (library.clone(), true));
    let files = node.module.file().map(|file| (file.to_owned(), false)).into_iter().chain(own);
    let mut found: BTreeMap<usize, (&str, Mention)> = BTreeMap::new();
    for (file, is_library) in files {
        let disk = world.reader.disk;
        if disk.size(&file).is_none_or(|size| size > LARGEST) {
            continue;
        }
        let Ok(bytes) = disk.read(&file) else { continue };
        let is_native = is_library || matches!(node.module.kind, Kind::Extension(_));
        for required in waiting {
            for library in &required.libraries {
                let mention = if is_native { in_native(&bytes, library) } else { in_source(&bytes, library) };
                let mention = match mention {
                    // A library name in a library is usually a link dependency.
                    Some(Mention::Linked) if !is_library => Mention::Named,
                    Some(mention) => mention,
                    None => continue,
                };
                let known = found.entry(required.at).or_insert((library, mention));
                if mention > known.1 {
                    *known = (library, mention);
                }
            }
        }
    }
    found.into_iter().map(|(at, (library, mention))| (at, library, mention)).collect()
}

/// Returns how Python code mentions a library: by its file name, or as `"name"`.
fn in_source(code: &[u8], library: &str) -> Option<Mention> {
    is_in_source(code, library_name(library)?).then_some(Mention::Named)
}

/// Returns how native code mentions a library: by its file name.
fn in_native(code: &[u8], library: &str) -> Option<Mention> {
    let file = library.rsplit('/').next().unwrap_or(library);
    let is_linked = || is_in(code, &format!("\0{file}\0"));
    is_in(code, library_name(library)?).then(|| if is_linked() { Mention::Linked } else { Mention::Named })
}

fn reason(node: &Node) -> Reason {
    Reason::new(&node.module.name, By::Native).under(Guard::Function)
}

/// Warns that a distribution is too large to be collected without a clear need.
fn too_large(node: &Node, library: &str, distribution: &str, size: u64) -> Warning {
    let message = format!(
        "`{}` may load `{library}` of {distribution}, which is too large ({} MB) to be collected by default",
        node.module.name,
        size >> 20
    );
    let hint = "if the program needs it, import its package or add it to `collect-binaries` in `[modules]`";
    Warning::new(message).hint(hint)
}

/// Collects the packages that contain libraries, and with them the libraries and their data.
fn take(node: &Node, libraries: &[String], world: &World<'_>, claims: &mut Claims) {
    let folders = libraries.iter().filter_map(|library| library.rsplit_once('/'));
    let packages: BTreeSet<String> = folders.flat_map(|(folder, _)| above(folder)).collect();
    for package in packages.into_iter().filter(|name| world.is_package(name)) {
        claims.likely(package, &reason(node));
    }
}

fn is_in(code: &[u8], text: &str) -> bool {
    memchr::memmem::find(code, text.as_bytes()).is_some()
}

/// Returns whether a source names a library, as `"libname.so"` or as `"name"`.
fn is_in_source(code: &[u8], library: &str) -> bool {
    let stem = library.strip_prefix("lib").unwrap_or(library).split('.').next().unwrap_or_default();
    let is_quoted = |quote: char| is_in(code, &format!("{quote}{stem}{quote}"));
    is_in(code, library) || stem.len() > 2 && (is_quoted('"') || is_quoted('\''))
}

/// Returns the packages that a folder may be or be inside.
fn above(folder: &str) -> Vec<String> {
    let parts: Vec<&str> = folder.split('/').collect();
    (1..=parts.len()).map(|n| parts[..n].join(".")).collect()
}
