//! What lists folders of packages, or names paths in them.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Finder;
use super::place::{DEPTH, Place};
use super::text::Known;
use crate::analysis::facts::{Form, Import};
use crate::analysis::graph::Guard;

impl<'a> Finder<'a> {
    /// A call that puts a path together.
    pub(super) fn path_call(&mut self, call: &'a ast::ExprCall, expr: &Expr) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(a) => a.attr.as_str(),
            _ => return,
        };
        if matches!(name, "Path" | "join" | "joinpath") {
            self.path(expr);
        }
    }

    /// A path below the module's own folder: if a package lies there, its data are meant.
    pub(super) fn path(&mut self, expr: &Expr) {
        if !self.has_paths {
            return;
        }
        let Some(place) = self.scope.reach(expr, DEPTH).filter(|p| !p.file && !p.package.text.is_empty())
        else {
            return;
        };
        let Known { origin, text, .. } = place.package;
        let known = |i: &Import| i.form == Form::Path && i.origin == origin && i.module == text;
        if !self.record.imports.iter().any(known) {
            self.under(Guard::Optional, None, |f| {
                f.push(expr.range().start(), origin, text, Form::Path, Vec::new())
            });
        }
    }

    /// A call that lists a folder of modules, or is given one.
    pub(super) fn folder_call(&mut self, call: &'a ast::ExprCall) {
        if !self.has_paths {
            return;
        }
        let arguments = &call.arguments.args;
        let is_module = |expr: &Expr, name: &str| matches!(expr, Expr::Name(n) if n.id.as_str() == name);
        let (path, pattern, deep) = match &*call.func {
            Expr::Name(n) if self.lists_folders(n.id.as_str()) => {
                (arguments.first(), None, n.id.as_str() == "walk")
            }
            Expr::Attribute(a) => match a.attr.as_str() {
                name @ ("listdir" | "scandir" | "walk") if is_module(&a.value, "os") => {
                    (arguments.first(), None, name == "walk")
                }
                "glob" | "iglob" if is_module(&a.value, "glob") => (arguments.first(), None, false),
                "iterdir" => (Some(&*a.value), None, false),
                name @ ("glob" | "rglob") => (Some(&*a.value), arguments.first(), name == "rglob"),
                _ => return self.given_folders(call),
            },
            _ => return self.given_folders(call),
        };
        let Some(path) = path else { return };
        let place = self.scope.place(path, DEPTH).and_then(|place| match pattern {
            Some(pattern) => self.scope.below(place, &[pattern]),
            None => Some(place),
        });
        match place {
            Some(place) if place.takes_modules() && !place.file => {
                let folder = self.folder(call, place, deep);
                self.folders.push(folder);
            }
            Some(_) => {}
            None => self.lists = true,
        }
    }

    /// Whether a name was imported from `os` or `glob` and lists folders.
    fn lists_folders(&self, name: &str) -> bool {
        const LISTING: [&str; 5] = ["os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"];
        self.scope.variables.module(name).is_some_and(|m| LISTING.contains(&m.text.as_str()))
    }

    /// Folders of packages among the arguments of a call: the function may list them.
    fn given_folders(&mut self, call: &'a ast::ExprCall) {
        const PATHS: [&str; 14] = [
            "Path", "PurePath", "abspath", "append", "basename", "dirname", "exists", "insert", "isdir",
            "isfile", "join", "normpath", "realpath", "str",
        ];
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(a) => a.attr.as_str(),
            _ => return,
        };
        if PATHS.contains(&name) || matches!(name, "iter_modules" | "walk_packages" | "extend_path") {
            return;
        }
        let keywords = call.arguments.keywords.iter().map(|k| &k.value);
        for argument in call.arguments.args.iter().chain(keywords) {
            let is_own_path = matches!(argument, Expr::Subscript(s)
                if matches!(&*s.value, Expr::Name(n) if n.id.as_str() == "__path__"));
            let Some(place) = self.scope.place(argument, DEPTH).filter(|p| !p.file && p.pattern.is_none())
            else {
                continue;
            };
            let folder = self.folder(call, place, false);
            // A package that hands out its own path as a text has something to find there.
            if is_own_path {
                self.folders.push(folder)
            } else {
                self.given.push(folder)
            }
            self.computes |= is_own_path;
        }
    }

    fn folder(&self, call: &ast::ExprCall, place: Place, deep: bool) -> Import {
        Import {
            guard: Guard::Optional,
            origin: place.package.origin,
            module: place.package.text,
            form: if deep || place.deep { Form::Folders } else { Form::Folder },
            ..self.scope.at(call.range().start())
        }
    }

    /// What was found of folders, if the module looks for code there.
    pub(super) fn listed_folders(&mut self) {
        if !(self.computes || self.loads_specs) {
            return;
        }
        self.record.imports.append(&mut self.folders);
        if self.lists {
            self.record.imports.append(&mut self.given);
        }
    }
}
