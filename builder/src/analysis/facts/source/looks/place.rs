//! Evaluates expressions for paths of modules and their folders.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};

use crate::analysis::facts::Origin;
use crate::analysis::facts::source::shapes::{
    called, elements, imported, levels, literal, receiver, variable,
};

/// Maximum nesting of variables and calls that is followed.
const DEPTH: u32 = 12;
/// Maximum number of values per name.
const MOST: usize = 4;
/// Maximum number of variable lookups per expression, because assignments between many variables multiply.
const STEPS: u32 = 200;

/// A module, or an object in it.
pub(super) type Whose = (Origin, String);

/// The file of a module, its folder or a path below it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// The module, or the package of a folder; `None` if unknown.
    pub whose: Option<Whose>,
    /// Whether it is the file.
    pub file: bool,
    /// The path below the folder.
    pub below: Vec<Part>,
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Known(String),
    /// A source with an unknown name: `name + ".py"`.
    Source,
    Any,
}

impl Spot {
    fn file(whose: Option<Whose>) -> Spot {
        Spot { whose, file: true, below: Vec::new() }
    }

    fn folder(whose: Option<Whose>) -> Spot {
        Spot { whose, file: false, below: Vec::new() }
    }

    /// Returns its parent folder.
    fn parent(mut self) -> Spot {
        if std::mem::take(&mut self.file) {
            self.whose = match self.whose {
                // The package of the module's own file is the base of relative names.
                Some((Origin::Own(0), name)) if name.is_empty() => Some((Origin::Package(1), name)),
                // Only the graph shows whether `a.b` is a package, whose file is inside its folder.
                other => other,
            };
        } else if self.below.pop().is_none() {
            self.whose = self.whose.and_then(|(origin, name)| match (name.rsplit_once('.'), origin) {
                (Some((above, _)), _) => Some((origin, above.to_owned())),
                (None, Origin::Package(level)) if name.is_empty() => Some((Origin::Package(level + 1), name)),
                (None, Origin::Package(_)) => Some((origin, String::new())),
                _ => None,
            });
        }
        self
    }

    /// Returns the package at a completely known path.
    pub(super) fn known(&self) -> Option<Whose> {
        let (origin, mut name) = self.whose.clone()?;
        for part in &self.below {
            let Part::Known(text) = part else { break };
            for word in text.split('/').filter(|w| !matches!(*w, "" | ".")) {
                if word.contains('.') {
                    return None;
                }
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(word);
            }
        }
        Some((origin, name))
    }

    /// Returns the module whose source is at a completely known path.
    pub(super) fn module(&self) -> Option<Whose> {
        let mut folder = self.clone();
        let Some(Part::Known(file)) = folder.below.pop() else { return None };
        let (above, name) = file.rsplit_once('/').unwrap_or(("", &file));
        let stem = name.strip_suffix(".py")?.to_owned();
        folder.below.push(Part::Known(above.to_owned()));
        if stem != "__init__" {
            folder.below.push(Part::Known(stem));
        }
        folder.known()
    }
}

