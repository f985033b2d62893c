//! A program that lists modules or imports a name that cannot be determined: all of its own modules may be the one.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::Form;
use crate::analysis::facts::condition::Condition;
use crate::analysis::graph::{By, Guard, Need, Reason};
use crate::analysis::world::World;
use crate::names::{is_for_tests, is_own_test};

/// A program with more modules around it is not taken whole.
const MOST: usize = 500;
/// Scripts that build and test projects.
pub(super) const TOOLS: [&str; 4] = ["conftest", "noxfile", "setup", "tasks"];

#[derive(Default)]
pub(super) struct Scans {
    /// Packages whose modules have been taken.
    taken: BTreeSet<String>,
    /// All modules have been taken.
    is_whole: bool,
}

impl Heuristic for Scans {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if let Some(scanner) = collected.own().find(|n| n.facts.scans) {
            let reason = Reason::new(&scanner.module.name, By::Call).under(Guard::Function);
            self.packages(collected, &reason, world, claims);
        }
        if self.is_whole {
            return;
        }
        let unknown = collected.own().find_map(|node| Some((node, unknown(node, world)?)));
        if let Some((node, line)) = unknown {
            self.is_whole = true;
            let reason = Reason::new(&node.module.name, By::Call).at(line).under(Guard::Function);
            let modules = own_modules(world);
            if modules.len() <= MOST {
                modules.into_iter().for_each(|name| claims.likely(name, &reason));
            }
        }
    }
}

impl Scans {
    /// Takes the packages of the program that have been collected, with all their modules.
    fn packages(&mut self, collected: &Collected, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
        for node in collected.own().filter(|n| n.module.package) {
            let package = &node.module.name;
            if self.taken.insert(package.clone()) {
                for name in world.submodules(package).into_iter().filter(|n| !is_for_tests(n)) {
                    let is_own = world.owner_of_module(&node.module).is_none();
                    let need = if is_own { Need::Certain } else { Need::Likely };
                    claims.named(name, need, reason);
                }
            }
        }
    }
}

/// The line of an import in a module whose name is not known, or leads nowhere as far as it is known.
fn unknown(node: &Node, world: &World<'_>) -> Option<u32> {
    let leads_nowhere = |line: &&u32| {
        let here = node.facts.imports.iter().filter(|i| i.line == **line);
        let mut names = here.filter(|i| i.form == Form::Call).map(|i| i.module.as_str()).peekable();
        names.peek().is_some() && names.all(|name| !world.exists(name))
    };
    node.facts.open_at.first().or_else(|| node.facts.computed_at.iter().find(leads_nowhere)).copied()
}

/// The modules around the program that others can import: those beside it unless they are scripts, and all that lie below.
fn own_modules(world: &World<'_>) -> BTreeSet<String> {
    let tree = world.own_tree();
    let mut found = BTreeSet::new();
    for folder in world.own_folders() {
        for file in tree.files(folder) {
            let Some(inner) = file.strip_prefix(folder).ok().and_then(|f| f.to_str()) else { continue };
            let Some(stem) = inner.replace('\\', "/").strip_suffix(".py").map(str::to_owned) else {
                continue;
            };
            let is_beside = !stem.contains('/');
            let name = stem.strip_suffix("/__init__").unwrap_or(&stem).replace('/', ".");
            let is_aside = name.split('.').any(is_own_test) || TOOLS.contains(&name.as_str());
            if is_aside || found.len() > MOST || world.is_entry_file(&file) || !world.is_own_module(&name) {
                continue;
            }
            let is_script = || world.reader.script(&file).conditions.contains(&Condition::Main);
            if !(is_beside && is_script()) {
                found.insert(name);
            }
        }
    }
    found
}
