//! Entry points of the groups that a distribution both names and reads.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::World;

#[derive(Default)]
pub(super) struct EntryPoints {
    /// Installed groups of entry points, with name and module of each; read when the first module needs
    /// them.
    groups: Option<BTreeMap<String, Vec<(String, String)>>>,
    /// Groups that have been collected.
    taken: BTreeSet<String>,
    /// Distribution (`None` for the program's own) → groups that its modules name in texts.
    named: HashMap<Option<usize>, Vec<(String, Reason)>>,
    /// Distributions whose modules read entry points.
    readers: BTreeSet<Option<usize>>,
}

impl Heuristic for EntryPoints {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, _: &mut Claims) {
        let facts = subject.facts();
        if facts.groups.is_empty() && facts.texts.is_empty() {
            return;
        }
        let groups = self.groups.get_or_insert_with(|| world.entry_point_groups());
        if groups.is_empty() {
            return;
        }
        let owner = world.owner_of_module(&subject.node.module);
        if !facts.groups.is_empty() {
            self.readers.insert(owner);
        }
        let mut name = |line: u32, group: &String| {
            let by = By::EntryPoint(group.clone());
            let reason = Reason::new(subject.name(), by).at(line).under(Guard::Function);
            self.named.entry(owner).or_default().push((group.clone(), reason));
        };
        let texts = facts.groups.iter().chain(&facts.texts);
        for (line, group) in texts.filter(|(_, group)| groups.contains_key(group)) {
            name(*line, group);
        }
        // `".".join(["app", kind])`: in modules that read groups, a text may be the first part of a group's
        // name.
        for (line, start) in &facts.groups {
            let start = format!("{}.", start.trim_end_matches('.'));
            for group in groups.keys().filter(|group| start.len() > 3 && group.starts_with(&start)) {
                name(*line, group);
            }
        }
    }

    fn of_all(&mut self, _: &Collected, _: &World<'_>, claims: &mut Claims) {
        let wanted = self.readers.iter().filter_map(|owner| self.named.get(owner)).flatten();
        for (group, reason) in wanted {
            if !self.taken.insert(group.clone()) {
                continue;
            }
            for (name, module) in self.groups.iter().filter_map(|g| g.get(group)).flatten() {
                let by = By::EntryPoint(format!("{group}: {name}"));
                claims.likely(module, &Reason { by, ..reason.clone() });
            }
        }
    }
}
