//! An installed application whose package imports names that its user gives (extensions that a file of settings names):
//! all modules of that package may be meant.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Collected;
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::World;
use crate::names::{is_inside, is_tool, top};

#[derive(Default)]
pub(super) struct Application {
    /// Top-level packages that have been taken whole.
    whole: BTreeSet<String>,
}

impl Heuristic for Application {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if !world.runs_installed_script() {
            return;
        }
        let is_entry = |r: &Reason| matches!(&r.by, By::EntryPoint(p) if p.starts_with("console_scripts: "));
        let entries = collected.nodes.iter().filter(|n| n.module.reasons.iter().any(is_entry));
        let tops: BTreeSet<&str> = entries.map(|n| top(&n.module.name)).collect();
        for package in tops {
            if self.whole.contains(package) {
                continue;
            }
            let mut nodes = collected.nodes.iter();
            let Some(open) = nodes.find(|n| n.facts.open && is_inside(&n.module.name, package)) else {
                continue;
            };
            self.whole.insert(package.to_owned());
            let reason = Reason::new(&open.module.name, By::Call).under(Guard::Function);
            for name in world.submodules(package).into_iter().filter(|n| !is_tool(n)) {
                claims.likely(name, &reason);
            }
        }
    }
}
