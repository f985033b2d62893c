//! Packages whose folders code searches: their files exist as in the unfrozen program.

use std::collections::BTreeSet;

use super::Heuristic;
use super::sources::absolute;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::looks::LookKind;
use crate::analysis::graph::{By, Depth, Guard, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, is_inside, parent};

#[derive(Default)]
pub(super) struct PackageFolders {
    /// Packages whose modules have been collected, and the depth.
    taken: BTreeSet<(String, Depth)>,
}

impl Heuristic for PackageFolders {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        for node in collected.nodes.iter().filter(|n| n.role != Role::Stdlib) {
            for look in &node.facts.looks {
                let depth = match look.kind {
                    LookKind::Folder => Depth::Folder,
                    LookKind::Tree | LookKind::Anything => Depth::Tree,
                    _ => continue,
                };
                let packages = match (&look.whose, look.kind) {
                    (Some((origin, name)), _) => {
                        let name = absolute(node, *origin, name);
                        name.and_then(|name| package(&name, world)).into_iter().collect()
                    }
                    (None, LookKind::Anything) => handed(collected, world),
                    (None, _) => meant(node, collected, world),
                };
                let reason = Reason::new(&node.module.name, By::Call).at(look.line).under(Guard::Function);
                let looker = Looker { node, depth, reason };
                for package in packages {
                    self.show(&package, &looker, world, claims);
                }
            }
            // `pkgutil.iter_modules` of an unknown package, in a library: those of its plug-ins.
            if node.role == Role::Library && node.facts.scans {
                let reason = Reason::new(&node.module.name, By::Call).under(Guard::Function);
                let looker = Looker { node, depth: Depth::Folder, reason };
                for package in meant(node, collected, world) {
                    self.take(&package, &looker, world, claims);
                }
            }
        }
    }
}

/// Code that searches folders of packages.
struct Looker<'a> {
    node: &'a Node,
    depth: Depth,
    reason: Reason,
}

impl PackageFolders {
    /// Collects the modules of a package as files.
    fn show(&mut self, package: &str, by: &Looker<'_>, world: &World<'_>, claims: &mut Claims) {
        let Looker { node, depth, reason } = by;
        let is_own = world.is_own_module(package);
        // A library does not list the folders of its users.
        if is_own && node.role != Role::Program || !is_own && !world.exists(package) {
            return;
        }
        claims.push(What::Listed { package: package.to_owned(), depth: *depth }, reason);
        // A folder that is copied or walked is complete, including templates and examples. A package that
        // walks its own folder sees only collected files.
        let name = &node.module.name;
        let is_other = *depth == Depth::Tree && !is_inside(name, package) && name != package;
        if is_own || node.facts.open || is_other {
            self.take(package, by, world, claims);
        }
    }

    /// Collects the modules of a listed package, which may all be imported.
    fn take(&mut self, package: &str, by: &Looker<'_>, world: &World<'_>, claims: &mut Claims) {
        let Looker { node, depth, reason } = by;
        if !self.taken.insert((package.to_owned(), *depth)) {
            return;
        }
        for child in world.children(package).into_iter().filter(|c| c != "__main__") {
            let name = format!("{package}.{child}");
            let inner = if *depth == Depth::Tree { world.submodules(&name) } else { Vec::new() };
            for name in std::iter::once(name).chain(inner) {
                if node.role == Role::Program {
                    claims.module(name, reason);
                } else if !is_for_tests(&name) {
                    claims.likely(name, reason);
                }
            }
        }
    }
}

/// Returns the package of the folder of a module, or of a path below it.
fn package(name: &str, world: &World<'_>) -> Option<String> {
    if world.is_package(name) {
        return Some(name.to_owned()).filter(|name| !name.is_empty());
    }
    // `os.path.dirname(module.__file__)` of a module that is not a package; a path below its folder.
    let mut module = name;
    while !world.exists(module) {
        module = parent(module)?;
    }
    if world.is_package(module) {
        return None;
    }
    let rest = &name[module.len()..];
    let folder = parent(module)?;
    let found = format!("{folder}{rest}");
    world.is_package(&found).then_some(found)
}

/// Returns packages whose folders the program's own modules pass on.
fn handed(collected: &Collected, world: &World<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for node in collected.own() {
        let handed = node.facts.looks.iter().filter(|l| l.kind == LookKind::Handed);
        let names = handed.filter_map(|l| l.whose.as_ref());
        let names = names.filter_map(|(origin, name)| absolute(node, *origin, name));
        found.extend(names.filter_map(|name| package(&name, world)).filter(|p| world.is_own_module(p)));
    }
    found
}

/// Returns packages that may be passed to a module that searches given package folders. In a library, these
/// are packages that its distribution finds by entry points, and those that they name. In the program, they
/// are packages that texts and calls name and that callers of the module import.
fn meant(node: &Node, collected: &Collected, world: &World<'_>) -> Vec<String> {
    let owner = world.owner_of_module(&node.module);
    let is_own = node.role == Role::Program;
    let is_from_here = |from: &Node| from.role == node.role && world.owner_of_module(&from.module) == owner;
    let points: Vec<&str> = match is_own {
        true => Vec::new(),
        false => {
            let by_point = |n: &&Node| {
                let mut reasons = n.module.reasons.iter();
                reasons.any(|reason| {
                    matches!(reason.by, By::EntryPoint(_))
                        && collected.get(&reason.from).is_some_and(is_from_here)
                })
            };
            let packages = collected.nodes.iter().filter(|n| n.module.package);
            packages.filter(by_point).map(|n| n.module.name.as_str()).collect()
        }
    };
    let callers: Vec<&str> = node.module.reasons.iter().map(|r| r.from.as_str()).collect();
    let is_meant = |package: &&Node| {
        let name = package.module.name.as_str();
        // The parent packages of a module are on the way to the module.
        if is_inside(&node.module.name, name) || is_own != (package.role == Role::Program) {
            return false;
        }
        points.contains(&name)
            || package.module.reasons.iter().any(|reason| match &reason.by {
                By::Text(_) | By::Call if is_own => collected.get(&reason.from).is_some_and(is_from_here),
                By::Text(_) | By::Call => points.iter().any(|point| is_inside(&reason.from, point)),
                By::EntryPoint(_) => is_own && collected.get(&reason.from).is_some_and(is_from_here),
                By::Import => is_own && callers.contains(&reason.from.as_str()),
                _ => false,
            })
    };
    let packages = collected.nodes.iter().filter(|n| n.module.package && n.role != Role::Stdlib);
    packages.filter(is_meant).map(|n| n.module.name.clone()).collect()
}
