//! Adds modules to the graph: with their parents, once each, and with all reasons.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::Fixpoint;
use crate::analysis::collected::{Node, Slot};
use crate::analysis::graph::{By, Module, Need, Reason};
use crate::analysis::world::DISTUTILS;
use crate::analysis::world::resolve::Location;
use crate::names;

/// Why a module was not added.
enum Absent {
    /// A module does not exist: the requested one, or a parent of it.
    Missing(String),
    /// The request excludes it or a parent of it.
    Excluded,
}

/// Identifies a module with one of its reasons.
pub(super) fn key(name: &str, reason: &Reason) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, reason).hash(&mut hasher);
    hasher.finish()
}

impl Fixpoint<'_> {
    /// Adds a module, and records it as missing if it cannot be found.
    pub(super) fn require(&mut self, name: &str, reason: &Reason, need: Need) -> Option<usize> {
        match self.take(name, reason, need) {
            Ok(at) => Some(at),
            Err(Absent::Missing(missing)) => {
                if self.known.insert(key(&missing, reason)) {
                    self.missing.entry(missing).or_default().push(reason.clone());
                }
                None
            }
            Err(Absent::Excluded) => None,
        }
    }

    /// Adds a module if it exists.
    pub(super) fn take_if_there(&mut self, name: &str, reason: &Reason, need: Need) -> Option<usize> {
        self.take(name, reason, need).ok()
    }

    /// Adds a module and its parents.
    fn take(&mut self, name: &str, reason: &Reason, need: Need) -> Result<usize, Absent> {
        let name = &*self.alias(name);
        match self.collected.slots.get(name) {
            Some(Slot::Node(at)) => {
                let at = *at;
                self.take_again(at, name, reason, need);
                return Ok(at);
            }
            Some(Slot::Missing) => return Err(Absent::Missing(name.to_owned())),
            Some(Slot::Excluded) => return Err(Absent::Excluded),
            None => {}
        }
        if self.world.is_excluded(name) {
            self.collected.slots.insert(name.to_owned(), Slot::Excluded);
            return Err(Absent::Excluded);
        }
        let locations = match names::parent(name) {
            None => None,
            Some(parent) => {
                // The parent gets the reason of the child until the child is known to exist.
                let at = self.take(parent, &by_parent(reason), need)?;
                match &self.collected.nodes[at].locations {
                    Some(locations) => Some(locations.clone()),
                    None => {
                        self.collected.slots.insert(name.to_owned(), Slot::Missing);
                        return Err(Absent::Missing(name.to_owned()));
                    }
                }
            }
        };
        let Some(found) = self.world.find_in(name, locations.as_deref()) else {
            if name == "collections.abc" {
                // The module has no file since 3.13: `collections` puts the other one into `sys.modules`.
                return self.take("_collections_abc", reason, need);
            }
            self.collected.slots.insert(name.to_owned(), Slot::Missing);
            return Err(Absent::Missing(name.to_owned()));
        };
        let module = Module {
            name: name.to_owned(),
            kind: found.kind,
            package: found.locations.is_some(),
            path: found.path,
            distribution: None,
            reasons: vec![reason.clone()],
        };
        Ok(self.add(module, found.locations, need))
    }

    /// Adds a reason to an existing module.
    fn take_again(&mut self, at: usize, name: &str, reason: &Reason, need: Need) {
        let node = &mut self.collected.nodes[at];
        if self.known.insert(key(&node.module.name, reason)) {
            node.module.reasons.push(reason.clone());
            // Another distribution may require what the module imports.
            if self.queue.deferring.remove(&at) {
                self.queue.again.push(at);
            }
        }
        if need <= node.need {
            return;
        }
        node.need = need;
        if node.followed {
            self.queue.again.push(at);
        }
        if let Some(parent) = names::parent(name) {
            let _ = self.take(parent, &by_parent(reason), need);
        } else {
            self.resume(name);
        }
    }

    /// Returns the actual name of an aliased module.
    fn alias<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match name {
            "os.path" if self.platform.target.os_name() == "nt" => "ntpath".into(),
            "os.path" => "posixpath".into(),
            _ if names::top(name) == "distutils" && self.world.lends_distutils() => {
                format!("{DISTUTILS}{}", &name["distutils".len()..]).into()
            }
            _ => name.into(),
        }
    }

    /// Adds a module to the graph.
    pub(super) fn add(&mut self, module: Module, locations: Option<Vec<Location>>, need: Need) -> usize {
        let at = self.collected.nodes.len();
        if need == Need::Certain {
            self.resume(&module.name);
        }
        self.collected.slots.insert(module.name.clone(), Slot::Node(at));
        self.known.extend(module.reasons.iter().map(|reason| key(&module.name, reason)));
        let role = self.world.role(&module);
        let (facts, followed) = (Arc::default(), false);
        self.collected.nodes.push(Node { module, locations, facts, role, need, followed });
        self.queue.fresh.push(at);
        at
    }

    /// Follows modules with deferred imports of a top-level name again.
    fn resume(&mut self, top: &str) {
        self.queue.again.extend(self.queue.deferred.remove(top).unwrap_or_default());
    }
}

fn by_parent(reason: &Reason) -> Reason {
    Reason { by: By::Parent, ..reason.clone() }
}
