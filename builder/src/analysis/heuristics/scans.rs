//! Programs that list their modules, or import an unknown module name: any of their own modules may be
//! needed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Heuristic;
use super::searched::as_module;
use crate::analysis::claims::Claims;
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::Form;
use crate::analysis::facts::condition::Condition;
use crate::analysis::graph::{By, Guard, Need, Reason};
use crate::analysis::world::World;
use crate::names::{is_for_tests, is_own_test, is_project_script};

/// Maximum number of modules around a program. If there are more, they are not all collected.
const MOST: usize = 500;

#[derive(Default)]
pub(super) struct Scans {
    /// Packages whose modules have been collected.
    taken: BTreeSet<String>,
    /// Whether all modules have been collected.
    is_whole: bool,
}

impl Heuristic for Scans {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if let Some(scanner) = collected.own().find(|n| n.facts.scans) {
            let reason = Reason::new(&scanner.module.name, By::Call).under(Guard::Function);
            self.packages(collected, &reason, world, claims);
        }
        if self.is_whole {
            return;
        }
        let unknown = collected.own().find_map(|node| Some((node, unknown(node, world)?)));
        if let Some((node, line)) = unknown {
            self.is_whole = true;
            let reason = Reason::new(&node.module.name, By::Call).at(line).under(Guard::Function);
            let modules = own_modules(world);
            if modules.len() <= MOST {
                modules.into_iter().for_each(|name| claims.likely(name, &reason));
            }
        }
    }
}

impl Scans {
    /// Collects all modules of the program's packages that have been collected.
    fn packages(&mut self, collected: &Collected, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
        for node in collected.own().filter(|n| n.module.package) {
            let package = &node.module.name;
            if self.taken.insert(package.clone()) {
                for name in world.submodules(package).into_iter().filter(|n| !is_for_tests(n)) {
                    let is_own = world.owner_of_module(&node.module).is_none();
                    let need = if is_own { Need::Certain } else { Need::Likely };
                    claims.named(name, need, reason);
                }
            }
        }
    }
}

/// Returns the line of an import in a module whose name is unknown, or whose known part does not exist.
fn unknown(node: &Node, world: &World<'_>) -> Option<u32> {
    let leads_nowhere = |line: &&u32| {
        let here = node.facts.imports.iter().filter(|i| i.line == **line);
        let mut names = here.filter(|i| i.form == Form::Call).map(|i| i.module.as_str()).peekable();
        names.peek().is_some() && names.all(|name| !world.exists(name))
    };
    node.facts.open_at.first().or_else(|| node.facts.computed_at.iter().find(leads_nowhere)).copied()
}

/// Returns the importable modules around the program: those beside it, except scripts, and all modules in
/// subfolders.
fn own_modules(world: &World<'_>) -> BTreeSet<String> {
    let tree = world.own_tree();
    let mut found = BTreeSet::new();
    for folder in world.own_folders() {
        let files = tree.files(folder);
        let projects = inner_projects(&files, folder, world);
        for file in &files {
            let Some(inner) = file.strip_prefix(folder).ok().and_then(|f| f.to_str()) else { continue };
            let Some(name) = as_module(&inner.replace('\\', "/")) else { continue };
            let is_beside = file.parent() == Some(folder);
            let is_aside = name.split('.').any(is_own_test)
                || is_project_script(&name)
                || file.ancestors().any(|above| projects.contains(above));
            if is_aside || found.len() > MOST || world.is_entry_file(file) || !world.is_own_module(&name) {
                continue;
            }
            let is_script = || world.reader.script(file).conditions.contains(&Condition::Main);
            if !(is_beside && is_script()) {
                found.insert(name);
            }
        }
    }
    found
}

/// Returns the subfolders of a program that are separate projects, as in a home folder. A package belongs
/// to the program.
fn inner_projects<'f>(files: &'f [PathBuf], folder: &Path, world: &World<'_>) -> BTreeSet<&'f Path> {
    let is_mark =
        |file: &Path| file.file_name().is_some_and(|name| name == "pyproject.toml" || name == "setup.py");
    let marks = files.iter().filter(|file| is_mark(file)).filter_map(|file| file.parent());
    let is_inner = |above: &&Path| *above != folder && !world.own_tree().is_file(&above.join("__init__.py"));
    marks.filter(is_inner).collect()
}
