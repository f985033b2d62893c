//! Dotted strings that name modules of the same package, its distribution or a requirement; in the
//! program's own modules, any module.

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::graph::{Need, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, is_named_for_tests, top};

pub(super) struct Texts;

impl Heuristic for Texts {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let own = subject.node.role == Role::Program;
        let first = top(subject.name());
        let owner = if own { None } else { world.owner_of_module(&subject.node.module) };
        let mut taking = Taking { need: subject.need_by_words(world), world, claims };
        for (line, text) in &subject.facts().texts {
            if is_named_for_tests(text) {
                continue;
            }
            let reason = by_text(subject.name(), text, *line);
            let inside = text.strip_prefix(first).is_some_and(|rest| rest.starts_with('.'));
            if !inside && text.contains('.') {
                taking.relative(subject, text, &reason);
            }
            let wanted = own || inside || text.contains('.') && world.is_related(owner, text);
            if !wanted || subject.is_unwanted(text) {
                continue;
            }
            if own && taking.own_package(text, &reason) {
                continue;
            }
            if text.contains('.') {
                taking.dotted(text, &reason);
            } else if is_telling(text, world) && world.exists(text) {
                taking.module(text, &reason);
            }
        }
    }
}

/// Returns whether a word is distinctive enough to be meant as a name: `"app_plugin"`.
fn is_telling(text: &str, world: &World<'_>) -> bool {
    text.trim_matches('_').contains('_') && (world.owner_of(text).is_some() || world.is_own_module(text))
}

fn begins_as_class(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Collects the modules that texts of one module name.
struct Taking<'a, 'w> {
    need: Need,
    world: &'a World<'w>,
    claims: &'a mut Claims,
}

impl Taking<'_, '_> {
    fn module(&mut self, name: &str, reason: &Reason) {
        self.claims.named(name, self.need, reason);
    }

    /// Collects the module that a dotted text names: `package.module`, or the part before the last dot of
    /// `package.module.Class`.
    fn dotted(&mut self, text: &str, reason: &Reason) {
        if self.world.exists(text) {
            return self.module(text, reason);
        }
        if let Some((module, last)) = text.rsplit_once('.')
            && (module.contains('.') || begins_as_class(last))
            && self.world.exists(module)
        {
            self.module(module, reason);
        }
    }

    /// Collects the module that a dotted text names relative to the package of its module:
    /// `"readers.excel.Reader"`.
    fn relative(&mut self, subject: &Subject<'_>, text: &str, reason: &Reason) {
        let Some(package) = subject.package() else { return };
        let name = format!("{package}.{text}");
        if self.world.exists(&name) {
            return self.module(&name, reason);
        }
        if let Some((module, last)) = name.rsplit_once('.')
            && begins_as_class(last)
            && self.world.exists(module)
        {
            self.module(module, reason);
        }
    }

    /// Collects a package of the program itself that a text names, with all its modules: a Django
    /// application, a folder of plugins. Returns whether it names one.
    fn own_package(&mut self, name: &str, reason: &Reason) -> bool {
        if !self.world.is_package(name) || !self.world.is_own_module(name) {
            return false;
        }
        self.module(name, reason);
        for name in self.world.submodules(name).iter().filter(|n| !is_for_tests(n)) {
            self.module(name, reason);
        }
        true
    }
}
