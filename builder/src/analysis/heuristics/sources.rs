//! Sources that code reads at run time: of functions and classes with `inspect`, of modules through their
//! files.

mod given;

use std::collections::BTreeSet;

use self::given::Readers;
use super::Heuristic;
use crate::analysis::claims::{Access, Claims, What};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::looks::{Look, LookKind};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::{By, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_entry, parent};

/// Distributions that find the call in the source of a frame. Those that require one show the code of their
/// callers.
const FRAME_READERS: [&str; 1] = ["executing"];
/// Maximum number of modules through which an imported name is followed.
const DEPTH: usize = 6;

#[derive(Default)]
pub(super) struct Sources {
    /// Sources that have been claimed.
    taken: BTreeSet<(String, Access)>,
    /// Functions of libraries that read the source of their arguments.
    readers: Readers,
}

impl Heuristic for Sources {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if !world.takes_sources() {
            return;
        }
        for node in collected.nodes.iter().filter(|n| n.role != Role::Stdlib) {
            if node.role == Role::Program {
                self.frames(node, world, claims);
            }
            for look in &node.facts.looks {
                let access = match look.kind {
                    LookKind::Source => Access::Loader,
                    LookKind::File => Access::File,
                    LookKind::Given => {
                        if let Some(name) = self.given(node, look, collected, world) {
                            let reason = Reason::new(&name, By::Call).at(look.line);
                            self.take(name, Access::Loader, &reason, claims);
                        }
                        continue;
                    }
                    _ => continue,
                };
                let reason = Reason::new(&node.module.name, By::Call).at(look.line);
                let modules = match &look.whose {
                    Some((origin, name)) => {
                        let Some(name) = absolute(node, *origin, name) else { continue };
                        defined_in(&name, collected, DEPTH).into_iter().collect()
                    }
                    // Library functions that receive objects from others may receive them from any module.
                    None if node.role == Role::Program => callers(node, collected),
                    None => Vec::new(),
                };
                for module in modules {
                    self.take(module.to_owned(), access, &reason, claims);
                }
            }
        }
    }
}

impl Sources {
    fn take(&mut self, module: String, access: Access, reason: &Reason, claims: &mut Claims) {
        if self.taken.insert((module.clone(), access)) {
            claims.push(What::Source { module, access }, reason);
        }
    }

    /// Handles a module that imports a library which reads the lines of its callers.
    fn frames(&mut self, node: &Node, world: &World<'_>, claims: &mut Claims) {
        let imports = node.facts.imports.iter().filter(|i| i.origin == Origin::Absolute);
        let Some(import) = imports.into_iter().find(|import| {
            let owner = world.owner_of_name(&import.module);
            owner.is_some_and(|owner| world.requires_by_name(owner, &FRAME_READERS))
        }) else {
            return;
        };
        let module = node.module.name.clone();
        let reason = Reason::new(&module, By::Call).at(import.line);
        self.take(module, Access::Loader, &reason, claims);
    }

    /// Returns the module whose object is passed to a library function that reads its source.
    fn given(
        &mut self,
        node: &Node,
        look: &Look,
        collected: &Collected,
        world: &World<'_>,
    ) -> Option<String> {
        let (origin, name) = look.whose.as_ref()?;
        let name = absolute(node, *origin, name)?;
        let module = &node.module.name;
        let is_new = !self.taken.contains(&(module.clone(), Access::Loader));
        (is_new && self.readers.reads(&name, collected, world)).then(|| module.clone())
    }
}

/// Returns the absolute name of a relative name in a module, or the module's own name if that is empty.
pub(super) fn absolute(node: &Node, origin: Origin, name: &str) -> Option<String> {
    let module = &node.module;
    let levels = match origin {
        Origin::Absolute => return Some(name.to_owned()),
        Origin::Own(_) => return Some(module.name.clone()),
        Origin::Package(levels) => levels,
    };
    // An entry point is named `__main__`, but its path shows its package.
    let dotted = module.path.strip_suffix(".py").unwrap_or(&module.path).replace('/', ".");
    let own = if is_entry(&module.name) { &dotted } else { &module.name };
    let mut package = if module.package { Some(own.as_str()) } else { parent(own) };
    for _ in 1..levels {
        package = parent(package?);
    }
    match package {
        Some(package) if name.is_empty() => Some(package.to_owned()),
        Some(package) => Some(format!("{package}.{name}")),
        // Beside a module outside any package.
        None => Some(name.to_owned()).filter(|name| levels == 1 && !name.is_empty()),
    }
}

/// Returns the collected module that defines a name: `package.function` may be imported from another one.
pub(super) fn defined_in<'c>(name: &str, collected: &'c Collected, depth: usize) -> Option<&'c str> {
    definition(name, collected, depth, &|_, _| false).map(|(module, _)| module)
}

/// Returns the defining module with the name there: `f`, `Class.method`. `has` returns whether a module
/// defines a name itself, which resolves `from module import *`.
fn definition<'c>(
    name: &str,
    collected: &'c Collected,
    depth: usize,
    has: &dyn Fn(&'c Node, &str) -> bool,
) -> Option<(&'c str, String)> {
    let depth = depth.checked_sub(1)?;
    let mut module = name;
    let node = loop {
        match collected.get(module) {
            Some(node) => break node,
            None => module = parent(module)?,
        }
    };
    let rest = name.get(module.len() + 1..).unwrap_or_default();
    let first = rest.split('.').next().unwrap_or_default();
    let from = |import: &Import| {
        let base = absolute(node, import.origin, &import.module)?;
        let name = if base.is_empty() { rest.to_owned() } else { format!("{base}.{rest}") };
        definition(&name, collected, depth, has)
    };
    let mut imports = node.facts.imports.iter().filter(|import| import.form == Form::From);
    let named = imports.clone().find(|import| import.names.iter().any(|n| n == first));
    let elsewhere = match named {
        _ if first.is_empty() => None,
        Some(import) => from(import),
        None if has(node, first) => None,
        None => imports.find_map(|import| {
            let is_star = import.names.iter().any(|n| n == "*");
            let found = is_star.then(|| from(import)).flatten()?;
            let defines = collected.get(found.0).is_some_and(|node| has(node, first));
            defines.then_some(found)
        }),
    };
    elsewhere.or_else(|| Some((&node.module.name, rest.to_owned())))
}

/// Returns a module and the program's modules that import it, which are the sources of its arguments.
fn callers<'c>(node: &'c Node, collected: &'c Collected) -> Vec<&'c str> {
    let mut found = vec![node.module.name.as_str()];
    for reason in &node.module.reasons {
        let by_code = matches!(reason.by, By::Import | By::Call);
        if by_code && collected.get(&reason.from).is_some_and(|from| from.role == Role::Program) {
            found.push(&reason.from);
        }
    }
    found
}
