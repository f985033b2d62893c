//! The modules collected so far.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::facts::{Facts, Import};
use super::graph::{Guard, Module, Need};
use super::world::resolve::Location;
use super::world::{Role, World};
use crate::names::Pattern;

/// A module of the growing graph.
pub(super) struct Node {
    pub module: Module,
    pub locations: Option<Vec<Location>>,
    pub facts: Arc<Facts>,
    pub role: Role,
    pub need: Need,
    /// Whether its imports and claims have been followed.
    pub followed: bool,
}

/// The state of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The module at this index of [`Collected::nodes`].
    Node(usize),
    /// There is no such module.
    Missing,
    /// The request excludes it.
    Excluded,
}

/// The modules collected so far.
#[derive(Default)]
pub(super) struct Collected {
    pub nodes: Vec<Node>,
    pub slots: HashMap<String, Slot>,
    /// Modules that are requested by name, so their behavior as scripts counts.
    pub tools: HashSet<String>,
    /// Modules that are also run as `__main__`.
    pub mains: HashSet<String>,
}

impl Collected {
    /// Returns the module of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        match self.slots.get(name) {
            Some(Slot::Node(at)) => Some(&self.nodes[*at]),
            _ => None,
        }
    }

    /// Returns the modules of the program itself.
    pub(super) fn own(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|n| n.role == Role::Program)
    }

    /// Returns the modules that are not collected for guarded imports of a module.
    pub(super) fn unwanted(&self, name: &str, world: &World<'_>) -> Vec<Pattern> {
        // If the module is the program, its behavior as a script counts.
        if self.tools.contains(name) { Vec::new() } else { world.unwanted(name) }
    }
}

/// An import that is reachable on the target, with the absolute name of its base.
pub(super) struct Live<'f> {
    pub import: &'f Import,
    pub name: String,
    pub guard: Guard,
}

/// A module passed to a heuristic.
pub(super) struct Subject<'s> {
    pub node: &'s Node,
    pub live: &'s [Live<'s>],
    /// Modules that it does not need, see [`World::unwanted`].
    pub unwanted: &'s [Pattern],
    /// Whether it runs as main.
    pub runs_as_main: bool,
}

impl Subject<'_> {
    /// Returns its dotted name.
    pub(super) fn name(&self) -> &str {
        &self.node.module.name
    }

    /// Returns the facts about its file.
    pub(super) fn facts(&self) -> &Facts {
        &self.node.facts
    }

    /// Returns the base package of relative names: the module itself, or its parent.
    pub(super) fn package(&self) -> Option<&str> {
        if self.node.module.package { Some(self.name()) } else { crate::names::parent(self.name()) }
    }

    /// Returns the need of modules that are named by words in this module. It is certain for the program's
    /// own modules. For an installed application it is not, because names outside its requirements are
    /// optional.
    pub(super) fn need_by_words(&self, world: &World<'_>) -> Need {
        let is_own = self.node.role == Role::Program && world.owner_of_module(&self.node.module).is_none();
        if is_own { Need::Certain } else { Need::Likely }
    }

    /// Returns whether the module does not need another.
    pub(super) fn is_unwanted(&self, name: &str) -> bool {
        self.unwanted.iter().any(|p| p.covers(name))
    }
}
