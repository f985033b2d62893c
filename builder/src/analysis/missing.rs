//! Decides which unresolved imports the user is warned about.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{By, Graph, Guard, Kind, Module, Reason};
use super::world::World;
use crate::error::Warning;
use crate::names;
use crate::python::Python;

/// Warns about missing modules. The warning is minor unless an unguarded import always runs or is in a
/// function of the program's own.
pub(super) fn warn(graph: &mut Graph, world: &World<'_>) {
    let (python, implicit) = (world.reader.python, world.implicit);
    let certain = certain(graph);
    let mut warnings = Vec::new();
    for (name, reasons) in &graph.missing {
        let top = names::top(name);
        let expected = implicit.absent.modules.iter().any(|m| m == top);
        let reasons: Vec<&Reason> = reasons
            .iter()
            .filter(|r| !(is_stdlib(graph, python, &r.from) || expected && r.guard != Guard::None))
            .collect();
        let Some(first) = reasons.first() else { continue };
        let loud = reasons.iter().find(|r| match r.guard {
            Guard::None => certain.contains(r.from.as_str()) && maker(graph, name).is_none(),
            // Libraries import many optional modules in functions. In the program's own functions, a
            // missing module is a mistake.
            Guard::Function => is_own(graph, python, &r.from),
            Guard::Conditional | Guard::Optional => false,
        });
        warnings.push(match loud {
            Some(reason) => {
                let how = if reason.guard == Guard::None {
                    String::new()
                } else {
                    format!(" ({})", how(reason.guard))
                };
                let message =
                    format!("module `{name}` is missing, imported by {}{how}", place(graph, reason));
                let warning = Warning::new(message).hint(hint(name, top, world));
                match graph.modules.get(&reason.from).and_then(Module::file) {
                    Some(file) => warning.at(file, reason.line),
                    None => warning,
                }
            }
            None => Warning::minor(match maker(graph, name) {
                Some(maker) if first.guard == Guard::None => format!(
                    "module `{name}` has no file, imported by {}; `{maker}` may create it",
                    place(graph, first)
                ),
                _ => format!(
                    "module `{name}` is missing, imported by {} ({})",
                    place(graph, first),
                    how(first.guard)
                ),
            }),
        });
    }
    graph.warnings.append(&mut warnings);
}

/// Returns the modules that run in every run of the program, because only unguarded imports lead to them.
fn certain(graph: &Graph) -> BTreeSet<&str> {
    let mut outgoing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut queue = Vec::new();
    for module in graph.modules.values() {
        for reason in &module.reasons {
            let direct =
                matches!(reason.by, By::Import | By::Call | By::Parent | By::Request(_) | By::EntryPoint(_));
            if reason.guard != Guard::None || !direct {
                continue;
            }
            if reason.from.is_empty() {
                queue.push(module.name.as_str());
            } else {
                outgoing.entry(&reason.from).or_default().push(&module.name);
            }
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if reached.insert(name) {
            queue.extend(outgoing.get(name).into_iter().flatten());
        }
    }
    reached
}

/// Returns the parent module that may create a module when it is loaded. It is native code, which has no
/// submodule files, or has its own finders or entries of `sys.modules` (`six`, `requests.packages`).
fn maker<'a>(graph: &Graph, name: &'a str) -> Option<&'a str> {
    let is_extension =
        |parent: &str| graph.modules.get(parent).is_some_and(|m| matches!(m.kind, Kind::Extension(_)));
    let mut parents = name.match_indices('.').map(|(at, _)| &name[..at]);
    parents.find(|parent| is_extension(parent) || graph.creates_submodules.iter().any(|m| m == parent))
}

fn is_stdlib(graph: &Graph, python: &Python, name: &str) -> bool {
    graph.modules.get(name).is_some_and(|module| module.kind.in_stdlib(python))
}

/// Returns whether the module is one of the program's own: outside distributions and the standard library.
fn is_own(graph: &Graph, python: &Python, name: &str) -> bool {
    let module = graph.modules.get(name);
    module.is_some_and(|m| m.distribution.is_none() && matches!(m.kind, Kind::Source(_)))
        && !is_stdlib(graph, python, name)
}

/// Returns the importing file and line.
fn place(graph: &Graph, reason: &Reason) -> String {
    match graph.modules.get(&reason.from) {
        Some(module) if reason.line > 0 => format!("`{}:{}`", module.path, reason.line),
        Some(module) => format!("`{}`", module.name),
        None => "the request".to_owned(),
    }
}

fn hint(name: &str, top: &str, world: &World<'_>) -> String {
    let near = world.similar(name).map(|near| format!("did you mean `{near}`? If not, ")).unwrap_or_default();
    near + &install(name, top)
}

fn install(name: &str, top: &str) -> String {
    if name == top {
        format!("install the distribution that provides `{name}`, or add it to `exclude` in `[modules]`")
    } else {
        format!("install a version of `{top}` that has `{name}`, or add it to `exclude` in `[modules]`")
    }
}

fn how(guard: Guard) -> &'static str {
    guard.position().unwrap_or("by a module that itself is imported on demand")
}
