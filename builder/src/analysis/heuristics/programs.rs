//! Programs that distributions install in addition to Python scripts, and that code starts or searches for
//! by name.

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

/// Maximum size of programs of libraries that are collected without a request. Programs that the program
/// itself names have no limit.
const MOST_BYTES: u64 = 64 << 20;
/// Sorts the hook after those of `.pth` files.
const HOOK: &str = "999999";

#[derive(Default)]
pub(super) struct Programs {
    /// Warnings that have been given.
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
                match found(subject, &path, *by, world) {
                    Some(Found::Program(folder)) => take(&path, folder, *by, &reason, claims),
                    Some(Found::Unfit(problem, hint)) if self.told.insert(problem.clone()) => {
                        let place = format!("`{}:{line}`", subject.node.module.path);
                        let problem = format!("{place} {problem}");
                        let warning = if is_own { Warning::new(problem) } else { Warning::minor(problem) };
                        claims.push(What::Unfollowed(warning.hint(hint)), &reason);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The result of resolving a path.
enum Found {
    /// A program, and its destination folder under the root.
    Program(&'static str),
    /// A file that cannot be collected: the action of the code, and a hint.
    Unfit(String, &'static str),
}

/// Returns whether a program that code starts or searches for can be collected, or `None` for a script that
/// is only searched for.
fn found(subject: &Subject<'_>, path: &Path, by: Lookup, world: &World<'_>) -> Option<Found> {
    let name = path.file_name()?.to_str()?;
    if world.is_script(path) {
        // A script needs an installed Python, which the host may not have.
        let problem = format!("starts `{name}`, which is a script for an installed Python");
        let hint = "start the module instead: `[sys.executable, \"-m\", …]` is a child of the program itself";
        return (by != Lookup::Scripts).then_some(Found::Unfit(problem, hint));
    }
    let size = world.reader.disk.size(path).unwrap_or_default();
    if subject.node.role != Role::Program && size > MOST_BYTES {
        let problem = format!("may start `{name}`, which is too large to be collected by default");
        let hint = "add it to `[[binary]]`, with `to = \"bin\"`, if the program needs it";
        return Some(Found::Unfit(problem, hint));
    }
    Some(Found::Program(if name.ends_with(".exe") { "Scripts" } else { "bin" }))
}

/// Collects a program, and code that lets the application find it.
fn take(path: &Path, folder: &str, by: Lookup, reason: &Reason, claims: &mut Claims) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    claims.push(What::File { path: path.to_owned(), dest: format!("{folder}/{name}") }, reason);
    if by != Lookup::Scripts {
        let source = Source::Bytes(hook(folder).into_bytes());
        let name = format!("{SITE}{HOOK}");
        claims.push(What::Startup { name, path: "programs.py".into(), source }, reason);
    }
}

/// Returns code that lets `shutil.which` and command starts find programs in a folder of the bundle, after
/// those in `PATH`. The variable itself is unchanged, because children would inherit it.
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
