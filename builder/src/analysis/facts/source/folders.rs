//! Folders of packages, as paths that are computed from `__file__` and `__path__`, and what lists them.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Finder;
use super::text::Known;
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;

/// Maximum nesting of variables and calls that is followed.
const DEPTH: u32 = 12;

/// A path beside or below a module's own.
#[derive(Clone, Debug)]
struct Place {
    /// Its folder, as a package.
    package: Known,
    /// Whether it is the file of the module itself.
    file: bool,
    /// A last part with `*`, and whether there is one that stands for folders at any depth.
    pattern: Option<String>,
    deep: bool,
}

impl Place {
    fn new(package: Known, file: bool) -> Place {
        Place { package, file, pattern: None, deep: false }
    }

    /// The folder that it lies in.
    fn parent(mut self) -> Option<Place> {
        if self.pattern.take().is_some() {
            return Some(self);
        }
        if std::mem::take(&mut self.file) {
            return Some(self);
        }
        let known = &mut self.package;
        if let Some((above, _)) = known.text.rsplit_once('.') {
            known.text.truncate(above.len());
        } else if let Origin::Package(level) = known.origin {
            if known.text.is_empty() {
                known.origin = Origin::Package(level + 1);
            }
            known.text.clear();
        } else {
            return None;
        }
        Some(self)
    }

    /// What lies below it at a path with `/`.
    fn child(mut self, path: &str) -> Option<Place> {
        self.go(path).map(|()| self)
    }

    /// As [`Place::child`]; where that is no folder of a package, it stays at the last that may be one.
    fn go(&mut self, path: &str) -> Option<()> {
        if self.file {
            return None;
        }
        for part in path.split('/') {
            if self.pattern.as_deref() == Some("**") {
                self.deep = true;
                self.pattern = None;
            }
            match part {
                "" | "." => {}
                ".." => *self = self.clone().parent()?,
                _ if self.pattern.is_some() => return None,
                _ if part.contains('*') => self.pattern = Some(part.to_owned()),
                // A file: nothing lies below it.
                _ if part.contains('.') => return None,
                _ => {
                    let dot = if self.package.text.is_empty() { "" } else { "." };
                    self.package.text = format!("{}{dot}{part}", self.package.text);
                }
            }
        }
        Some(())
    }

    /// Whether what it takes of the folder can be modules.
    fn takes_modules(&self) -> bool {
        self.pattern.as_deref().is_none_or(|p| p.ends_with('*') || p.ends_with(".py"))
    }
}

impl<'a> Finder<'a> {
    /// The package that a search path is of: `__path__`, `package.__path__`, `[os.path.dirname(__file__)]`.
    pub(super) fn package_of(&self, path: &Expr) -> Option<Known> {
        let place = self.place(path, DEPTH)?;
        (!place.file && place.pattern.is_none()).then_some(place.package)
    }

