//! Folders of packages: paths that are computed from `__file__` and `__path__`.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::scope::{Place, Scope};
use super::shapes::{elements, levels, variable};
use super::text::Known;
use crate::analysis::facts::Origin;

/// Maximum nesting of variables and calls that is followed.
pub(super) const DEPTH: u32 = 12;

impl Place {
    fn folder(package: Known) -> Place {
        Place { package, file: false, pattern: None, deep: false }
    }

    fn file(module: Known) -> Place {
        Place { file: true, ..Place::folder(module) }
    }

    /// Returns its parent folder.
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

    /// Returns the path below it, with `/`.
    fn child(mut self, path: &str) -> Option<Place> {
        self.go(path).map(|()| self)
    }

    /// Like [`Place::child`], but stays at the last possible package if the path leaves the packages.
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
                // A file has nothing below it.
                _ if part.contains('.') => return None,
                _ => {
                    let dot = if self.package.text.is_empty() { "" } else { "." };
                    self.package.text = format!("{}{dot}{part}", self.package.text);
                }
            }
        }
        Some(())
    }

    /// Returns whether the pattern may match modules.
    pub(super) fn takes_modules(&self) -> bool {
        self.pattern.as_deref().is_none_or(|p| p.ends_with('*') || p.ends_with(".py"))
    }
}

impl<'a> Scope<'a> {
    /// Records the path that a function without arguments returns; called at its end, when its variables
    /// are known.
    pub(super) fn note_folder(&mut self, function: &'a ast::StmtFunctionDef) {
        if let (true, Some(Stmt::Return(last))) = (function.parameters.is_empty(), function.body.last())
            && let Some(place) = last.value.as_ref().and_then(|path| self.place(path, DEPTH))
        {
            self.folders.insert(function.name.as_str(), place);
        }
    }
}

impl Scope<'_> {
    /// Returns the package of a search path: `__path__`, `package.__path__`, `[os.path.dirname(__file__)]`.
    pub(super) fn package_of(&self, path: &Expr) -> Option<Known> {
        let place = self.place(path, DEPTH)?;
        (!place.file && place.pattern.is_none()).then_some(place.package)
    }

    /// Returns the module of a name, or one below it: `a.b` after `import a.b`.
    fn module(&self, expr: &Expr) -> Option<Known> {
        match expr {
            Expr::Name(name) => self.variables.module(name.id.as_str()).cloned(),
            Expr::Attribute(attribute) => {
                let mut known = self.module(&attribute.value)?;
                let dot = if known.text.is_empty() { "" } else { "." };
                known.text = format!("{}{dot}{}", known.text, attribute.attr);
                Some(known)
            }
            _ => None,
        }
    }

    /// Returns the path beside or below the module for an expression, if all of it is known.
    pub(super) fn place(&self, path: &Expr, depth: u32) -> Option<Place> {
        let depth = depth.checked_sub(1)?;
        match path {
            Expr::Name(name) => match name.id.as_str() {
                "__path__" => Some(Place::folder(Known::whole(Origin::Own(0), ""))),
                "__file__" => Some(Place::file(Known::whole(Origin::Package(1), ""))),
                other => self.place(self.variables.last(other)?, depth),
            },
            Expr::Attribute(a) => match (a.attr.as_str(), &*a.value) {
                ("__path__", module @ (Expr::Name(_) | Expr::Attribute(_))) => {
                    Some(Place::folder(self.module(module)?))
                }
                ("__file__", module @ (Expr::Name(_) | Expr::Attribute(_))) => {
                    Some(Place::file(self.module(module)?))
                }
                ("parent", inner) => self.place(inner, depth)?.parent(),
                // The value from the class.
                (attribute, Expr::Name(base)) if matches!(base.id.as_str(), "self" | "cls") => {
                    self.place(self.variables.last(attribute)?, depth)
                }
                _ => None,
            },
            Expr::Subscript(s) => match &*s.value {
                Expr::Attribute(a) if a.attr.as_str() == "parents" => {
                    let (mut ups, place) = (0..levels(&s.slice)?, self.place(&a.value, depth)?);
                    ups.try_fold(place, |place, _| place.parent())
                }
                // `__path__[0]`
                inner => self.place(inner, depth).filter(|p| !p.file),
            },
            Expr::List(_) | Expr::Tuple(_) => self.place(elements(path).first()?, depth),
            Expr::BinOp(op) if matches!(op.op, ast::Operator::Div | ast::Operator::Add) => {
                self.below(self.place(&op.left, depth)?, std::slice::from_ref(&op.right))
            }
            Expr::Call(call) => self.place_of_call(call, depth),
            _ => None,
        }
    }

    fn place_of_call(&self, call: &ast::ExprCall, depth: u32) -> Option<Place> {
        let arguments = &call.arguments.args;
        match (variable(&call.func)?, arguments.first()) {
            ("dirname", Some(path)) => self.place(path, depth)?.parent(),
            (function, None) if call.func.is_name_expr() => self.folders.get(function).cloned(),
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

    /// Returns the path below a folder for consecutive texts.
    pub(super) fn below(&self, mut place: Place, parts: &[impl std::borrow::Borrow<Expr>]) -> Option<Place> {
        for part in parts {
            let known = self.variables.texts(part.borrow());
            let [Known { origin: Origin::Absolute, text, whole: true }] = known.as_slice() else {
                return None;
            };
            place = place.child(text)?;
        }
        Some(place)
    }

    /// Like [`Scope::place`], as far as the path is known.
    pub(super) fn reach(&self, expr: &Expr, depth: u32) -> Option<Place> {
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
            // If a part is incomplete, use its complete folders.
            let text =
                if *whole { text.as_str() } else { text.rsplit_once('/').map_or("", |(folders, _)| folders) };
            if place.go(text).is_none() || !whole {
                break;
            }
        }
        Some(place)
    }
}
