//! Texts that name modules for a computed import in the same module: modules of its own package, as in
//! tables of lazy imports (PEP 562).

use std::collections::{BTreeMap, BTreeSet};

use super::Heuristic;
use super::computed::fitting;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::facts::source::UNKNOWN;
use crate::analysis::graph::{Need, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_test, parent, top};

#[derive(Default)]
pub(super) struct Tables {
    /// Attribute → modules that provide it, with the reason.
    attributes: BTreeMap<String, Vec<(String, Reason)>>,
    /// Words in the program's own code.
    words: BTreeSet<Vec<u8>>,
    /// Number of modules whose words have been read.
    seen: usize,
}

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
                // `.module.attribute`
                if need == Need::Likely && module.len() < name.len() {
                    let attribute = name[module.len()..].trim_start_matches('.').to_owned();
                    self.attributes.entry(attribute).or_default().push((module.to_owned(), reason));
                }
            }
        }
    }

    /// Attributes that the program's own code uses make their modules certain.
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if self.attributes.is_empty() {
            return;
        }
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        for file in fresh.iter().filter(|n| n.role == Role::Program).filter_map(|n| n.module.file()) {
            let bytes = world.reader.disk.read(file).unwrap_or_default();
            let words = bytes.split(|b| !b.is_ascii_alphanumeric() && *b != b'_');
            self.words.extend(words.filter(|word| word.len() > 2).map(<[u8]>::to_vec));
        }
        let words = &self.words;
        self.attributes.retain(|attribute, modules| {
            let is_used = words.contains(attribute.as_bytes());
            for (module, reason) in modules.iter().filter(|_| is_used) {
                claims.module(module, reason);
            }
            !is_used
        });
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
