//! Modules and scripts that run as main, in a child process or in the same one.

use std::collections::BTreeSet;

use super::searched::{as_module, paths};
use super::{Heuristic, scripts};
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::{Collected, Node, Subject};
use crate::analysis::facts::Form;
use crate::analysis::facts::ways::{Main, Place, Started};
use crate::analysis::graph::{By, Guard, Kind, Reason};
use crate::analysis::world::resolve::Folder;
use crate::analysis::world::{Role, World};
use crate::names::{is_dotted_name, is_entry, top};

#[derive(Default)]
pub(super) struct Child {
    /// Texts of the program that have been treated as names of modules to run.
    named: BTreeSet<String>,
}

impl Heuristic for Child {
    /// Collects modules that the program runs by a name from elsewhere in its code: `run("tabnanny")` in
    /// one module, `subprocess.run([sys.executable, "-m", name])` in another.
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let runs_unknown = |n: &Node| n.facts.started.iter().any(|started| started.what == Main::Unknown);
        if !collected.own().any(runs_unknown) {
            return;
        }
        for node in collected.own() {
            for text in node.facts.own.iter().flat_map(|own| &own.texts) {
                let name = &text.text;
                let is_known = || {
                    let package = format!("{name}.__main__");
                    world.is_own_module(name) || world.in_plain_stdlib(name) || world.exists(&package)
                };
                if is_dotted_name(name) && self.named.insert(name.clone()) && is_known() {
                    let reason = by_text(&node.module.name, name, text.line);
                    run(name, &reason, world, claims);
                }
            }
        }
    }

    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for live in subject.live.iter().filter(|l| l.import.form == Form::Run) {
            let reason = Reason::new(subject.name(), By::Call).at(live.import.line).under(live.guard);
            module(subject, &live.name, &reason, world, claims);
        }
        if subject.node.role == Role::Stdlib {
            return;
        }
        for Started { line, what } in &subject.facts().started {
            let reason = Reason::new(subject.name(), By::Call).at(*line).under(Guard::Optional);
            match what {
                Main::Own if !is_entry(subject.name()) => {
                    claims.push(What::Main(subject.name().to_owned()), &reason);
                }
                Main::Own | Main::Unknown => {}
                Main::Module(name) => match (name.strip_prefix('.'), subject.package()) {
                    (None, _) => module(subject, name, &reason, world, claims),
                    (Some(""), Some(package)) => module(subject, package, &reason, world, claims),
                    (Some(inner), Some(package)) => {
                        module(subject, &format!("{package}.{inner}"), &reason, world, claims);
                    }
                    (Some(_), None) => {}
                },
                Main::Code(imports) => {
                    for name in imports.iter().filter(|name| world.exists(name)) {
                        claims.module(name, &reason);
                    }
                }
                Main::Script(place) => script(subject, place, &reason, world, claims),
            }
        }
    }
}

/// `python -m name`: collects the module, or `__main__` of the package.
fn module(subject: &Subject<'_>, name: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let owner = world.owner_of_module(&subject.node.module);
    let is_same = subject.node.role != Role::Stdlib && top(name) == top(subject.name());
    let is_own = subject.node.role == Role::Program || is_same;
    if !is_own && !world.is_related(owner, name) {
        return;
    }
    run(name, reason, world, claims);
}

/// Collects a module that runs as main, or `__main__` of the package.
fn run(name: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    for name in [name.to_owned(), format!("{name}.__main__")] {
        if world.exists(&name) {
            claims.push(What::Main(name), reason);
        }
    }
}

/// `python path`: collects the module at that path, or the file if it is not a module. It imports modules
/// beside it by bare names.
fn script(subject: &Subject<'_>, place: &Place, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    for (path, dest) in paths(subject.node, place, world) {
        let is_folder = world.reader.disk.is_dir(&path);
        let inner = if is_folder { path.join("__main__.py") } else { path.clone() };
        let Some(dest) = dest.filter(|_| world.reader.disk.is_file(&inner)) else { continue };
        if world.is_entry_file(&inner) {
            continue;
        }
        let dest = if is_folder { format!("{dest}/__main__.py") } else { dest };
        let is_module = |name: &String| {
            world.find(name).is_some_and(|found| match &found.kind {
                Kind::Source(source) => source.file() == Some(&inner) && found.path == dest,
                _ => false,
            })
        };
        if let (Some(folder), Some((above, _))) = (inner.parent(), dest.rsplit_once('/')) {
            let folder = Folder { path: folder.to_owned(), dest: Some(above.to_owned()) };
            claims.push(What::Searched(folder), reason);
        }
        match as_module(&dest).filter(is_module) {
            Some(name) => claims.push(What::Main(name), reason),
            None => {
                scripts::imports(&world.reader.script(&inner), reason, world, claims);
                claims.push(What::File { path: inner, dest }, reason);
            }
        }
    }
}
