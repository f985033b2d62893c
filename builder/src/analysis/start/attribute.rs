//! Checks whether the function of an entry point exists in its module, as far as the sources show.

use std::collections::BTreeSet;

use crate::analysis::facts::source::Bindings;
use crate::analysis::graph::{Graph, Kind};
use crate::analysis::world::reader::Reader;
use crate::error::Error;
use crate::names::parent;
use crate::nearest::most_similar;

/// Names that every module has.
const IMPLICIT: [&str; 8] = [
    "__builtins__",
    "__cached__",
    "__doc__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__spec__",
];

/// The state of a name in a module.
enum Known {
    /// It exists, or its existence is unknown.
    Perhaps,
    /// It does not exist. Contains the existing names, functions first.
    Absent { functions: BTreeSet<String>, names: BTreeSet<String> },
}

/// Returns why `module:function` (an attribute path) cannot work, if that is certain. `named` is the place
/// that names it.
pub(in crate::analysis) fn missing(
    module: &str,
    function: &str,
    named: &str,
    search: &Search<'_>,
) -> Option<Error> {
    let mut parts = function.split('.');
    let top = parts.next()?;
    let (owner, wanted, absent) = match search.name(module, top, &mut BTreeSet::new()) {
        Known::Absent { functions, names } => (module.to_owned(), top, (functions, names)),
        Known::Perhaps => {
            let member = parts.next()?;
            let members = search.source(module)?.classes.remove(top)?;
            if members.contains(member) || member.starts_with("__") {
                return None;
            }
            (format!("{module}:{top}"), member, (members, BTreeSet::new()))
        }
    };
    let (functions, names) = absent;
    let kind = if owner == module { "module" } else { "class" };
    let error = Error::new(format!("entry function `{wanted}` not found in {kind} `{owner}`{named}"));
    let prefix = if kind == "module" { format!("{module}:") } else { format!("{owner}.") };
    let near = |names: &BTreeSet<String>| -> Vec<String> {
        let open = names.iter().filter(|n| !n.starts_with('_')).cloned().collect();
        most_similar(wanted, open).into_iter().map(|n| format!("`{prefix}{n}`")).collect()
    };
    let known = Some(near(&functions)).filter(|n| !n.is_empty()).unwrap_or_else(|| near(&names));
    Some(if known.is_empty() {
        error.hint(format!("{kind} `{owner}` has no similar name: is it the right one?"))
    } else {
        error.hint(format!("did you mean {}?", known.join(", ")))
    })
}

/// The search for attributes.
pub(in crate::analysis) struct Search<'g> {
    pub graph: &'g Graph,
    pub reader: Reader<'g>,
}

impl Search<'_> {
    /// Returns the names that a module binds, if its source exists.
    fn source(&self, module: &str) -> Option<Bindings> {
        let Kind::Source(source) = &self.graph.modules.get(module)?.kind else { return None };
        self.reader.bindings(source)
    }

    /// Searches for a name in a module and in the modules of its star imports.
    fn name(&self, module: &str, wanted: &str, seen: &mut BTreeSet<String>) -> Known {
        let nothing = Known::Absent { functions: BTreeSet::new(), names: BTreeSet::new() };
        if !seen.insert(module.to_owned()) {
            return nothing;
        }
        // A submodule is an attribute once it is imported, as `from module import submodule` does.
        if IMPLICIT.contains(&wanted) || self.graph.modules.contains_key(&format!("{module}.{wanted}")) {
            return Known::Perhaps;
        }
        let Some(found) = self.graph.modules.get(module) else { return Known::Perhaps };
        if matches!(found.kind, Kind::Namespace(_)) {
            return nothing;
        }
        let Some(bound) = self.source(module) else { return Known::Perhaps };
        if bound.open || bound.names.contains(wanted) {
            return Known::Perhaps;
        }
        let Bindings { mut names, mut functions, .. } = bound;
        for (level, star) in &bound.stars {
            let package = if found.package { Some(module) } else { parent(module) };
            let Some(star) = absolute(package, *level, star) else { return Known::Perhaps };
            // The import is under a condition that is false on the target.
            if !self.graph.modules.contains_key(&star) && !self.graph.missing.contains_key(&star) {
                continue;
            }
            match self.name(&star, wanted, seen) {
                Known::Perhaps => return Known::Perhaps,
                Known::Absent { functions: more, names: others } => {
                    functions.extend(more);
                    names.extend(others);
                }
            }
        }
        Known::Absent { functions, names }
    }
}

/// Returns the absolute name of a module that a module of the package imports. A level of 1 is the package
/// itself.
fn absolute(package: Option<&str>, level: u32, name: &str) -> Option<String> {
    if level == 0 {
        return Some(name.to_owned());
    }
    let mut package = package?;
    for _ in 1..level {
        package = package.rsplit_once('.')?.0;
    }
    Some(if name.is_empty() { package.to_owned() } else { format!("{package}.{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_names_count_from_the_package() {
        assert_eq!(absolute(Some("a"), 1, "c").as_deref(), Some("a.c"));
        assert_eq!(absolute(Some("a.b"), 1, "c").as_deref(), Some("a.b.c"));
        assert_eq!(absolute(Some("a.b"), 2, "").as_deref(), Some("a"));
        assert_eq!(absolute(None, 1, "c"), None);
    }
}
