//! Modules imported by functions of other modules that receive their names, or the package that contains
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::Heuristic;
use super::sources::{absolute, defined_in};
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::handed::{Handed, Importer, Value};
use crate::analysis::graph::Need;
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, parent, top};

/// Maximum number of modules through which an imported name is followed.
const DEPTH: usize = 6;

#[derive(Default)]
pub(super) struct HandedNames {
    /// Names that have been claimed.
    taken: BTreeSet<String>,
}

impl Heuristic for HandedNames {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let of_installed = |n: &&Node| n.role != Role::Stdlib;
        // Function → its module, and its import.
        let mut importers: BTreeMap<&str, Vec<(&str, &Importer)>> = BTreeMap::new();
        for node in collected.nodes.iter().filter(of_installed) {
            for importer in &node.facts.importers {
                importers.entry(&importer.function).or_default().push((&node.module.name, importer));
            }
        }
        // Modules that list packages passed to them.
        let scanning = collected.nodes.iter().filter(|n| n.role == Role::Library && n.facts.scans);
        let scanning: Vec<&str> = scanning.map(|n| n.module.name.as_str()).collect();
        // Packages of a library's own that a module names and lets another one list: `all_classes("package.kinds")`.
        for node in collected.nodes.iter().filter(|n| n.role == Role::Library && !n.facts.scans) {
            if scanning.iter().any(|module| top(module) == top(&node.module.name) && imports(node, module)) {
                let own = format!("{}.", top(&node.module.name));
                let texts = node.facts.texts.iter().filter(|(_, text)| text.starts_with(&own));
                for (line, package) in texts.filter(|(_, text)| world.is_package(text)) {
                    self.take_package(node, *line, package, &mut Asking { world, claims });
                }
            }
        }
        for node in collected.nodes.iter().filter(of_installed) {
            for handed in &node.facts.handed {
                let called = importers.get(handed.function.as_str()).into_iter().flatten();
                if let Value::Imported(origin, name) = &handed.value {
                    let package = match scanning.is_empty() {
                        true => None,
                        false => absolute(node, *origin, name).filter(|name| world.is_package(name)),
                    };
                    let is_listed = || scanning.iter().any(|module| knows(node, handed, module, collected));
                    if let Some(package) = package.filter(|_| is_listed()) {
                        self.take_package(node, handed.line, &package, &mut Asking { world, claims });
                    }
                    continue;
                }
                let mut meant = called.filter(|(_, importer)| importer.slot.takes(&handed.argument));
                if let Some((_, importer)) = meant.find(|(module, _)| knows(node, handed, module, collected))
                {
                    self.take(node, handed, importer, &mut Asking { world, claims });
                }
            }
        }
    }
}

/// The context of a claim, and the claims made so far.
struct Asking<'a, 'w> {
    world: &'a World<'w>,
    claims: &'a mut Claims,
}

/// Returns the need of modules whose names a module passes on.
fn need(node: &Node) -> Need {
    if node.role == Role::Program { Need::Certain } else { Need::Likely }
}

impl HandedNames {
    /// Collects the module that a function of another module imports.
    fn take(&mut self, node: &Node, handed: &Handed, importer: &Importer, asking: &mut Asking<'_, '_>) {
        let world = asking.world;
        let module = &node.module;
        let (text, is_text) = match &handed.value {
            Value::Text(text) => (text.as_str(), true),
            _ => (module.name.as_str(), false),
        };
        let names = match &importer.anchored {
            None if is_text => vec![text.to_owned()],
            None => Vec::new(),
            Some(start) => below(text, start, world),
        };
        for name in names.into_iter().filter(|name| world.exists(name)) {
            if self.taken.insert(name.clone()) {
                let reason = by_text(&module.name, text, handed.line);
                asking.claims.named(name, need(node), &reason);
            }
        }
    }

    /// Collects the modules of a package that a function of another module lists.
    fn take_package(&mut self, node: &Node, line: u32, package: &str, asking: &mut Asking<'_, '_>) {
        if !self.taken.insert(format!("{package}.*")) {
            return;
        }
        let reason = by_text(&node.module.name, package, line);
        for name in asking.world.submodules(package).into_iter().filter(|name| !is_for_tests(name)) {
            asking.claims.named(name, need(node), &reason);
        }
    }
}

/// Returns the modules below a package, or below the package of a module, whose relative names have this
/// beginning.
fn below(anchor: &str, start: &str, world: &World<'_>) -> Vec<String> {
    let tail = start.trim_start_matches('.');
    let mut package = Some(anchor);
    for _ in 1..start.len() - tail.len() {
        package = package.and_then(parent);
    }
    let Some(package) = package.filter(|package| world.is_package(package)) else { return Vec::new() };
    let (inner, first) = tail.rsplit_once('.').unwrap_or(("", tail));
    let package = if inner.is_empty() { package.to_owned() } else { format!("{package}.{inner}") };
    let children = world.importable_children(&package).into_iter();
    children.filter(|c| c.starts_with(first) && c != "__main__").map(|c| format!("{package}.{c}")).collect()
}

/// Returns the absolute name of the module of each import, and the names that the import takes from it.
fn imported(node: &Node) -> impl Iterator<Item = (String, &[String])> {
    node.facts
        .imports
        .iter()
        .filter_map(|import| Some((absolute(node, import.origin, &import.module)?, import.names.as_slice())))
}

/// Returns the absolute name of something in a module.
fn inside(base: &str, name: &str) -> String {
    if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") }
}

/// Returns whether a module imports another one, or something of it.
fn imports(node: &Node, module: &str) -> bool {
    imported(node)
        .any(|(base, names)| base == module || names.iter().any(|name| inside(&base, name) == module))
}

/// Returns whether a called function belongs to `module`, because the calling module imports one or the
/// other.
fn knows(node: &Node, handed: &Handed, module: &str, collected: &Collected) -> bool {
    let is_function = |base: &str, name: &String| {
        *name == handed.function && defined_in(&inside(base, name), collected, DEPTH) == Some(module)
    };
    imports(node, module)
        || imported(node).any(|(base, names)| names.iter().any(|name| is_function(&base, name)))
}
