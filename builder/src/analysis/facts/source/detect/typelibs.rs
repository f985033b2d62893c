//! Detects calls that choose the version of a library for GObject introspection.

use ruff_python_ast::Expr;

use super::{Call, Detector};
use crate::analysis::facts::Required;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::text::Known;

#[derive(Default)]
pub(super) struct Typelibs;

impl<'a> Detector<'a> for Typelibs {
    /// `gi.require_version("Gtk", "3.0")`, `repository.require("Gtk", "3.0", 0)`, and
    /// `gi.require_versions({"Gtk": "3.0"})`.
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        // Some import the function under another name.
        let name = ["require_versions", "require_version"].into_iter().find(|end| call.name.ends_with(end));
        match (name.unwrap_or(call.name), &*call.arguments.args) {
            ("require_version" | "require", [name, version, ..]) => {
                add(call, name, version, scope, found);
            }
            ("require_versions", [Expr::Dict(dict)]) => {
                for item in &dict.items {
                    if let Some(name) = &item.key {
                        add(call, name, &item.value, scope, found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Adds all known combinations of a namespace and a version.
fn add<'a>(call: &Call<'a>, name: &'a Expr, version: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
    let whole = |expr| scope.variables.texts(expr).into_iter().filter(|k: &Known| k.whole).map(|k| k.text);
    let is_version =
        |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let versions: Vec<String> = whole(version).filter(is_version).collect();
    if versions.is_empty() {
        return;
    }
    let line = scope.line(call.at());
    for name in whole(name) {
        for version in &versions {
            let required = Required { line, namespace: name.clone(), version: version.clone() };
            found.facts.required.push(required);
        }
    }
}
