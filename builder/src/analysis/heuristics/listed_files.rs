//! Packages whose files are listed by a module that imports them by computed names, or loads them by their paths.

use super::Heuristic;
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::Collected;
use crate::analysis::graph::{Depth, Kind};
use crate::analysis::world::{Role, World};
use crate::names::{is_for_tests, top};

pub(super) struct ListedFiles;

impl Heuristic for ListedFiles {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        for node in collected.nodes.iter().filter(|n| n.role != Role::Stdlib && n.facts.lists_files) {
            let name = &node.module.name;
            let own = format!("{}.", top(name));
            for (line, text) in node.facts.texts.iter().filter(|(_, text)| text.starts_with(&own)) {
                let package = collected.get(text).map(|n| &n.module).filter(|m| m.package);
                if package.is_some_and(|m| !matches!(m.kind, Kind::Namespace(_))) {
                    // Names may have further levels: `app.kinds.deep.one`.
                    let what = What::Listed { package: text.clone(), depth: Depth::Tree };
                    let reason = by_text(name, text, *line);
                    claims.push(what, &reason);
                    // No import names them.
                    if node.facts.loads_files {
                        let all = world.submodules(text).into_iter();
                        all.filter(|name| !is_for_tests(name)).for_each(|name| claims.likely(name, &reason));
                    }
                }
            }
        }
    }
}
