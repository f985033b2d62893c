//! Texts that name modules for a computed import in the same module: modules of its own package, as in
//! tables of lazy imports (PEP 562).

use super::Heuristic;
use super::computed::fitting;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::facts::source::UNKNOWN;
use crate::analysis::world::World;
use crate::names::{is_test, parent, top};

pub(super) struct Tables;

impl Heuristic for Tables {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let from = subject.name();
        for (line, text) in &subject.facts().tables {
            let reason = by_text(from, text, *line);
            if text.contains(UNKNOWN) {
                if top(text) == top(from) && !subject.is_unwanted(text) {
                    fitting(text, &reason, world, claims);
                }
                continue;
            }
            let tail = text.trim_start_matches('.');
            if tail.split('.').any(|part| is_test(part) || part.starts_with("__")) {
                continue;
            }
            let Some(base) = base(subject, text.len() - tail.len()) else { continue };
            let name = format!("{base}.{tail}");
            if subject.is_unwanted(&name) {
                continue;
            }
            if let Some(module) = module(&name, tail, world) {
                let need = subject.need_by_words(world);
                claims.named(module, need, &reason);
            }
        }
    }
}

/// Returns the base package of a text with this many leading dots. Without a dot, it is the module's own
/// package.
fn base<'s>(subject: &'s Subject<'_>, dots: usize) -> Option<&'s str> {
    let levels = dots.max(1) - usize::from(subject.node.module.package);
    (0..levels).try_fold(subject.name(), |name, _| parent(name))
}

/// Returns the module that `.module`, `.module.Class`, or an equivalent name in the standard library refers
/// to.
fn module<'n>(name: &'n str, tail: &'n str, world: &World<'_>) -> Option<&'n str> {
    if world.exists(name) {
        return Some(name);
    }
    if !tail.contains('.') {
        return None;
    }
    if let Some(module) = parent(name).filter(|module| world.exists(module)) {
        return Some(module);
    }
    if !world.in_plain_stdlib(top(tail)) {
        return None;
    }
    [Some(tail), parent(tail)].into_iter().flatten().find(|name| world.exists(name))
}
