//! Programs that distributions install beside Python's scripts, and that code starts or looks for by name.

use std::collections::BTreeSet;
use std::path::Path;

use super::Heuristic;
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::facts::ways::{Lookup, Program};
use crate::analysis::graph::{Reason, Source};
use crate::analysis::world::{Role, World};
use crate::error::Warning;
use crate::rules::load::SITE;

/// Programs of libraries are taken unasked up to this size; those that the program itself names, up to any.
const MOST_BYTES: u64 = 64 << 20;
/// The place of the hook behind those of `.pth` files.
const HOOK: &str = "999999";

#[derive(Default)]
pub(super) struct Programs {
    /// What has been told.
    told: BTreeSet<String>,
}

impl Heuristic for Programs {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let programs = &subject.facts().programs;
        if programs.is_empty() {
            return;
        }
        let is_own = subject.node.role == Role::Program;
        let owner = world.owner_of_module(&subject.node.module);
        for Program { line, name, by } in programs {
            let reason = by_text(subject.name(), if name.is_empty() { "scripts" } else { name }, *line);
            for (distribution, path) in world.installed_programs(name) {
                let is_related = || {
                    owner.is_some_and(|owner| {
                        owner == distribution
                            || *by != Lookup::Scripts && world.may_require(owner, distribution)
                    })
                };
                if !(is_own && *by != Lookup::Scripts || is_related()) {
                    continue;
                }
                self.found(subject, &path, *by, &reason, world, claims);
            }
        }
    }
}

impl Programs {
    fn found(
        &mut self,
        subject: &Subject<'_>,
        path: &Path,
        by: Lookup,
        reason: &Reason,
        world: &World<'_>,
        claims: &mut Claims,
    ) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { return };
        let disk = world.reader.disk;
        let is_own = subject.node.role == Role::Program;
        let size = disk.size(path).unwrap_or_default();
        let place = format!("`{}:{}`", subject.node.module.path, reason.line);
        let (problem, hint) = if world.is_script(path) {
            // A script finds no Python where the product runs.
            if by == Lookup::Scripts {
                return;
            }
            let hint =
                "start the module instead: `[sys.executable, \"-m\", …]` is a child of the program itself";
            (format!("{place} starts `{name}`, which is a script for an installed Python"), hint)
        } else if !is_own && size > MOST_BYTES {
            let hint = "add it to `[[binaries]]`, with `bin` as its place, if the program needs it";
            (format!("{place} may start `{name}`, which is too large to be taken unasked"), hint)
        } else {
            let folder = if name.ends_with(".exe") { "Scripts" } else { "bin" };
            claims.push(What::File { path: path.to_owned(), dest: format!("{folder}/{name}") }, reason);
            if by != Lookup::Scripts {
                let source = Source::Bytes(hook(folder).into_bytes());
                let name = format!("{SITE}{HOOK}");
                claims.push(What::Startup { name, path: "programs.py".into(), source }, reason);
            }
            return;
        };
        if self.told.insert(problem.clone()) {
            let warning = if is_own { Warning::new(problem) } else { Warning::minor(problem) };
            claims.push(What::Unfollowed(warning.hint(hint)), reason);
        }
    }
}

/// Code by which `shutil.which` and the start of a command find programs in a folder of the bundle, behind those of `PATH`.
/// The variable itself stays as it is: children would inherit it.
fn hook(folder: &str) -> String {
    format!(
        "\
def set_up():
    import os, shutil, sys
    folder = os.path.join(sys.prefix, '{folder}')
    paths, which = os.get_exec_path, shutil.which

    def get_exec_path(env=None):
        return paths(env) + [folder]

    def find(cmd, mode=os.F_OK | os.X_OK, path=None):
        found = which(cmd, mode, path)
        return which(cmd, mode, folder) if found is None and path is None else found

    for old, new in (paths, get_exec_path), (which, find):
        new.__name__, new.__qualname__, new.__module__, new.__doc__ = (
            old.__name__, old.__qualname__, old.__module__, old.__doc__)
    os.get_exec_path, shutil.which = get_exec_path, find

set_up()
"
    )
}
