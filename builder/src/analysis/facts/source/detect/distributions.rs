//! Detects calls that read data or metadata of distributions, and packages that are extended by others.

use ruff_python_ast::Expr;

use super::dynamic::import;
use super::{Call, Detector};
use crate::analysis::facts::Origin;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::text::Known;
use crate::analysis::graph::Guard;

/// Modules whose functions read metadata.
const METADATA: [&str; 3] = ["importlib.metadata", "importlib_metadata", "pkg_resources"];

#[derive(Default)]
pub(super) struct Distributions;

impl<'a> Detector<'a> for Distributions {
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        match call.on {
            Some(on) => method(call, on, scope, found),
            None => function(call, scope, found),
        }
    }
}

/// `module.function(…)`
fn method<'a>(call: &Call<'a>, on: &Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
    match call.name {
        "extend_path" => found.facts.extends_path |= scope.is_module(on, "pkgutil"),
        "declare_namespace" => found.facts.extends_path = true,
        "attach_stub" => found.facts.stub = true,
        "get_data" if scope.is_module(on, "pkgutil") => resource_call(call, scope, found),
        "files" | "contents" | "open_binary" | "open_text" | "path" | "read_binary" | "read_text"
        | "resource_filename" | "resource_string" | "resource_stream"
            if is_resources(on, scope) =>
        {
            resource_call(call, scope, found);
        }
        name if reads_metadata(name) && is_metadata(on, scope) => metadata_call(call, scope, found),
        _ => {}
    }
}

/// `function(…)`, for a function imported by name.
fn function<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    found.facts.extends_path |= scope.called_member(call.name) == Some(("pkgutil", "extend_path"));
    let Some(function) = scope.called_function(call.name) else { return };
    found.facts.stub |= function.text.ends_with(".attach_stub");
    let Some((module, name)) = function.text.rsplit_once('.') else { return };
    if METADATA.contains(&module) && reads_metadata(name) {
        metadata_call(call, scope, found);
    } else if module.ends_with("resources") && name != "as_file" {
        resource_call(call, scope, found);
    }
}

/// Returns whether a function with this name reads metadata of the given distribution.
fn reads_metadata(name: &str) -> bool {
    matches!(
        name,
        "distribution" | "files" | "get_distribution" | "metadata" | "require" | "requires" | "version"
    )
}

fn is_metadata(expr: &Expr, scope: &Scope<'_>) -> bool {
    match expr {
        Expr::Name(name) => {
            scope.variables.module(name.id.as_str()).is_some_and(|m| METADATA.contains(&m.text.as_str()))
        }
        Expr::Attribute(a) => a.attr.as_str() == "metadata",
        _ => false,
    }
}

fn is_resources(expr: &Expr, scope: &Scope<'_>) -> bool {
    match expr {
        Expr::Name(name) => {
            scope.variables.module(name.id.as_str()).is_some_and(|m| m.text.ends_with("resources"))
        }
        Expr::Attribute(a) => a.attr.as_str() == "resources",
        _ => false,
    }
}

/// Returns the first argument of a call, by position or by one of its names.
fn argument<'a>(call: &Call<'a>, names: &[&str]) -> Option<&'a Expr> {
    call.first().or_else(|| names.iter().find_map(|name| Some(&call.arguments.find_keyword(name)?.value)))
}

/// `importlib.metadata.version("distribution")` and similar calls.
fn metadata_call<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    const PARAMETERS: [&str; 2] = ["distribution_name", "dist"];
    let Some(name) = argument(call, &PARAMETERS) else { return };
    let known = scope.variables.texts(name);
    let facts = &mut found.facts;
    facts.asks_metadata |= known.is_empty() || known.iter().any(|k| !k.whole);
    for known in known.into_iter().filter(|k| k.whole && k.origin == Origin::Absolute) {
        // `require("name>=1")`
        let end = known.text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let name = known.text[..end.unwrap_or(known.text.len())].to_owned();
        if !name.is_empty() && !facts.metadata.contains(&name) {
            facts.metadata.push(name);
        }
    }
}

/// `importlib.resources.files("package")` and similar calls: collects the package, which may contain only
/// data.
fn resource_call<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    const PARAMETERS: [&str; 3] = ["package", "anchor", "package_or_requirement"];
    let Some(package) = argument(call, &PARAMETERS) else { return };
    // A module that a statement imports is already collected.
    if matches!(package, Expr::Name(name) if scope.variables.module(name.id.as_str()).is_some()) {
        return;
    }
    let known: Vec<Known> = scope.variables.texts(package);
    for known in known.into_iter().filter(|k| k.whole) {
        import(call, known, Guard::Optional, scope, found);
    }
}
