//! Folders that code names by a path and that nobody imports from: templates of projects, examples, plug-in skeletons.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Heuristic, scripts};
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::facts::Form;
use crate::analysis::graph::{By, Kind, Reason};
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, parent};

#[derive(Default)]
pub(super) struct DataTrees {
    /// Folder, as a dotted name → where it lies and what names it.
    named: BTreeMap<String, (PathBuf, Reason)>,
    /// How many of them have been asked for.
    asked: usize,
}

impl Heuristic for DataTrees {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, _: &mut Claims) {
        for live in subject.live.iter().filter(|l| l.import.form == Form::Path) {
            let Some(name) = outermost(&live.name, world).filter(|name| !is_for_tests(name)) else {
                continue;
            };
            // A folder of modules that it puts on `sys.path`.
            if subject.facts().search.iter().any(|word| name.rsplit('.').next() == Some(word)) {
                continue;
            }
            if let Some(Kind::Namespace(portions)) = world.find(&name).map(|found| found.kind)
                && let [folder] = portions.as_slice()
            {
                let reason = Reason::new(subject.name(), By::Call).at(live.import.line).under(live.guard);
                self.named.entry(name).or_insert_with(|| (folder.clone(), reason));
            }
        }
    }

    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if self.asked == self.named.len() {
            return;
        }
        self.asked = self.named.len();
        for (name, (folder, reason)) in &self.named {
            // A module of it is collected: it holds code.
            if collected.get(name).is_none() {
                let what = What::Tree { name: name.clone(), folder: folder.clone() };
                claims.push(what, reason);
                // Scripts in the program's own folders are run, as migrations and plug-ins are.
                if collected.get(&reason.from).is_some_and(|node| node.role == Role::Program) {
                    let files = world.own_tree().files(folder).into_iter();
                    for script in files.filter(|file| file.extension().is_some_and(|suffix| suffix == "py")) {
                        scripts::imports(&world.reader.script(&script), reason, world, claims);
                    }
                }
            }
        }
    }
}

/// The outermost folder on the way to a path that is no package with a file of its own.
fn outermost(path: &str, world: &World<'_>) -> Option<String> {
    let mut outermost = path;
    if world.exists(outermost) {
        return None;
    }
    while let Some(above) = parent(outermost) {
        if world.exists(above) {
            break;
        }
        outermost = above;
    }
    Some(outermost.to_owned())
}