/// The values of names anywhere in the module.
#[derive(Default)]
pub(super) struct Names<'a> {
    values: HashMap<&'a str, Vec<Value<'a>>>,
    imports: HashMap<&'a str, Whose>,
    /// Functions and classes of the module.
    own: HashSet<&'a str>,
    /// The remaining number of [`STEPS`].
    left: Cell<u32>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Is(&'a Expr),
    /// A folder somewhere in a tree: `for root, folders, files in os.walk(top)`.
    Below(&'a Expr),
}

impl<'a> Names<'a> {
    fn set(&mut self, target: &'a Expr, value: Value<'a>) {
        let Some(name) = variable(target) else { return };
        let values = self.values.entry(name).or_default();
        if values.len() < MOST {
            values.push(value);
        }
    }

    fn set_loop(&mut self, target: &'a Expr, iter: &'a Expr) {
        match (target, iter) {
            (Expr::Tuple(tuple), Expr::Call(call)) if called(&call.func) == "walk" => {
                if let (Some(first), Some(top)) = (tuple.elts.first(), call.arguments.args.first()) {
                    self.set(first, Value::Below(top));
                }
            }
            _ => self.set(target, Value::Is(iter)),
        }
    }

    /// Returns the module that an object is, or that contains it; `None` if unknown.
    pub(super) fn object(&self, expr: &Expr) -> Option<Whose> {
        self.left.set(STEPS);
        self.object_within(expr, DEPTH)
    }

    /// Returns the values of a variable, while there are steps left.
    fn values_of(&self, name: &str) -> &[Value<'a>] {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if left == 0 { &[] } else { self.values.get(name).map_or(&[], Vec::as_slice) }
    }

    fn object_within(&self, expr: &Expr, depth: u32) -> Option<Whose> {
        let depth = depth.checked_sub(1)?;
        match expr {
            Expr::Name(name) => {
                let name = name.id.as_str();
                if let Some(known) = self.imports.get(name) {
                    return Some(known.clone());
                }
                if self.own.contains(name) {
                    return Some((Origin::Own(0), String::new()));
                }
                let mut values = self.values_of(name).iter();
                values.find_map(|value| match value {
                    Value::Is(value) => self.object_within(value, depth),
                    Value::Below(_) => None,
                })
            }
            Expr::Attribute(a) => {
                let (origin, name) = self.object_within(&a.value, depth)?;
                // Objects of the module itself are defined nowhere else.
                let is_own = origin == Origin::Own(0);
                Some((origin, if is_own { name } else { format!("{name}.{}", a.attr) }))
            }
            Expr::Call(call) if called(&call.func) == "import_module" => {
                self.module_named(call.arguments.args.first()?)
            }
            // An instance is defined where its class is. The result of a function is unknown.
            Expr::Call(call) if called(&call.func).starts_with(|c: char| c.is_uppercase()) => {
                self.object_within(&call.func, depth)
            }
            // `sys.modules[name]`
            Expr::Subscript(s) if matches!(&*s.value, Expr::Attribute(a) if a.attr.as_str() == "modules") => {
                self.module_named(&s.slice)
            }
            _ => None,
        }
    }

    /// Returns whether an expression is a function or class of the module, or an instance of such a class.
    pub(super) fn is_own(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(_) | Expr::Call(_))
            && self.object(expr).is_some_and(|(origin, _)| origin == Origin::Own(0))
    }

    /// Returns the module that a text names.
    pub(super) fn module_named(&self, name: &Expr) -> Option<Whose> {
        match name {
            Expr::StringLiteral(text) => Some((Origin::Absolute, text.value.to_str().to_owned())),
            Expr::Name(name) if name.id.as_str() == "__name__" => Some((Origin::Own(0), String::new())),
            _ => None,
        }
    }

    /// Returns the path that an expression names, if it is one of a module.
    pub(super) fn spot(&self, expr: &Expr) -> Option<Spot> {
        self.left.set(STEPS);
        self.spot_within(expr, DEPTH)
    }

    fn spot_within(&self, expr: &Expr, depth: u32) -> Option<Spot> {
        let depth = depth.checked_sub(1)?;
        match expr {
            Expr::Name(name) => match name.id.as_str() {
                "__file__" => Some(Spot::file(Some((Origin::Own(0), String::new())))),
                "__path__" => Some(Spot::folder(Some((Origin::Package(1), String::new())))),
                name => self.variable(name, depth),
            },
            Expr::Attribute(a) => match a.attr.as_str() {
                "__file__" => Some(Spot::file(self.object_within(&a.value, DEPTH))),
                "__path__" | "submodule_search_locations" => {
                    Some(Spot::folder(self.object_of_spec(&a.value)))
                }
                "co_filename" => {
                    Some(Spot::file(self.object_within(&a.value, DEPTH).filter(|w| w.0 == Origin::Own(0))))
                }
                "origin" if is_spec(&a.value) => Some(Spot::file(self.object_of_spec(&a.value))),
                "parent" => Some(self.spot_within(&a.value, depth)?.parent()),
                name => self.variable(name, depth),
            },
            Expr::Subscript(s) => match &*s.value {
                Expr::Attribute(a) if a.attr.as_str() == "parents" => {
                    let (up, spot) = (levels(&s.slice)?, self.spot_within(&a.value, depth)?);
                    Some((0..up).fold(spot, |spot, _| spot.parent()))
                }
                inner => self.spot_within(inner, depth),
            },
            Expr::List(_) | Expr::Tuple(_) => self.spot_within(elements(expr).first()?, depth),
            Expr::BinOp(op) if matches!(op.op, Operator::Div | Operator::Add) => {
                let mut spot = self.spot_within(&op.left, depth)?;
                spot.below.push(part(&op.right));
                Some(spot)
            }
            Expr::Call(call) => self.spot_of_call(call, depth),
            _ => None,
        }
    }

    fn variable(&self, name: &str, depth: u32) -> Option<Spot> {
        self.values_of(name).iter().find_map(|value| match value {
            Value::Is(value) => self.spot_within(value, depth),
            Value::Below(top) => {
                let mut spot = self.spot_within(top, depth)?;
                spot.below.push(Part::Any);
                Some(spot)
            }
        })
    }

    /// Returns the module of `module.__spec__`, `find_spec("module")`.
    fn object_of_spec(&self, expr: &Expr) -> Option<Whose> {
        match expr {
            Expr::Attribute(a) if a.attr.as_str() == "__spec__" => self.object_within(&a.value, DEPTH),
            Expr::Name(name) if name.id.as_str() == "__spec__" => Some((Origin::Own(0), String::new())),
            Expr::Call(call) if called(&call.func) == "find_spec" => {
                self.module_named(call.arguments.args.first()?)
            }
            Expr::Name(name) => match self.values.get(name.id.as_str()).and_then(|v| v.first()) {
                Some(Value::Is(value @ (Expr::Call(_) | Expr::Attribute(_)))) if is_spec(expr) => {
                    self.object_of_spec(value)
                }
                _ => self.object_within(expr, DEPTH),
            },
            other => self.object_within(other, DEPTH),
        }
    }

    fn spot_of_call(&self, call: &ast::ExprCall, depth: u32) -> Option<Spot> {
        let arguments = &call.arguments.args;
        let inner = receiver(call);
        let (start, rest) = match (called(&call.func), arguments.split_first()) {
            ("getfile" | "getsourcefile" | "getabsfile", Some((object, _))) => {
                return Some(Spot::file(self.object_within(object, DEPTH)));
            }
            ("dirname", Some((path, _))) => return Some(self.spot_within(path, depth)?.parent()),
            ("map", Some((_, mapped))) => (mapped.first()?, &[][..]),
            ("joinpath", _) => (inner?, &**arguments),
            ("with_name", _) => {
                let mut spot = self.spot_within(inner?, depth)?.parent();
                spot.below.extend(arguments.iter().map(part));
                return Some(spot);
            }
            ("resolve" | "absolute" | "as_posix" | "expanduser", None) => (inner?, &[][..]),
            (
                "abspath" | "realpath" | "normpath" | "str" | "fspath" | "Path" | "PurePath" | "join"
                | "list" | "sorted" | "iter" | "next" | "tuple" | "set" | "fsdecode" | "normcase"
                | "ensure_str",
                Some((path, rest)),
            ) => (path, rest),
            _ => return None,
        };
        let mut spot = self.spot_within(start, depth)?;
        spot.below.extend(rest.iter().map(part));
        Some(spot)
    }
}

