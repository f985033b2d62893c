//! Folders that code names by path and from which nothing is imported: project templates, examples, plug-in
//! skeletons.

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
    /// Folder, as a dotted name → its path and the code that names it.
    named: BTreeMap<String, (PathBuf, Reason)>,
    /// Number of claimed folders.
    asked: usize,
}

impl Heuristic for DataTrees {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, _: &mut Claims) {
        for live in subject.live.iter().filter(|l| l.import.form == Form::Path) {
            let Some(name) = outermost(&live.name, world).filter(|name| !is_for_tests(name)) else {
                continue;
            };
            // The module adds this folder of modules to `sys.path`.
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
            // A collected module in the folder means that it contains code.
            if collected.get(name).is_none() {
                let what = What::Tree { name: name.clone(), folder: folder.clone() };
                claims.push(what, reason);
                // Scripts in the program's own folders run, such as migrations and plug-ins.
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

/// Returns the outermost folder of a path that is not a package with its own file.
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
