//! Detects scans: modules that are listed by `pkgutil`, and names that are searched for by their
//! beginnings.

use ruff_python_ast::{self as ast, Expr};

use super::{Call, Detector};
use crate::analysis::facts::source::found::{Found, When};
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::literal;
use crate::analysis::facts::source::text::Known;
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::{Depth, Guard};
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Scans;

impl<'a> Detector<'a> for Scans {
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        packages_among_arguments(call, scope, found);
        match (call.name, call.on) {
            ("iter_modules" | "walk_packages", Some(on)) if scope.is_module(on, "pkgutil") => {
                let depth = if call.name == "walk_packages" { Depth::Tree } else { Depth::Folder };
                scan(call, scope, found, depth);
            }
            ("startswith", Some(_)) => start(call, scope, found),
            (_, None) => match scope.called_member(call.name) {
                Some(("pkgutil", "iter_modules")) => scan(call, scope, found, Depth::Folder),
                Some(("pkgutil", "walk_packages")) => scan(call, scope, found, Depth::Tree),
                _ => {}
            },
            _ => {}
        }
    }

    fn text(&mut self, literal: &'a ast::ExprStringLiteral, scope: &Scope<'a>, found: &mut Found<'a>) {
        let text = literal.value.to_str();
        let beginning = |module: &str| Import {
            guard: Guard::Optional,
            module: module.to_owned(),
            form: Form::Prefix,
            ..scope.at(literal.range.start())
        };
        // `^app_.+$`: plugins by the beginning of their names.
        if let Some(start) = text.strip_prefix('^').and_then(|t| t.trim_end_matches('$').strip_suffix(".+"))
            && start.ends_with('_')
            && is_dotted_name(start)
        {
            found.import(beginning(start));
        }
        // The beginning of names that code completes.
        if let Some(package) = text.strip_suffix('.')
            && package.contains('.')
            && is_dotted_name(package)
        {
            found.import(beginning(text));
        }
    }
}

/// `name.startswith("app_")`: plugins by the beginning of their names, if all installed modules are listed.
fn start<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    if let Some(start) = call.first().and_then(literal)
        && start.ends_with('_')
        && is_dotted_name(start)
    {
        let module = start.to_owned();
        let import = Import { guard: Guard::Optional, module, form: Form::Prefix, ..scope.at(call.at()) };
        found.import_when(When::ScansAll, import);
    }
}

/// Handles imported packages that are passed to functions. If the module lists packages, it may list these.
fn packages_among_arguments<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    const LOOKS: [&str; 8] =
        ["dir", "getattr", "hasattr", "isinstance", "print", "reload", "setattr", "vars"];
    if call.on.is_none() && LOOKS.contains(&call.name) {
        return;
    }
    for argument in &call.arguments.args {
        if let Expr::Name(name) = argument
            && let Some(package) = scope.variables.module(name.id.as_str())
        {
            given_package(call, package, scope, found);
        }
    }
}

/// Handles a package that a call imports or passes to a function. It counts if the module lists packages.
pub(super) fn given_package<'a>(call: &Call<'a>, package: &Known, scope: &Scope<'a>, found: &mut Found<'a>) {
    let Known { origin, text, whole } = package;
    if *whole && is_dotted_name(text) {
        let (origin, module) = (*origin, text.clone());
        let here = scope.at(call.at());
        let import = Import { guard: Guard::Optional, origin, module, form: Form::Tree, ..here };
        found.import_when(When::Scans, import);
    }
}

/// `pkgutil.iter_modules(path, prefix)`: the modules of a package, which are usually imported.
fn scan<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>, depth: Depth) {
    let path = call.arguments.find_argument_value("path", 0);
    let prefix = call.arguments.find_argument_value("prefix", 1);
    let mut packages = path.and_then(|p| scope.package_of(p)).into_iter().collect::<Vec<_>>();
    if packages.is_empty() {
        let prefixes = prefix.map(|p| scope.variables.texts(p)).unwrap_or_default();
        packages.extend(prefixes.into_iter().filter_map(|known| {
            let name = known.text.strip_suffix('.')?.to_owned();
            (known.whole && !(name.is_empty() && known.origin == Origin::Absolute))
                .then(|| Known::whole(known.origin, name))
        }));
    }
    found.marks.scans_all |= path.is_none_or(Expr::is_none_literal_expr);
    found.facts.scans |= packages.is_empty();
    found.marks.scans |= packages.is_empty();
    for Known { origin, text, .. } in packages {
        let form = if depth == Depth::Tree { Form::Tree } else { Form::Prefix };
        let dot = form == Form::Prefix && !text.is_empty();
        let module = if dot { format!("{text}.") } else { text };
        found.import(Import { origin, module, form, ..scope.at(call.at()) });
    }
}
