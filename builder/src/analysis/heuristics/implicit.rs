//! Modules that the standard library imports from C code, or by computed names.

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Subject;
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::World;

pub(super) struct Implicit;

impl Heuristic for Implicit {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let name = subject.name();
        let reason = Reason::new(name, By::Native).under(Guard::Function);
        for needed in world.implicit.imports.get(name).into_iter().flatten() {
            claims.module(needed, &reason);
        }
        if name == "sysconfig" {
            sysconfig_data(world, claims);
        }
    }
}

/// `sysconfig` computes the name of the module that describes how Python was built.
fn sysconfig_data(world: &World<'_>, claims: &mut Claims) {
    let reason = Reason::new("sysconfig", By::Call).under(Guard::Function);
    for file in world.list(&world.reader.python.stdlib) {
        if let Some(name) = file.strip_suffix(".py").filter(|n| n.starts_with("_sysconfigdata")) {
            claims.module(name, &reason);
        }
    }
}
