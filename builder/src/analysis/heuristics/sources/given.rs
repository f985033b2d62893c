//! Functions of libraries that read the source of their arguments: decorators that compile it, type
//! checkers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{absolute, definition};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::Origin;
use crate::analysis::facts::looks::{Function, LookKind};
use crate::analysis::world::{Role, World};

/// Maximum number of modules through which an imported name is followed.
const IMPORTS: usize = 6;
/// Limits on nested calls, and on the number of functions, that are followed.
const CALLS: usize = 10;
const MOST: usize = 600;
/// Maximum number of classes with a method of the same name; with more, the call is ambiguous.
const CLASSES: usize = 3;

type Table = Rc<BTreeMap<String, Function>>;

/// Facts about the functions of libraries.
#[derive(Default)]
pub(super) struct Readers {
    /// Functions that have been checked.
    known: BTreeMap<String, bool>,
    /// The functions of modules.
    tables: RefCell<BTreeMap<String, Table>>,
    /// The methods of each distribution: `Class.method` by `method`, with the modules.
    methods: BTreeMap<usize, BTreeMap<String, Vec<String>>>,
    /// Whether a distribution reads any source at all.
    readers: BTreeMap<usize, bool>,
    /// Number of modules collected at that time.
    nodes: usize,
}

impl Readers {
    /// Returns whether a library function or method reads the source of its arguments, directly or through
    /// another one of its distribution.
    pub(super) fn reads(&mut self, name: &str, collected: &Collected, world: &World<'_>) -> bool {
        if self.nodes != collected.nodes.len() {
            self.nodes = collected.nodes.len();
            self.known.retain(|_, reads| *reads);
            self.methods.clear();
            self.readers.clear();
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let reader = self.follow(name, collected, world);
        if let Some(reader) = &reader {
            tracing::debug!(name, reader, "a function of a library reads the source of what it is given");
        }
        let reads = reader.is_some();
        self.known.insert(name.to_owned(), reads);
        reads
    }

    /// Finds the function that reads the source.
    fn follow(&mut self, name: &str, collected: &Collected, world: &World<'_>) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut round = vec![name.to_owned()];
        let mut owner = None;
        for _ in 0..CALLS {
            let mut next = Vec::new();
            for name in round {
                let Some((module, function)) = self.definition(&name, collected, world) else { continue };
                if seen.len() >= MOST || !seen.insert((module.to_owned(), function.clone())) {
                    continue;
                }
                let Some(node) = collected.get(module).filter(|n| n.role == Role::Library) else { continue };
                let Some(own) = world.owner_of_module(&node.module) else { continue };
                if *owner.get_or_insert(own) != own || !self.has_readers(own, collected, world) {
                    continue;
                }
                let table = self.table(node, world);
                let Some(found) = table.get(&function) else {
                    // A method may belong to a base class.
                    let method = function.rsplit_once('.').map(|(_, method)| method.to_owned());
                    next.extend(method.into_iter().flat_map(|m| self.methods(&m, own, collected, world)));
                    continue;
                };
                if found.reads {
                    return Some(format!("{module}.{function}"));
                }
                next.extend(found.calls.iter().filter_map(|(origin, called)| match origin {
                    Origin::Own(_) => Some(format!("{module}.{called}")),
                    _ => absolute(node, *origin, called),
                }));
                next.extend(found.methods.iter().flat_map(|m| self.methods(m, own, collected, world)));
            }
            round = next;
        }
        None
    }

    /// Returns the module that defines a name, and the name there.
    fn definition<'c>(
        &self,
        name: &str,
        collected: &'c Collected,
        world: &World<'_>,
    ) -> Option<(&'c str, String)> {
        definition(name, collected, IMPORTS, &|node: &Node, name| self.table(node, world).contains_key(name))
    }

    fn has_readers(&mut self, owner: usize, collected: &Collected, world: &World<'_>) -> bool {
        *self.readers.entry(owner).or_insert_with(|| {
            let reads = |n: &&Node| n.facts.looks.iter().any(|l| l.kind == LookKind::Source);
            let mut readers = collected.nodes.iter().filter(reads);
            readers.any(|node| world.owner_of_module(&node.module) == Some(owner))
        })
    }

    fn table(&self, node: &Node, world: &World<'_>) -> Table {
        let mut tables = self.tables.borrow_mut();
        let table =
            tables.entry(node.module.name.clone()).or_insert_with(|| Rc::new(world.functions(&node.module)));
        Rc::clone(table)
    }

    /// Returns the methods with this name in a distribution, if there are few.
    fn methods(
        &mut self,
        method: &str,
        owner: usize,
        collected: &Collected,
        world: &World<'_>,
    ) -> Vec<String> {
        if !self.methods.contains_key(&owner) {
            let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for node in collected.nodes.iter().filter(|n| world.owner_of_module(&n.module) == Some(owner)) {
                for (name, method) in
                    self.table(node, world).keys().filter_map(|k| Some((k, k.split_once('.')?.1)))
                {
                    methods
                        .entry(method.to_owned())
                        .or_default()
                        .push(format!("{}.{name}", node.module.name));
                }
            }
            self.methods.insert(owner, methods);
        }
        let found = self.methods[&owner].get(method).filter(|found| found.len() <= CLASSES);
        found.cloned().unwrap_or_default()
    }
}
