//! What a distribution requires and nothing imports: shared libraries that its code loads by their names.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::graph::{By, Guard, Kind, Reason};
use crate::analysis::world::programs::library_name;
use crate::analysis::world::{Role, World};
use crate::error::Warning;

/// Distributions are taken unasked up to this size.
const MOST_BYTES: u64 = 64 << 20;
/// Files are searched for names up to this size.
const LARGEST: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Requirements {
    /// Modules that have been looked at.
    seen: usize,
    /// The distributions with libraries that a distribution requires, as far as they have not been taken.
    waiting: BTreeMap<usize, Vec<Required>>,
    /// Distributions that are collected, have been taken or told of.
    done: BTreeSet<usize>,
    /// Those that have been taken.
    taken: BTreeSet<usize>,
}

/// A required distribution with libraries.
struct Required {
    /// Its place among the installed ones.
    at: usize,
    libraries: Vec<String>,
}

/// A file that may name libraries.
struct Naming {
    file: PathBuf,
    /// Whether it is a library: what such a one names is mostly what it is linked to.
    is_library: bool,
    names: fn(&[u8], &str) -> bool,
}

impl Heuristic for Requirements {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        self.done.extend(fresh.iter().filter_map(|node| world.owner_of_module(&node.module)));
        for node in fresh.iter().filter(|node| node.role == Role::Library) {
            let names = match node.module.kind {
                Kind::Extension(_) => in_native_code,
                Kind::Source(_) => in_source,
                _ => continue,
            };
            let Some(owner) = world.owner_of_module(&node.module) else { continue };
            if !node.certain && !self.taken.contains(&owner) {
                continue;
            }
            let mut files: Vec<Naming> = node
                .module
                .file()
                .map(|file| Naming { file: file.to_owned(), is_library: false, names })
                .into_iter()
                .collect();
            let waiting = match self.waiting.entry(owner) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    // What its own libraries need, which Python code may load in order.
                    let folder = &world.installed.get(owner).location;
                    let own = world.libraries(owner).into_iter().map(|library| folder.join(library));
                    files.extend(own.map(|file| Naming { file, is_library: true, names: in_native_code }));
                    let required = world.installed_requirements(owner).into_iter();
                    let required = required.map(|at| Required { at, libraries: world.libraries(at) });
                    new.insert(required.filter(|required| !required.libraries.is_empty()).collect())
                }
            };
            waiting.retain(|required| !self.done.contains(&required.at));
            for required in waiting {
                let mut named = files.iter().filter_map(|naming| naming.library(required, world));
                if let Some((library, is_needed)) = named.next() {
                    self.done.insert(required.at);
                    self.taken.insert(required.at);
                    // Without what it is linked to a library cannot be loaded at all.
                    match world.size_of(required.at) {
                        size if size > MOST_BYTES && !is_needed => {
                            tell(node, required, library, size, world, claims)
                        }
                        _ => take(node, required, world, claims),
                    }
                }
            }
        }
    }
}

impl Naming {
    /// The library of a distribution that the file names, and whether the file is linked to it.
    fn library<'r>(&self, required: &'r Required, world: &World<'_>) -> Option<(&'r str, bool)> {
        let disk = world.reader.disk;
        disk.size(&self.file).filter(|size| *size <= LARGEST)?;
        let bytes = disk.read(&self.file).ok()?;
        let mut libraries = required.libraries.iter().map(String::as_str);
        let is_named = |library: &&str| library_name(library).is_some_and(|name| (self.names)(&bytes, name));
        let named = libraries.clone().find(is_named)?;
        let is_linked = |library: &str| {
            let name = library.rsplit('/').next().unwrap_or(library);
            self.is_library && in_native_code(&bytes, &format!("\0{name}\0"))
        };
        Some(libraries.find(|l| is_linked(l)).map_or((named, false), |library| (library, true)))
    }
}

fn reason(node: &Node) -> Reason {
    Reason::new(&node.module.name, By::Native).under(Guard::Function)
}

/// Tells of a distribution that is too large to be taken.
fn tell(node: &Node, required: &Required, library: &str, size: u64, world: &World<'_>, claims: &mut Claims) {
    let message = format!(
        "`{}` may load `{library}` of {}, which is too large ({} MB) to be taken unasked",
        node.module.name,
        world.installed.get(required.at).name,
        size >> 20
    );
    let hint = "import its package, or name it in `collect-binaries` in `[modules]`, if the program needs it";
    claims.push(What::Unfollowed(Warning::new(message).hint(hint)), &reason(node), true);
}

/// Takes a required distribution.
fn take(node: &Node, required: &Required, world: &World<'_>, claims: &mut Claims) {
    // Its packages bring their libraries and data.
    let folders = required.libraries.iter().filter_map(|library| library.rsplit_once('/'));
    let packages: BTreeSet<String> = folders.flat_map(|(folder, _)| above(folder)).collect();
    for package in packages.into_iter().filter(|name| world.is_package(name)) {
        claims.likely(package, &reason(node));
    }
}

fn in_native_code(code: &[u8], library: &str) -> bool {
    memchr::memmem::find(code, library.as_bytes()).is_some()
}

/// Whether a source names a library, as `"libname.so"` or as `"name"`.
fn in_source(code: &[u8], library: &str) -> bool {
    let stem = library.strip_prefix("lib").unwrap_or(library).split('.').next().unwrap_or_default();
    let is_quoted = |quote: char| in_native_code(code, &format!("{quote}{stem}{quote}"));
    in_native_code(code, library) || stem.len() > 2 && (is_quoted('"') || is_quoted('\''))
}

/// The packages that a folder may be or lie in.
fn above(folder: &str) -> Vec<String> {
    let parts: Vec<&str> = folder.split('/').collect();
    (1..=parts.len()).map(|n| parts[..n].join(".")).collect()
}
