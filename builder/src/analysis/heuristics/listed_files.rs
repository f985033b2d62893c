//! Packages whose files are listed by a module that imports them by computed names.

use super::Heuristic;
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::Collected;
use crate::analysis::graph::{Depth, Kind};
use crate::analysis::world::{Role, World};
use crate::names::top;

pub(super) struct ListedFiles;

impl Heuristic for ListedFiles {
    fn of_all(&mut self, collected: &Collected, _: &World<'_>, claims: &mut Claims) {
        for node in collected.nodes.iter().filter(|n| n.role != Role::Stdlib && n.facts.lists_files) {
            let name = &node.module.name;
            let own = format!("{}.", top(name));
            for (line, text) in node.facts.texts.iter().filter(|(_, text)| text.starts_with(&own)) {
                let package = collected.get(text).map(|n| &n.module).filter(|m| m.package);
                if package.is_some_and(|m| !matches!(m.kind, Kind::Namespace(_))) {
                    // Names may have further levels: `app.kinds.deep.one`.
                    let what = What::Listed { package: text.clone(), depth: Depth::Tree };
                    claims.push(what, &by_text(name, text, *line));
                }
            }
        }
    }
}
