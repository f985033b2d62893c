//! Detects modules that read entry points: each of their texts may be the name of a group.

use std::collections::HashSet;

use ruff_python_ast::{self as ast, Stmt};

use super::Detector;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;

/// Functions that read entry points: of importlib.metadata, pkg_resources, pluggy, stevedore and
/// entrypoints.
const READERS: [&str; 13] = [
    "DispatchExtensionManager",
    "DriverManager",
    "EnabledExtensionManager",
    "ExtensionManager",
    "HookManager",
    "NamedExtensionManager",
    "entry_points",
    "get_entry_map",
    "get_group_all",
    "get_group_named",
    "get_single",
    "iter_entry_points",
    "load_setuptools_entrypoints",
];

#[derive(Default)]
pub(super) struct EntryPoints {
    /// Whether the module names one of these functions.
    reads: bool,
}

impl<'a> Detector<'a> for EntryPoints {
    fn statement(&mut self, stmt: &'a Stmt, _: &Scope<'a>, _: &mut Found<'a>) {
        if let Stmt::ImportFrom(import) = stmt {
            self.reads |= import.names.iter().any(|alias| READERS.contains(&alias.name.as_str()));
        }
    }

    fn attribute(&mut self, node: &'a ast::ExprAttribute, _: &Scope<'a>, _: &mut Found<'a>) {
        self.reads |= READERS.contains(&node.attr.as_str());
    }

    fn name(&mut self, name: &'a str, _: &Scope<'a>, _: &mut Found<'a>) {
        self.reads |= READERS.contains(&name);
    }

    fn finish(self, scope: &Scope<'a>, found: &mut Found<'a>) {
        if !self.reads {
            return;
        }
        let mut seen = HashSet::new();
        for (at, text) in &found.candidates {
            if seen.insert(*text) {
                found.facts.groups.push((scope.line(*at), (*text).to_owned()));
            }
        }
    }
}
