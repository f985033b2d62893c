//! What a distribution requires and nothing imports: shared libraries that its native code loads by their names.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::graph::{By, Guard, Kind, Reason};
use crate::analysis::world::programs::library_name;
use crate::analysis::world::{Role, World};
use crate::error::Warning;

/// Distributions are taken unasked up to this size.
const MOST_BYTES: u64 = 64 << 20;
/// Native files are searched for names up to this size.
const LARGEST: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Requirements {
    /// Modules that have been looked at.
    seen: usize,
    /// Distributions that have been taken or told of.
    done: BTreeSet<usize>,
}

impl Heuristic for Requirements {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        let natives = fresh.iter().filter(|node| node.role == Role::Library && node.certain);
        for node in natives.filter(|node| matches!(node.module.kind, Kind::Extension(_))) {
            let Some(owner) = world.owner_of_module(&node.module) else { continue };
            for required in world.installed_requirements(owner) {
                if required != owner && !self.done.contains(&required) {
                    self.required(node, required, collected, world, claims);
                }
            }
        }
    }
}

impl Requirements {
    /// Takes a required distribution, or tells of it, if the native code of a module names one of its libraries.
    fn required(
        &mut self,
        node: &Node,
        required: usize,
        collected: &Collected,
        world: &World<'_>,
        claims: &mut Claims,
    ) {
        let is_there = |n: &Node| world.owner_of_module(&n.module) == Some(required);
        let (libraries, size) = world.libraries(required);
        if libraries.is_empty() || collected.nodes.iter().any(is_there) {
            self.done.insert(required);
            return;
        }
        let Some(file) = node.module.file() else { return };
        let disk = world.reader.disk;
        if disk.size(file).is_none_or(|size| size > LARGEST) {
            return;
        }
        let Ok(bytes) = disk.read(file) else { return };
        let is_named = |library: &&String| {
            library_name(library).is_some_and(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some())
        };
        let Some(library) = libraries.iter().find(is_named) else { return };
        self.done.insert(required);
        let reason = Reason::new(&node.module.name, By::Native).under(Guard::Function);
        let distribution = world.installed.get(required);
        if size > MOST_BYTES {
            let message = format!(
                "`{}` may load `{library}` of {}, which is too large ({} MB) to be taken unasked",
                node.module.name,
                distribution.name,
                size >> 20
            );
            let hint = "import its package, or name it in `collect-binaries` in `[modules]`, if the program needs it";
            claims.push(What::Unfollowed(Warning::new(message).hint(hint)), &reason, true);
            return;
        }
        // Its packages bring their libraries and data.
        let packages: BTreeSet<String> = libraries
            .iter()
            .filter_map(|library| library.rsplit_once('/'))
            .flat_map(|(folder, _)| above(folder))
            .filter(|name| world.is_package(name))
            .collect();
        for package in packages {
            claims.likely(package, &reason);
        }
    }
}

/// The packages that a folder may be or lie in.
fn above(folder: &str) -> Vec<String> {
    let parts: Vec<&str> = folder.split('/').collect();
    (1..=parts.len()).map(|n| parts[..n].join(".")).collect()
}
