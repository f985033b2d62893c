//! Packages directly inside a package that contain data and no code except `__init__.py`: resources are
//! requested by their names.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Collected;
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::{Role, World};
use crate::names::is_test;

#[derive(Default)]
pub(super) struct DataPackages {
    /// Packages that have been checked.
    seen: BTreeSet<String>,
}

impl Heuristic for DataPackages {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        for node in collected.nodes.iter().filter(|n| n.module.package && n.role != Role::Stdlib) {
            let package = &node.module.name;
            if node.module.folder().is_none() || !self.seen.insert(package.clone()) {
                continue;
            }
            for child in world.children(package).into_iter().filter(|c| !is_test(c)) {
                let name = format!("{package}.{child}");
                if collected.get(&name).is_none() && world.exists(&name) && world.is_data_only(&name) {
                    let reason = Reason::new(package, By::Package).under(Guard::Function);
                    claims.likely(name, &reason);
                }
            }
        }
    }
}
