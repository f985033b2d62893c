//! Modules that a child process runs: `[sys.executable, "-m", "package"]`.

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Subject;
use crate::analysis::facts::Form;
use crate::analysis::graph::{By, Reason};
use crate::analysis::world::{Role, World};

pub(super) struct Child;

impl Heuristic for Child {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        for live in subject.live.iter().filter(|l| l.import.form == Form::Run) {
            let owner = world.owner_of_module(&subject.node.module);
            if subject.node.role != Role::Program && !world.is_related(owner, &live.name) {
                continue;
            }
            let reason = Reason::new(subject.name(), By::Call).at(live.import.line).under(live.guard);
            for name in [live.name.clone(), format!("{}.__main__", live.name)] {
                if world.exists(&name) {
                    claims.module(name, &reason);
                }
            }
        }
    }
}
