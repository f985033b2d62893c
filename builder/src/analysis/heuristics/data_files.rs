//! Modules that the data of collected packages name: pickles, texts with dotted names, and scripts.

use std::collections::BTreeSet;
use std::path::Path;

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::{Import, Origin};
use crate::analysis::graph::Reason;
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, parent, top};

#[derive(Default)]
pub(super) struct DataFiles {
    /// Packages whose data has been checked.
    seen: BTreeSet<String>,
}

impl Heuristic for DataFiles {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        for node in collected.nodes.iter().filter(|n| n.module.package && n.role != Role::Stdlib) {
            let package = &node.module.name;
            let Some(folder) = node.module.folder() else { continue };
            if !self.seen.insert(package.clone()) {
                continue;
            }
            let unwanted = collected.unwanted(package, world);
            for (file, name) in world.named_in_data(folder, top(package)) {
                if is_for_tests(&name) || unwanted.iter().any(|p| p.covers(&name)) {
                    continue;
                }
                let reason = by_text(package, &format!("{name} in {}", title(&file)), 0);
                if world.exists(&name) {
                    claims.likely(name, &reason);
                } else if let Some(module) = parent(&name).filter(|m| m.contains('.') && world.exists(m)) {
                    claims.likely(module, &reason);
                }
            }
            for (file, facts) in world.scripts(folder) {
                for import in facts.imports.iter().filter(|i| i.origin == Origin::Absolute) {
                    let what = format!("{} in {}", import.module, title(&file));
                    script_import(node, import, &by_text(package, &what, import.line), world, claims);
                }
            }
        }
    }
}

fn title(file: &Path) -> String {
    file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Follows an import in a data script: of the package itself, of its requirements or of the standard
/// library.
fn script_import(node: &Node, import: &Import, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let first = top(&import.module);
    if !world.in_plain_stdlib(first) && !world.is_related(world.owner_of_module(&node.module), first) {
        return;
    }
    if world.exists(&import.module) {
        claims.likely(&import.module, reason);
        for name in import.names.iter().map(|name| format!("{}.{name}", import.module)) {
            if world.exists(&name) {
                claims.likely(name, reason);
            }
        }
    }
}
