//! Native libraries of the system that code opens by name.

use super::Heuristic;
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::graph::{LibraryName, OpenedLibrary};
use crate::analysis::world::{Role, World};

pub(super) struct Libraries;

impl Heuristic for Libraries {
    fn of_module(&mut self, subject: &Subject<'_>, _: &World<'_>, claims: &mut Claims) {
        let module = &subject.node.module;
        for opened in &subject.facts().opened {
            let (LibraryName::File(text) | LibraryName::Link(text)) = &opened.name;
            let reason = by_text(subject.name(), text, opened.line);
            let is_own = subject.node.role == Role::Program;
            let own_place = is_own.then(|| format!("{}:{}", module.path, opened.line));
            let library = OpenedLibrary { name: opened.name.clone(), own_place, reason: reason.clone() };
            claims.push(What::Library(library), &reason);
        }
    }
}
