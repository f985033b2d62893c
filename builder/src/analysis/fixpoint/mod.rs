//! Grows the graph from the entry points along every reachable import and claim until nothing is new; no
//! other code changes it.

mod finish;
mod follow;
mod read;
mod search;
mod take;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_typelibs;

use std::collections::{BTreeMap, HashSet};

use super::collected::Collected;
use super::facts::condition::Platform;
use super::graph::{By, Guard, Need, Reason, Used};
use super::heuristics::{self, Entry};
use super::start::entry::Start;
use super::world::World;
use crate::error::{Result, Warning};
use crate::interrupt;
use crate::names::Pattern;

/// The graph during its growth.
pub(super) struct Fixpoint<'a> {
    world: &'a World<'a>,
    platform: Platform,
    collected: Collected,
    heuristics: Vec<Entry>,
    missing: BTreeMap<String, Vec<Reason>>,
    /// Hashes of names with their reasons: a module that all others import has thousands.
    known: HashSet<u64>,
    warnings: Vec<Warning>,
    /// Modules that Python cannot compile.
    rejected: HashSet<String>,
    used: Used,
    queue: Queue,
}

/// Pending work.
#[derive(Default)]
struct Queue {
    /// New modules.
    fresh: Vec<usize>,
    /// Modules to follow again, because they have become certain or a deferred import was collected.
    again: Vec<usize>,
    /// Packages of star imports, with the reason and need of each.
    stars: Vec<(usize, Reason, Need)>,
    /// Top-level name → modules with deferred imports of it, see [`Fixpoint::is_foreign`].
    deferred: BTreeMap<String, Vec<usize>>,
    /// The modules among them.
    deferring: HashSet<usize>,
}

impl<'a> Fixpoint<'a> {
    /// Creates an empty graph.
    pub(super) fn new(world: &'a World<'a>) -> Fixpoint<'a> {
        let python = world.reader.python;
        Fixpoint {
            world,
            platform: Platform { target: python.target, version: python.version },
            collected: Collected::default(),
            heuristics: heuristics::all(),
            missing: BTreeMap::new(),
            known: HashSet::new(),
            warnings: Vec::new(),
            rejected: HashSet::new(),
            used: Used::default(),
            queue: Queue::default(),
        }
    }

    /// Adds an entry point to the graph.
    pub(super) fn start(&mut self, start: Start) {
        let needs = start.needs;
        let optional = needs.len() > 1;
        self.add(start.module, None, Need::Certain);
        for (i, (name, by)) in needs.into_iter().enumerate() {
            let reason = Reason::new("__main__", by);
            self.collected.tools.insert(name.clone());
            // For `python -m module`, `module.__main__` exists only if it is a package.
            if i > 0 && optional {
                self.take_if_there(&name, &reason, Need::Certain);
            } else {
                self.require(&name, &reason, Need::Certain);
            }
        }
    }

    /// Adds the modules that the interpreter always needs.
    pub(super) fn interpreter(&mut self) {
        let reason = Reason::new("", By::Interpreter);
        let implicit = self.world.implicit;
        for name in freeze_launcher::seed::required(self.world.reader.python.minor()) {
            self.take_if_there(name, &reason, Need::Certain);
        }
        for name in &implicit.interpreter.modules {
            self.take_if_there(name, &reason, Need::Certain);
        }
        for package in &implicit.interpreter.submodules {
            self.take_if_there(package, &reason, Need::Certain);
            for name in self.world.submodules(package) {
                self.take_if_there(&name, &reason, Need::Certain);
            }
        }
    }

    /// Adds the modules of `[modules] include`.
    pub(super) fn include(&mut self, patterns: &[String]) {
        for text in patterns {
            let pattern = Pattern::new(text);
            let reason = Reason::new("", By::Request(format!("include `{text}`")));
            let mut wanted = match pattern.exact() {
                Some(name) => vec![name],
                None => {
                    let root = pattern.root();
                    let below = if root.is_empty() { Vec::new() } else { self.world.submodules(&root) };
                    let all = Some(root).filter(|r| !r.is_empty()).into_iter().chain(below);
                    all.filter(|name| pattern.matches(name) && !self.world.is_excluded(name)).collect()
                }
            };
            // Specs include all modules of a package and exclude some again.
            if pattern.exact().is_some_and(|name| self.world.is_excluded(&name)) {
                continue;
            }
            wanted.retain(|name| self.take_if_there(name, &reason, Need::Certain).is_some());
            if wanted.is_empty() {
                let warning = Warning::new(format!("no module matches `{text}`, which is to be included"));
                let near = pattern.exact().and_then(|name| self.world.similar(&name));
                self.warnings.push(warning.hint(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "check its spelling, or install the distribution that provides it".to_owned(),
                }));
            }
        }
    }

    /// Follows imports and claims until nothing new is found.
    ///
    /// # Errors
    /// The build was interrupted, or an entry point has a syntax error.
    pub(super) fn run(&mut self) -> Result<()> {
        loop {
            interrupt::check()?;
            let batch = std::mem::take(&mut self.queue.fresh);
            if !batch.is_empty() {
                self.read(&batch)?;
                for at in batch {
                    self.follow(at);
                }
                continue;
            }
            if self.follow_stars() || self.ask_about_all() {
                continue;
            }
            let again = std::mem::take(&mut self.queue.again);
            if again.is_empty() {
                self.ask_at_end();
                return Ok(());
            }
            for at in again {
                self.follow(at);
            }
        }
    }
}

/// Returns the guard of an import whose condition depends on more than the target.
fn conditional(guard: Guard) -> Guard {
    guard.max(Guard::Conditional)
}
