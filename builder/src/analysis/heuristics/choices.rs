//! Packages from which a library chooses at run time: collects the first installed one, unless the program
//! has chosen.

use std::collections::HashSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::{Collected, Slot};
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::{Role, World};
use crate::rules::load::Rule;

#[derive(Default)]
pub(super) struct Choices {
    /// Number of modules that have been checked.
    seen: usize,
    /// Decided rules, by position.
    decided: HashSet<usize>,
}

impl Heuristic for Choices {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let new = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        for node in new {
            let name = &node.module.name;
            for rule in world.rules.of(name).filter(|rule| !rule.choices.is_empty() && world.in_force(rule)) {
                if self.decided.insert(rule.place) && !is_chosen(rule, collected) {
                    choose(name, rule, world, claims);
                }
            }
        }
    }
}

/// Returns whether the program uses one of the packages, or names something else.
fn is_chosen(rule: &Rule, collected: &Collected) -> bool {
    let is_collected = |package: &String| matches!(collected.slots.get(package), Some(Slot::Node(_)));
    let own = collected.nodes.iter().filter(|node| node.role == Role::Program);
    let own: Vec<_> = own.filter_map(|node| node.facts.own.as_ref()).collect();
    let is_named = |names: &[String]| {
        let mut texts = own.iter().flat_map(|own| &own.texts);
        texts.any(|text| names.iter().any(|name| text.text.eq_ignore_ascii_case(name)))
    };
    rule.choices.iter().any(is_collected) || is_named(&rule.unless_named) && !is_named(&rule.if_named)
}

fn choose(name: &str, rule: &Rule, world: &World<'_>, claims: &mut Claims) {
    let Some(choice) = rule.choices.iter().find(|package| world.find(package).is_some()) else { return };
    let reason = Reason::new(name, By::Rule(rule.file.clone())).under(Guard::Function);
    for needed in rule.imports.iter().filter(|needed| needed.contains(CHOICE)) {
        claims.module(needed.replace(CHOICE, choice), &reason);
    }
}

/// Placeholder for the package in `imports` of a rule.
pub(super) const CHOICE: &str = "{choice}";