    fn place(&self, path: &Expr, depth: u32) -> Option<Place> {
        let depth = depth.checked_sub(1)?;
        match path {
            Expr::Name(name) => match name.id.as_str() {
                "__path__" => Some(Place::new(Known::new(Origin::Own(0), "", true), false)),
                "__file__" => Some(Place::new(Known::new(Origin::Package(1), "", true), true)),
                other => self.place(self.variables.last(other)?, depth),
            },
            Expr::Attribute(a) => match (a.attr.as_str(), &*a.value) {
                ("__path__", Expr::Name(name)) => {
                    Some(Place::new(self.variables.module(name.id.as_str())?.clone(), false))
                }
                ("__file__", Expr::Name(name)) => {
                    Some(Place::new(self.variables.module(name.id.as_str())?.clone(), true))
                }
                ("parent", inner) => self.place(inner, depth)?.parent(),
                // What the class sets it to.
                (attribute, Expr::Name(base)) if matches!(base.id.as_str(), "self" | "cls") => {
                    self.place(self.variables.last(attribute)?, depth)
                }
                _ => None,
            },
            Expr::Subscript(s) => match &*s.value {
                Expr::Attribute(a) if a.attr.as_str() == "parents" => {
                    let Expr::NumberLiteral(n) = &*s.slice else { return None };
                    let ast::Number::Int(n) = &n.value else { return None };
                    let mut place = self.place(&a.value, depth)?;
                    for _ in 0..=n.as_u8()? {
                        place = place.parent()?;
                    }
                    Some(place)
                }
                // `__path__[0]`
                inner => self.place(inner, depth).filter(|p| !p.file),
            },
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.place(elts.first()?, depth)
            }
            Expr::BinOp(op) if matches!(op.op, ast::Operator::Div | ast::Operator::Add) => {
                self.below(self.place(&op.left, depth)?, std::slice::from_ref(&op.right))
            }
            Expr::Call(call) => self.place_of_call(call, depth),
            _ => None,
        }
    }

    fn place_of_call(&self, call: &ast::ExprCall, depth: u32) -> Option<Place> {
        let arguments = &call.arguments.args;
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(a) => a.attr.as_str(),
            _ => return None,
        };
        match (name, arguments.first()) {
            ("dirname", Some(path)) => self.place(path, depth)?.parent(),
            // `Path(__file__).resolve()`, `folder.joinpath("a")`
            ("joinpath", _) | (_, None) => {
                let Expr::Attribute(a) = &*call.func else { return None };
                self.below(self.place(&a.value, depth)?, arguments)
            }
            ("with_name", _) => {
                let Expr::Attribute(a) = &*call.func else { return None };
                self.below(self.place(&a.value, depth)?.parent()?, arguments)
            }
            // `os.path.abspath(__file__)`, `os.path.join(folder, "a")`, `str(folder)`, `Path(folder, "a")`
            (_, Some(path)) => self.below(self.place(path, depth)?, &arguments[1..]),
        }
    }

    /// What lies below a folder at the path that texts give one after the other.
    fn below(&self, mut place: Place, parts: &[impl std::borrow::Borrow<Expr>]) -> Option<Place> {
        for part in parts {
            let known = self.variables.texts(part.borrow());
            let [Known { origin: Origin::Absolute, text, whole: true }] = known.as_slice() else {
                return None;
            };
            place = place.child(text)?;
        }
        Some(place)
    }

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
        let Some(place) = self.reach(expr, DEPTH).filter(|p| !p.file && !p.package.text.is_empty()) else {
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

    /// As [`Finder::place`], as far as the path is known.
    fn reach(&self, expr: &Expr, depth: u32) -> Option<Place> {
        if let Some(place) = self.place(expr, depth) {
            return Some(place);
        }
        let depth = depth.checked_sub(1)?;
        let (base, parts) = match expr {
            Expr::BinOp(op) => (&*op.left, std::slice::from_ref(&*op.right)),
            Expr::Call(call) => match (&*call.func, call.arguments.args.split_first()) {
                (Expr::Attribute(a), _) if a.attr.as_str() == "joinpath" => {
                    (&*a.value, &*call.arguments.args)
                }
                (_, Some((base, parts))) => (base, parts),
                _ => return None,
            },
            _ => return None,
        };
        let mut place = self.reach(base, depth)?;
        for part in parts {
            let known = self.variables.texts(part);
            let [Known { origin: Origin::Absolute, text, whole }] = known.as_slice() else { break };
            // Of a part that is not known to its end, the folders that are.
            let text =
                if *whole { text.as_str() } else { text.rsplit_once('/').map_or("", |(folders, _)| folders) };
            if place.go(text).is_none() || !whole {
                break;
            }
        }
        Some(place)
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
        let place = self.place(path, DEPTH).and_then(|place| match pattern {
            Some(pattern) => self.below(place, &[pattern]),
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
        self.variables.module(name).is_some_and(|m| LISTING.contains(&m.text.as_str()))
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
            let Some(place) = self.place(argument, DEPTH).filter(|p| !p.file && p.pattern.is_none()) else {
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
            line: self.line(call.range().start()),
            guard: self.guard.max(Guard::Optional),
            condition: self.condition,
            origin: place.package.origin,
            module: place.package.text,
            form: if deep || place.deep { Form::Folders } else { Form::Folder },
            names: Vec::new(),
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
