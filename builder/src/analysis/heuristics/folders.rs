//! Package folders that are listed, or that paths below `__file__` refer to.

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::Subject;
use crate::analysis::facts::Form;
use crate::analysis::graph::{By, Depth, Reason};
use crate::analysis::world::World;
use crate::names::{is_for_tests, is_own_test, is_test, parent};

pub(super) struct Folders;

impl Heuristic for Folders {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for live in subject.live {
            let reason = Reason::new(subject.name(), By::Call).at(live.import.line).under(live.guard);
            match live.import.form {
                Form::Path => path(&live.name, &reason, world, claims),
                Form::Folder => folder(&live.name, Depth::Folder, &reason, world, claims),
                Form::Folders => folder(&live.name, Depth::Tree, &reason, world, claims),
                _ => {}
            }
        }
    }
}

/// Collects the package at a path inside a package, or the last one on the way, for its data.
fn path(path: &str, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let mut on_the_way = Some(path);
    while let Some(name) = on_the_way.filter(|name| !is_for_tests(name)) {
        if world.exists(name) {
            claims.likely(name, reason);
            // Nothing can be imported from it, so the path is for its files (Alembic's `migrations`).
            if name == path && world.is_empty_package(name) {
                folder(name, Depth::Tree, reason, world, claims);
            }
            return;
        }
        on_the_way = parent(name);
    }
}

/// Collects the modules of a package whose folder is listed: those directly inside, or all below.
fn folder(package: &str, depth: Depth, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    if !world.is_package(package) || world.is_excluded(package) {
        return;
    }
    claims.module(package, reason);
    claims.push(What::Listed { package: package.to_owned(), depth }, reason);
    for child in world.children(package) {
        let name = format!("{package}.{child}");
        let is_aside = if world.is_own_module(&name) { is_own_test(&child) } else { is_test(&child) };
        if is_aside || child == "__main__" {
            continue;
        }
        if depth == Depth::Tree {
            for name in world.submodules(&name).into_iter().filter(|n| !is_for_tests(n)) {
                claims.likely(name, reason);
            }
        }
        if world.exists(&name) {
            claims.likely(name, reason);
        }
    }
}
