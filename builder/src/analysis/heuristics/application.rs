//! Modules of an installed application that imports names from its user, such as extensions in a settings
//! file: all modules of its package and of its plugins may be needed.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Collected;
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::World;
use crate::names::{is_inside, is_tool, top};

#[derive(Default)]
pub(super) struct Application {
    /// Top-level packages that have been collected whole.
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
            // The user may name a module of a plugin: `!!python/name:material.extensions.emoji` in a MkDocs
            // file.
            let is_plugin =
                |r: &Reason| matches!(r.by, By::EntryPoint(_)) && !is_entry(r) && is_inside(&r.from, package);
            for node in &collected.nodes {
                if let Some(reason) = node.module.reasons.iter().find(|r| is_plugin(r)) {
                    self.take(top(&node.module.name), reason, world, claims);
                }
            }
            let mut nodes = collected.nodes.iter();
            if let Some(open) = nodes.find(|n| n.facts.open && is_inside(&n.module.name, package)) {
                let reason = Reason::new(&open.module.name, By::Call).under(Guard::Function);
                self.take(package, &reason, world, claims);
            }
        }
    }
}

impl Application {
    /// Collects a whole package, except tests and tools.
    fn take(&mut self, package: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
        if self.whole.insert(package.to_owned()) {
            for name in world.submodules(package).into_iter().filter(|n| !is_tool(n)) {
                claims.likely(name, reason);
            }
        }
    }
}
