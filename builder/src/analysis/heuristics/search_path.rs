//! Folders of vendored packages beside a module that puts them on the search path.

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::graph::Kind;
use crate::analysis::world::World;
use crate::names::{is_test, is_tool};

pub(super) struct SearchPath;

impl Heuristic for SearchPath {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let Some(package) = subject.package() else { return };
        for word in subject.facts().search.iter().filter(|w| !is_test(w)) {
            let folder = format!("{package}.{word}");
            // A folder with `__init__.py` is a package, which is imported as such.
            let Some(Kind::Namespace(_)) = world.find(&folder).map(|found| found.kind) else { continue };
            let reason = by_text(subject.name(), word, 0);
            for name in world.submodules(&folder).into_iter().filter(|n| !is_tool(n)) {
                claims.module(name, &reason);
            }
        }
    }
}
