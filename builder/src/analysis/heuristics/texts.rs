//! Dotted strings that name modules of the same package, of its distribution or of one that it requires; in the program's
//! own modules, any.

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::graph::Reason;
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, is_named_for_tests, top};

pub(super) struct Texts;

impl Heuristic for Texts {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let own = subject.node.role == Role::Program;
        let certain = subject.is_certain_by_words(world);
        let first = top(subject.name());
        let owner = if own { None } else { world.owner_of_module(&subject.node.module) };
        for (line, text) in &subject.facts().texts {
            if is_named_for_tests(text) {
                continue;
            }
            let reason = by_text(subject.name(), text, *line);
            let inside = text.strip_prefix(first).is_some_and(|rest| rest.starts_with('.'));
            if !inside && text.contains('.') {
                relative(subject, text, &reason, certain, world, claims);
            }
            let wanted = own || inside || text.contains('.') && world.is_related(owner, text);
            if !wanted || subject.is_unwanted(text) {
                continue;
            }
            if own && own_package(text, &reason, certain, world, claims) {
                continue;
            }
            if text.contains('.') {
                claim(named(text, world), &reason, certain, claims);
            } else if is_telling(text, world) && world.exists(text) {
                claim(Some(text), &reason, certain, claims);
            }
        }
    }
}

fn claim(name: Option<&str>, reason: &Reason, certain: bool, claims: &mut Claims) {
    match name {
        Some(name) if certain => claims.module(name, reason),
        Some(name) => claims.likely(name, reason),
        None => {}
    }
}

/// The module that a dotted text names: `package.module`, or the one before the last dot of `package.module.Class`.
fn named<'t>(text: &'t str, world: &World<'_>) -> Option<&'t str> {
    if world.exists(text) {
        return Some(text);
    }
    let (module, last) = text.rsplit_once('.')?;
    let is_class = last.starts_with(|c: char| c.is_ascii_uppercase());
    Some(module).filter(|module| (module.contains('.') || is_class) && world.exists(module))
}

/// A word that nobody writes for another reason than to name what there is: `"app_plugin"`.
fn is_telling(text: &str, world: &World<'_>) -> bool {
    text.trim_matches('_').contains('_') && (world.owner_of(text).is_some() || world.is_own_module(text))
}

/// A dotted string that counts from the package of its module: `"readers.excel.Reader"`.
fn relative(
    subject: &Subject<'_>,
    text: &str,
    reason: &Reason,
    certain: bool,
    world: &World<'_>,
    claims: &mut Claims,
) {
    let Some(package) = subject.package() else { return };
    let name = format!("{package}.{text}");
    if world.exists(&name) {
        return claim(Some(&name), reason, certain, claims);
    }
    if let Some((module, last)) = name.rsplit_once('.')
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && world.exists(module)
    {
        claim(Some(module), reason, certain, claims);
    }
}

/// A string that names a package of the program itself takes the whole package: an application of Django, a folder of
/// plugins.
fn own_package(name: &str, reason: &Reason, certain: bool, world: &World<'_>, claims: &mut Claims) -> bool {
    if !world.is_package(name) || !world.is_own_module(name) {
        return false;
    }
    claim(Some(name), reason, certain, claims);
    for name in world.submodules(name).iter().filter(|n| !is_for_tests(n)) {
        claim(Some(name), reason, certain, claims);
    }
    true
}
