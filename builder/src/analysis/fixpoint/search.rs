//! Handles searched folders and modules that run as main, which make more modules and imports reachable.

use std::collections::BTreeSet;

use super::Fixpoint;
use super::take::key;
use crate::analysis::collected::Slot;
use crate::analysis::graph::{Kind, Need, Reason};
use crate::analysis::world::Role;
use crate::analysis::world::resolve::Folder;
use crate::names::top;

impl Fixpoint<'_> {
    /// Adds a module that runs as main.
    pub(super) fn take_main(&mut self, name: &str, reason: &Reason, need: Need) {
        let Some(at) = self.take_if_there(name, reason, need) else { return };
        let name = self.collected.nodes[at].module.name.clone();
        self.collected.tools.insert(name.clone());
        if self.collected.mains.insert(name) && self.collected.nodes[at].followed {
            self.queue.again.push(at);
        }
    }

    /// Adds a folder that is searched after the search path. Resolved modules stay, and missing ones are
    /// searched for again.
    pub(super) fn search(&mut self, folder: Folder) {
        if let Some(dest) = folder.dest.as_ref().filter(|dest| !dest.is_empty()) {
            self.used.searched.insert(dest.clone());
        }
        if !self.world.search(&folder) {
            return;
        }
        let missing = self.collected.slots.iter().filter(|(_, slot)| **slot == Slot::Missing);
        let names: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
        let tops = names.iter().filter(|name| top(name) == *name);
        let found: BTreeSet<String> = tops.filter(|name| self.world.find(name).is_some()).cloned().collect();
        self.forget_missing(|name| found.contains(top(name)));
        // A namespace package may have a new folder.
        let grown = names.iter().map(|name| top(name)).filter(|name| !found.contains(*name));
        for namespace in grown.map(str::to_owned).collect::<BTreeSet<_>>() {
            self.grow(&namespace);
        }
    }

    /// Searches again for modules of a namespace package, which may be in the new folders of the search
    /// path.
    fn grow(&mut self, namespace: &str) {
        let Some(found) = self.world.find(namespace) else { return };
        let (Kind::Namespace(_), Some(Slot::Node(at))) = (&found.kind, self.collected.slots.get(namespace))
        else {
            return;
        };
        let node = &mut self.collected.nodes[*at];
        node.module.kind = found.kind;
        node.locations = found.locations.or(node.locations.take());
        self.look_again_inside(namespace);
    }

    /// Adds a folder to the `__path__` of a package.
    pub(super) fn extend_by(&mut self, package: &str, folder: &Folder) {
        self.used.searched.extend(folder.dest.clone().filter(|dest| !dest.is_empty()));
        if !self.world.extend_by(package, folder) {
            return;
        }
        if let Some(Slot::Node(at)) = self.collected.slots.get(package) {
            let locations = self.world.find(package).and_then(|found| found.locations);
            let node = &mut self.collected.nodes[*at];
            node.locations = locations.or(node.locations.take());
        }
        self.look_again_inside(package);
    }

    /// Searches again for missing modules of a package after its `__path__` was extended.
    pub(super) fn look_again_inside(&mut self, package: &str) {
        let inside = format!("{package}.");
        self.forget_missing(|name| name.starts_with(&inside));
    }

    /// Forgets missing modules, so that the modules that import them, and the program's own modules, are
    /// followed again.
    fn forget_missing(&mut self, is_meant: impl Fn(&str) -> bool) {
        let slots = self.collected.slots.iter();
        let meant: BTreeSet<String> = slots
            .filter(|(name, slot)| **slot == Slot::Missing && is_meant(name))
            .map(|(name, _)| name.clone())
            .collect();
        if meant.is_empty() {
            return;
        }
        for name in &meant {
            self.collected.slots.remove(name);
        }
        let mut importers = BTreeSet::new();
        self.missing.retain(|name, reasons| {
            let stays = !meant.contains(name);
            if !stays {
                importers.extend(reasons.iter().map(|reason| reason.from.clone()));
                for reason in reasons {
                    self.known.remove(&key(name, reason));
                }
            }
            stays
        });
        let again = |node: &crate::analysis::collected::Node| {
            node.followed && (node.role == Role::Program || importers.contains(&node.module.name))
        };
        let nodes = self.collected.nodes.iter().enumerate();
        self.queue.again.extend(nodes.filter(|(_, node)| again(node)).map(|(at, _)| at));
    }
}
