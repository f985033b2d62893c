//! The modules that are in the product so far.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::facts::{Facts, Import};
use super::graph::{Guard, Module, Need};
use super::world::resolve::Location;
use super::world::{Role, World};
use crate::names::Pattern;

/// A module of the graph while it grows.
pub(super) struct Node {
    pub module: Module,
    pub locations: Option<Vec<Location>>,
    pub facts: Arc<Facts>,
    pub role: Role,
    pub need: Need,
    /// Whether what it asks for has been taken.
    pub followed: bool,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The module at this place of [`Collected::nodes`].
    Node(usize),
    /// There is none.
    Missing,
    /// The request excludes it.
    Excluded,
}

/// The modules so far.
#[derive(Default)]
pub(super) struct Collected {
    pub nodes: Vec<Node>,
    pub slots: HashMap<String, Slot>,
    /// Modules that are asked for by name: what they do as scripts is wanted.
    pub tools: HashSet<String>,
    /// Modules that are also run as `__main__`.
    pub mains: HashSet<String>,
}

impl Collected {
    /// The module of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        match self.slots.get(name) {
            Some(Slot::Node(at)) => Some(&self.nodes[*at]),
            _ => None,
        }
    }

    /// The modules of the program itself.
    pub(super) fn own(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|n| n.role == Role::Program)
    }

    /// What guarded imports of a module do not bring in.
    pub(super) fn unwanted(&self, name: &str, world: &World<'_>) -> Vec<Pattern> {
        // What a module does as a script is wanted where it is the program.
        if self.tools.contains(name) { Vec::new() } else { world.unwanted(name) }
    }
}

/// An import that the target reaches, with the absolute name of what it counts from.
pub(super) struct Live<'f> {
    pub import: &'f Import,
    pub name: String,
    pub guard: Guard,
}

/// A module that a heuristic is asked about.
pub(super) struct Subject<'s> {
    pub node: &'s Node,
    pub live: &'s [Live<'s>],
    /// What it does not want, see [`World::unwanted`].
    pub unwanted: &'s [Pattern],
    /// Whether something runs it as main.
    pub runs_as_main: bool,
}

impl Subject<'_> {
    /// Its dotted name.
    pub(super) fn name(&self) -> &str {
        &self.node.module.name
    }

    /// What its file says.
    pub(super) fn facts(&self) -> &Facts {
        &self.node.facts
    }

    /// The package that relative names count from: itself, or the one that it is in.
    pub(super) fn package(&self) -> Option<&str> {
        if self.node.module.package { Some(self.name()) } else { crate::names::parent(self.name()) }
    }

    /// How surely what the words of the module name is needed: certainly in the program's own modules, but not in those of an
    /// installed application, which does without what its distribution does not require.
    pub(super) fn need_by_words(&self, world: &World<'_>) -> Need {
        let is_own = self.node.role == Role::Program && world.owner_of_module(&self.node.module).is_none();
        if is_own { Need::Certain } else { Need::Likely }
    }

    /// Whether the module does without another.
    pub(super) fn is_unwanted(&self, name: &str) -> bool {
        self.unwanted.iter().any(|p| p.covers(name))
    }
}
