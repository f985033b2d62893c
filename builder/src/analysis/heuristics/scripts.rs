//! Imports of scripts that stay files.

use crate::analysis::claims::Claims;
use crate::analysis::facts::{Facts, Origin};
use crate::analysis::graph::Reason;
use crate::analysis::world::World;
use crate::names::top;

/// Collects the imports of a script that is run or read as a file.
pub(super) fn imports(facts: &Facts, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    for import in facts.imports.iter().filter(|import| import.origin == Origin::Absolute) {
        if !world.exists(top(&import.module)) {
            continue;
        }
        for name in import.names.iter().map(|name| format!("{}.{name}", import.module)) {
            if world.exists(&name) {
                claims.module(name, reason);
            }
        }
        claims.module(&import.module, reason);
    }
}
