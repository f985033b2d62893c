//! A program that lists the modules of a package that cannot be determined: all of its own packages may be the one.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Collected;
use crate::analysis::graph::{By, Guard, Need, Reason};
use crate::analysis::world::World;
use crate::names::is_for_tests;

#[derive(Default)]
pub(super) struct Scans {
    /// Packages whose modules have been taken.
    taken: BTreeSet<String>,
}

impl Heuristic for Scans {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let Some(scanner) = collected.own().find(|n| n.facts.scans) else { return };
        let reason = Reason::new(&scanner.module.name, By::Call).under(Guard::Function);
        for node in collected.own().filter(|n| n.module.package) {
            let package = &node.module.name;
            if self.taken.insert(package.clone()) {
                for name in world.submodules(package).into_iter().filter(|n| !is_for_tests(n)) {
                    let is_own = world.owner_of_module(&node.module).is_none();
                    let need = if is_own { Need::Certain } else { Need::Likely };
                    claims.named(name, need, &reason);
                }
            }
        }
    }
}
