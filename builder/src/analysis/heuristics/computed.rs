//! Names that are computed at run time: collects the modules that match the known parts.

use std::collections::{BTreeMap, BTreeSet};

use super::{COMPUTED_NAMES, Heuristic, LAZY_TABLES};
use crate::analysis::claims::Claims;
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::facts::Form;
use crate::analysis::facts::source::UNKNOWN;
use crate::analysis::graph::{By, Guard, Need, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, is_own_test, is_test, is_tool};

/// The part after the first gap if the name continues with an unknown number of parts.
const DEEP: &str = ".*";

#[derive(Default)]
pub(super) struct Computed {
    /// Number of modules that have been checked for choices.
    seen: usize,
    /// Ends of names → modules that match a computed name.
    likely: BTreeMap<String, Vec<String>>,
    /// Strings of the program's own code, in lower case.
    words: BTreeSet<String>,
}

impl Heuristic for Computed {
    /// Modules that the program chooses by a word are certain: `use("GTK3Agg")` means `backend_gtk3agg`.
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        for node in fresh {
            let name = &node.module.name;
            if node.role == Role::Program {
                let texts = node.facts.own.iter().flat_map(|own| &own.texts);
                self.words.extend(texts.map(|text| text.text.to_ascii_lowercase()));
            } else if node.need == Need::Likely && node.role == Role::Library {
                let last = name.rsplit('.').next().unwrap_or(name);
                let ends = last.match_indices('_').map(|(at, _)| &last[at + 1..]).chain([last]);
                for end in ends.filter(|end| end.len() > 1) {
                    self.likely.entry(end.to_ascii_lowercase()).or_default().push(name.clone());
                }
            }
        }
        let words = &self.words;
        self.likely.retain(|end, names| {
            let is_chosen = words.contains(end);
            for name in names.iter().filter(|_| is_chosen).filter_map(|name| collected.get(name)) {
                let is_computed = |r: &&Reason| r.heuristic == COMPUTED_NAMES || r.heuristic == LAZY_TABLES;
                if let Some(reason) = name.module.reasons.iter().find(is_computed) {
                    claims.module(&name.module.name, reason);
                }
            }
            !is_chosen
        });
        claims.remove(|name| world.is_excluded(name));
    }

    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for live in subject.live {
            let reason = Reason::new(subject.name(), By::Call).at(live.import.line).under(live.guard);
            match live.import.form {
                Form::Prefix => {
                    fitting(&live.name, &reason, world, claims);
                    behind(&live.name, subject, &reason, world, claims);
                }
                Form::Tree if world.find(&live.name).is_some() => {
                    claims.module(&live.name, &reason);
                    for name in world.submodules(&live.name).into_iter().filter(|n| !is_for_tests(n)) {
                        claims.likely(name, &reason);
                    }
                }
                _ => {}
            }
        }
        claims.remove(|name| subject.is_unwanted(name));
    }
}

/// Collects the modules below a package that the dotted strings of a module name:
/// `import_module(f"{PACKAGE}.{table[name]}")`.
fn behind(known: &str, subject: &Subject<'_>, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let Some(package) = known.strip_suffix('.').filter(|package| !package.contains(UNKNOWN)) else { return };
    if subject.facts().texts.is_empty() || !world.is_package(package) || world.is_excluded(package) {
        return;
    }
    for (_, text) in subject.facts().texts.iter().filter(|(_, text)| text.contains('.')) {
        let name = format!("{package}.{text}");
        if !is_for_tests(text) && world.exists(&name) {
            claims.likely(name, reason);
        }
    }
}

/// Collects the modules that match a name with a known beginning, and possibly known parts after a gap,
/// except tests.
pub(super) fn fitting(known: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let (start, behind) = known.split_once(UNKNOWN).unwrap_or((known, ""));
    let Some((package, stem)) = start.rsplit_once('.') else {
        // Plugins in distributions of their own, by the beginning of their names.
        if behind.is_empty() && start.len() > 3 && start.ends_with('_') {
            for name in world.beginning_with(start) {
                claims.module(name, reason);
            }
        }
        return;
    };
    let reason = &reason.clone().under(reason.guard.max(Guard::Function));
    if world.is_excluded(package) || world.find(package).is_none() {
        return;
    }
    claims.module(package, reason);
    // `".".join(parts)`: at any depth.
    if behind == DEEP {
        let head = format!("{package}.{stem}");
        for name in world.submodules(package) {
            if name.starts_with(&head) && !is_tool(&name) {
                claims.likely(name, reason);
            }
        }
        return;
    }
    // The rest of the part after the gap, and the parts below it.
    let (end, below) = behind.split_once('.').map_or((behind, None), |(end, below)| (end, Some(below)));
    for child in world.importable_children(package) {
        let name = format!("{package}.{child}");
        let is_aside = match world.is_own_module(&name) {
            true => is_own_test(&child),
            false => is_test(&child) && !world.is_plain_test(&name),
        };
        if !child.starts_with(stem) || is_aside || child == "__main__" {
            continue;
        }
        if end.contains(UNKNOWN) || !child.ends_with(end) {
            claims.likely(name, reason);
            continue;
        }
        match below {
            None => claims.likely(name, reason),
            Some(below) if below.contains(UNKNOWN) => {
                fitting(&format!("{name}.{below}"), reason, world, claims);
            }
            Some(below) => {
                let name = format!("{name}.{below}");
                if world.exists(&name) {
                    claims.likely(name, reason);
                }
            }
        }
    }
}
