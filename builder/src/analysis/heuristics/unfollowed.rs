//! Imports in the program's own code whose names are known only at run time.

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::Collected;
use crate::analysis::graph::Reason;
use crate::analysis::world::{Role, World};
use crate::error::Warning;

/// Heuristics that find the modules of such imports.
const ANSWERS: [&str; 7] = [
    "computed names",
    "dotted strings",
    "entry points",
    "lazy tables",
    "lists of plugins",
    "own plugins",
    "own words",
];

pub(super) struct Unfollowed;

impl Heuristic for Unfollowed {
    fn at_end(&mut self, collected: &Collected, _: &World<'_>, claims: &mut Claims) {
        let is_own = |name: &str| collected.get(name).is_some_and(|n| n.role == Role::Program);
        let answers = |r: &Reason| ANSWERS.contains(&r.heuristic.as_str()) && is_own(&r.from);
        // If words of the program name modules, they are most likely the imported ones.
        let is_answered = collected.nodes.iter().any(|n| n.module.reasons.iter().any(answers));
        for node in collected.own() {
            for line in &node.facts.open_at {
                let path = &node.module.path;
                let message =
                    format!("`{path}:{line}` imports a module whose name is known at run time only");
                let mut warning = Warning::unfollowed(message).hint(
                    "list the modules that it may be: `include = [\"…\"]` in `[modules]`, or let `freeze trace` find it",
                );
                warning.minor = is_answered;
                if let Some(file) = node.module.file() {
                    warning = warning.at(file, *line);
                }
                claims.push(What::Unfollowed(warning), &Reason::none());
            }
        }
    }
}
