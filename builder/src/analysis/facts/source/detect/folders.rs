//! Detects folders of packages that are listed or passed on, and paths into packages.

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use super::{Call, Detector, mentions_paths};
use crate::analysis::facts::source::found::{Found, When};
use crate::analysis::facts::source::place::DEPTH;
use crate::analysis::facts::source::scope::Place;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::text::Known;
use crate::analysis::facts::{Form, Import};
use crate::analysis::graph::{Depth, Guard};

#[derive(Default)]
pub(super) struct Folders {
    /// Whether the source uses paths of modules at all, which most sources do not.
    has_paths: bool,
}

impl Folders {
    /// Creates a detector for a source.
    pub(super) fn of(text: &str) -> Folders {
        Folders { has_paths: mentions_paths(text) }
    }
}

impl<'a> Detector<'a> for Folders {
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        if !self.has_paths {
            return;
        }
        if matches!(call.name, "Path" | "join" | "joinpath") {
            path(call.expr, scope, found);
        }
        match Listing::of(call, scope) {
            Some(listing) => listing.find(call, scope, found),
            None => given_folders(call, scope, found),
        }
    }

    fn quotient(&mut self, expr: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
        if self.has_paths {
            path(expr, scope, found);
        }
    }
}

/// Handles a path below the module's own folder: if it is a package, its data is collected.
fn path<'a>(expr: &Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
    let Some(place) = scope.reach(expr, DEPTH).filter(|p| !p.file && !p.package.text.is_empty()) else {
        return;
    };
    let Known { origin, text: module, .. } = place.package;
    let known = |i: &Import| i.form == Form::Path && i.origin == origin && i.module == module;
    if !found.facts.imports.iter().any(known) {
        let here = scope.at(expr.range().start());
        found.import(Import { guard: Guard::Optional, origin, module, form: Form::Path, ..here });
    }
}

/// The folder and the depth of a listing.
struct Listing<'a> {
    folder: Option<&'a Expr>,
    pattern: Option<&'a Expr>,
    depth: Depth,
}

impl<'a> Listing<'a> {
    /// Returns the listing that a call performs, if any.
    fn of(call: &Call<'a>, scope: &Scope<'a>) -> Option<Listing<'a>> {
        let is_on = |module: &str| matches!(call.on, Some(Expr::Name(n)) if n.id.as_str() == module);
        let first = call.first();
        let (folder, pattern) = match (call.name, call.on) {
            (name, None) if lists_folders(name, scope) => (first, None),
            (_, None) => return None,
            ("listdir" | "scandir" | "walk", _) if is_on("os") => (first, None),
            ("glob" | "iglob", _) if is_on("glob") => (first, None),
            ("iterdir", folder) => (folder, None),
            ("glob" | "rglob", folder) => (folder, first),
            _ => return None,
        };
        let depth = if matches!(call.name, "walk" | "rglob") { Depth::Tree } else { Depth::Folder };
        Some(Listing { folder, pattern, depth })
    }

    fn find(self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        let Some(folder) = self.folder else { return };
        let place = scope.place(folder, DEPTH).and_then(|place| match self.pattern {
            Some(pattern) => scope.below(place, &[pattern]),
            None => Some(place),
        });
        match place {
            Some(place) if place.takes_modules() && !place.file => {
                found.import_when(When::LooksForCode, import(call, scope, place, self.depth));
            }
            Some(_) => {}
            None => found.marks.lists = true,
        }
    }
}

/// Returns whether a name was imported from `os` or `glob` and lists folders.
fn lists_folders(name: &str, scope: &Scope<'_>) -> bool {
    const LISTING: [&str; 5] = ["os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"];
    scope.variables.module(name).is_some_and(|m| LISTING.contains(&m.text.as_str()))
}

/// Handles package folders among the arguments of a call, which the function may list.
fn given_folders<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    const PATHS: [&str; 17] = [
        "Path",
        "PurePath",
        "abspath",
        "append",
        "basename",
        "dirname",
        "exists",
        "extend_path",
        "insert",
        "isdir",
        "isfile",
        "iter_modules",
        "join",
        "normpath",
        "realpath",
        "str",
        "walk_packages",
    ];
    if call.name.is_empty() || PATHS.contains(&call.name) {
        return;
    }
    let keywords = call.arguments.keywords.iter().map(|k| &k.value);
    for argument in call.arguments.args.iter().chain(keywords) {
        let is_own_path = matches!(argument, Expr::Subscript(s)
            if matches!(&*s.value, Expr::Name(n) if n.id.as_str() == "__path__"));
        let Some(place) = scope.place(argument, DEPTH).filter(|p| !p.file && p.pattern.is_none()) else {
            continue;
        };
        // If a package passes on its own path as a text, other code finds files there.
        let when = if is_own_path { When::LooksForCode } else { When::ListsGiven };
        found.import_when(when, import(call, scope, place, Depth::Folder));
        found.marks.computes |= is_own_path;
    }
}

fn import(call: &Call<'_>, scope: &Scope<'_>, place: Place, depth: Depth) -> Import {
    let form = if depth == Depth::Tree || place.deep { Form::Folders } else { Form::Folder };
    let Known { origin, text: module, .. } = place.package;
    Import { guard: Guard::Optional, origin, module, form, ..scope.at(call.at()) }
}
