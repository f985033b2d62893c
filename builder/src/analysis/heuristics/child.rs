//! Modules and scripts that are run as main, in a child process or in the same one.

use super::searched::{as_module, paths};
use super::{Heuristic, scripts};
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::Subject;
use crate::analysis::facts::Form;
use crate::analysis::facts::ways::{Main, Place, Started};
use crate::analysis::graph::{By, Guard, Kind, Reason};
use crate::analysis::world::resolve::Folder;
use crate::analysis::world::{Role, World};
use crate::names::{is_entry, top};

pub(super) struct Child;

impl Heuristic for Child {
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
                Main::Own => {}
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

/// `python -m name`: the module, or `__main__` of the package.
fn module(subject: &Subject<'_>, name: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let owner = world.owner_of_module(&subject.node.module);
    let is_same = subject.node.role != Role::Stdlib && top(name) == top(subject.name());
    let is_own = subject.node.role == Role::Program || is_same;
    if !is_own && !world.is_related(owner, name) {
        return;
    }
    for name in [name.to_owned(), format!("{name}.__main__")] {
        if world.exists(&name) {
            claims.push(What::Main(name), reason);
        }
    }
}

/// `python path`: the module at that path, or the file where that is no module; it finds those beside it by bare names.
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
