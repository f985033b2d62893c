//! Lists of names in the program's own modules, such as the applications of a site, and packages in them
//! whose parts a framework loads by name.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::facts::List;
use crate::analysis::graph::Reason;
use crate::analysis::world::{Role, World};
use crate::names::{is_named_for_tests, is_tool, parent};

#[derive(Default)]
pub(super) struct Plugins {
    /// Packages that lists of the program name, with the first reason.
    named: BTreeMap<String, Reason>,
    /// Packages that have been collected whole.
    whole: BTreeSet<String>,
}

impl Heuristic for Plugins {
    /// If one entry of a list is a module, or the name of the list suggests modules, entries without a dot
    /// count as modules too.
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for List { line, names, certain } in &subject.facts().lists {
            let is_module = |name: &String| {
                name.contains('.')
                    && (world.find(name).is_some() || parent(name).is_some_and(|m| world.find(m).is_some()))
            };
            if !certain && !names.iter().any(is_module) {
                continue;
            }
            for name in names.iter().filter(|n| !is_named_for_tests(n)) {
                let is_own = world.is_own_module(name);
                if !(is_own || world.owner_of_name(name).is_some()) || !world.exists(name) {
                    continue;
                }
                let reason = by_text(subject.name(), name, *line);
                claims.named(name, subject.need_by_words(world), &reason);
                if !is_own && world.is_package(name) {
                    self.named.entry(name.clone()).or_insert(reason);
                }
            }
        }
    }

    /// Handles a package that the program names in a list, if its distribution requires one that imports
    /// given names. Such a framework loads parts of the package by name (models, commands, tags).
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if self.named.keys().all(|name| self.whole.contains(name)) {
            return;
        }
        let open = collected.nodes.iter().filter(|n| n.role == Role::Library && n.facts.open);
        let frameworks: HashSet<usize> =
            open.filter_map(|node| world.owner_of_name(&node.module.name)).collect();
        for (name, reason) in &self.named {
            let is_plugin =
                || world.owner_of_name(name).is_some_and(|owner| world.requires_one_of(owner, &frameworks));
            if self.whole.contains(name) || !is_plugin() {
                continue;
            }
            for name in world.submodules(name).into_iter().filter(|n| !is_tool(n)) {
                claims.likely(name, reason);
            }
            self.whole.insert(name.clone());
        }
    }
}