/// `sys.modules[__name__]`
pub(super) fn is_own_module(expr: &Expr) -> bool {
    matches!(expr, Expr::Subscript(s)
        if matches!(&*s.value, Expr::Attribute(a) if a.attr.as_str() == "modules")
            && matches!(&*s.slice, Expr::Name(name) if name.id.as_str() == "__name__"))
}

/// Returns the path part of an expression.
pub(super) fn part(expr: &Expr) -> Part {
    let end = match expr {
        Expr::StringLiteral(text) => {
            return Part::Known(text.value.to_str().trim_start_matches('/').to_owned());
        }
        Expr::BinOp(op) => literal(&op.right),
        Expr::FString(text) => text.value.elements().last().and_then(|last| Some(&*last.as_literal()?.value)),
        Expr::Call(call) if called(&call.func) == "format" => receiver(call).and_then(literal),
        _ => None,
    };
    if end.is_some_and(|end| end.ends_with(".py")) { Part::Source } else { Part::Any }
}

/// Returns whether the name of an expression says that it is a spec.
fn is_spec(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => name.id.as_str().contains("spec"),
        Expr::Attribute(a) => a.attr.as_str() == "__spec__",
        Expr::Call(call) => called(&call.func) == "find_spec",
        _ => false,
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                for (bound, origin, name) in imported(stmt) {
                    self.imports.insert(bound, (origin, name));
                }
            }
            Stmt::Assign(s) => s.targets.iter().for_each(|target| self.set(target, Value::Is(&s.value))),
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.set(&s.target, Value::Is(value));
                }
            }
            Stmt::For(s) => self.set_loop(&s.target, &s.iter),
            Stmt::With(s) => {
                for item in &s.items {
                    if let Some(target) = &item.optional_vars {
                        self.set(target, Value::Is(&item.context_expr));
                    }
                }
            }
            Stmt::FunctionDef(s) => {
                self.own.insert(s.name.as_str());
            }
            Stmt::ClassDef(s) => {
                self.own.insert(s.name.as_str());
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_comprehension(&mut self, loops: &'a ast::Comprehension) {
        self.set_loop(&loops.target, &loops.iter);
        visitor::walk_comprehension(self, loops);
    }
}
