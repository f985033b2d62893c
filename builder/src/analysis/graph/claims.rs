//! Whose a module is, and what it may bring in.

use super::{Slot, Worklist, is_own};
use crate::analysis::distributions::{normalize, requirement_name};
use crate::analysis::{By, Kind, Module, Reason, load};

/// Modules of the standard library that bring native libraries or a great deal of code along.
pub(super) const OPTIONAL_STDLIB: [&str; 5] = ["idlelib", "lib2to3", "test", "tkinter", "turtle"];

impl<'a> Worklist<'a> {
    /// Whose a module is: the program's own lies in a folder of the entries or of the request and is not installed.
    pub(super) fn role(&self, module: &Module) -> load::Role {
        if is_own(&module.name) {
            return load::Role::Program;
        }
        let file = match &module.kind {
            Kind::Source(s) | Kind::Bytecode(s) | Kind::Extension(s) => s.file(),
            Kind::Namespace(_) | Kind::Builtin => None,
        };
        let Some(file) = file else { return load::Role::Stdlib };
        if self.python.in_stdlib(file) {
            return load::Role::Stdlib;
        }
        let requested = &self.request.python.paths;
        let mut installed = self.python.search_path.iter().filter(|p| !requested.contains(p));
        let own = self.own.iter().chain(requested).any(|p| file.starts_with(p));
        if own && !installed.any(|p| file.starts_with(p)) { load::Role::Program } else { load::Role::Library }
    }

    /// Whether a module that is not firm has no claim to what it imports: another distribution, which its own does not
    /// require (not even as an extra) and which nothing else brings in.
    pub(super) fn is_foreign(&mut self, at: usize, name: &str) -> bool {
        let top = name.split('.').next().unwrap_or(name);
        if let Some(Slot::Node(known)) = self.slots.get(top)
            && self.nodes[*known].firm
        {
            return false;
        }
        let own = self.nodes[at].module.name.clone();
        let own = own.split('.').next().unwrap_or(&own);
        let Some(from) = self.owner_of(own) else { return false };
        let foreign = match self.owner_of(top) {
            Some(owner) if owner == from => false,
            Some(owner) => {
                let wanted = normalize(&self.installed.get(owner).name);
                !self.installed.get(from).requires.iter().any(|r| normalize(requirement_name(r)) == wanted)
            }
            None => OPTIONAL_STDLIB.contains(&top),
        };
        if foreign {
            self.passed_over.entry(top.to_owned()).or_default().push(at);
        }
        foreign
    }

    /// The distribution that owns a top-level module.
    pub(super) fn owner_of(&mut self, top: &str) -> Option<usize> {
        if let Some(known) = self.owners.get(top) {
            return *known;
        }
        let owner = self.resolver.find(top, None).and_then(|found| match &found.kind {
            Kind::Source(s) | Kind::Bytecode(s) | Kind::Extension(s) => {
                let file = s.file().filter(|f| !self.python.in_stdlib(f))?;
                self.installed.owner(file, top)
            }
            Kind::Namespace(_) | Kind::Builtin => None,
        });
        self.owners.insert(top.to_owned(), owner);
        owner
    }

    /// Makes a module firm that was not, and with it its parents.
    pub(super) fn confirm(&mut self, at: usize, name: &str, reason: &Reason) {
        self.nodes[at].firm = true;
        if self.nodes[at].followed {
            self.again.push(at);
        }
        if let Some((parent, _)) = name.rsplit_once('.') {
            let _ = self.take(parent, &Reason { by: By::Parent, ..reason.clone() });
        } else {
            self.again.extend(self.passed_over.remove(name).unwrap_or_default());
        }
    }
}
