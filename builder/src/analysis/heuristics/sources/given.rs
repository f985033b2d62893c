//! Functions of libraries that read the source of what they are given: decorators that compile it, checkers of types.

use std::collections::BTreeSet;

use super::{absolute, defined_in};
use crate::analysis::collected::Collected;
use crate::analysis::world::{Role, World};

/// Maximum number of modules through which an imported name is followed.
const IMPORTS: usize = 6;
/// Limits on nested calls, and on the number of functions, that are followed.
const CALLS: usize = 6;
const MOST: usize = 80;

/// Whether a function of a library reads the source of what it is given, itself or by another one of its distribution.
pub(super) fn reads_source(name: &str, collected: &Collected, world: &World<'_>) -> bool {
    let mut seen = BTreeSet::new();
    let mut round = vec![name.to_owned()];
    let mut owner = None;
    for _ in 0..CALLS {
        let mut next = Vec::new();
        for name in round {
            let Some(module) = defined_in(&name, collected, IMPORTS) else { continue };
            let function = name.rsplit('.').next().unwrap_or_default().to_owned();
            if seen.len() >= MOST || !seen.insert((module.to_owned(), function.clone())) {
                continue;
            }
            let Some(node) = collected.get(module).filter(|n| n.role == Role::Library) else { continue };
            let own = world.owner_of_module(&node.module);
            if own.is_none() || *owner.get_or_insert(own) != own {
                continue;
            }
            let Some(found) = world.functions(&node.module).remove(&function) else { continue };
            if found.reads {
                return true;
            }
            next.extend(found.calls.into_iter().filter_map(|(origin, called)| match origin {
                crate::analysis::facts::Origin::Own(_) => Some(format!("{module}.{called}")),
                _ => absolute(node, origin, &called),
            }));
        }
        round = next;
    }
    false
}
