//! The values of names in functions, from their own statements and from their callers.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::analysis::facts::source::own::Names;
use crate::analysis::facts::source::shapes::{called, variable};

/// Maximum number of calls per function.
const MOST: usize = 64;
/// Maximum number of return values per function, and of additions per list.
const MOST_RETURNS: usize = 4;
const MOST_ADDITIONS: usize = 24;

/// The functions of a module.
#[derive(Default)]
pub(super) struct Functions<'a> {
    definitions: HashMap<&'a str, &'a ast::StmtFunctionDef>,
    calls: HashMap<&'a str, Vec<&'a ast::ExprCall>>,
    /// Additions to lists: `command.append("-m")`, `command += ["a"]`.
    pub additions: HashMap<&'a str, Vec<Addition<'a>>>,
}

/// An addition to the end of a list.
#[derive(Clone, Copy)]
pub(super) struct Addition<'a> {
    /// The added value.
    pub value: &'a Expr,
    /// Whether each element of the value is added.
    pub is_list: bool,
    /// The enclosing function.
    pub function: Option<&'a str>,
}

/// A module or one of its functions, with the values of its names once they are computed.
#[derive(Default)]
pub(super) struct Scope<'a> {
    function: Option<(&'a ast::StmtFunctionDef, Rc<Scope<'a>>)>,
    names: OnceCell<Rc<Names<'a>>>,
}

impl<'a> Scope<'a> {
    /// Creates the scope of a function within another scope.
    pub(super) fn inside(function: &'a ast::StmtFunctionDef, outer: &Rc<Scope<'a>>) -> Scope<'a> {
        Scope { function: Some((function, Rc::clone(outer))), names: OnceCell::new() }
    }

    /// Returns the values of its names; `body` is the module's.
    pub(super) fn names(&self, functions: &Functions<'a>, body: &'a [Stmt]) -> Rc<Names<'a>> {
        let names = self.names.get_or_init(|| match &self.function {
            None => Rc::new(functions.names(body)),
            Some((function, outer)) => Rc::new(functions.inside(function, &outer.names(functions, body))),
        });
        Rc::clone(names)
    }
}

impl<'a> Functions<'a> {
    /// Returns the functions of a module, and their calls.
    pub(super) fn of(body: &'a [Stmt]) -> Functions<'a> {
        let mut collector = Collector { functions: Functions::default(), around: None };
        collector.visit_body(body);
        collector.functions
    }

    /// Returns the possible values of a parameter `*name` of a function: each call, and the number of
    /// arguments before it.
    pub(super) fn starred(&self, name: &str) -> Vec<(&'a ast::ExprCall, usize)> {
        let is_one = |f: &&&ast::StmtFunctionDef| {
            f.parameters.vararg.as_ref().is_some_and(|v| v.name.as_str() == name)
        };
        let mut functions: Vec<_> = self.definitions.values().filter(is_one).collect();
        functions.sort_by_key(|function| function.name.as_str());
        let calls = functions.into_iter().flat_map(|function| {
            let parameters = &function.parameters;
            let first = parameters.posonlyargs.iter().chain(&parameters.args);
            let is_method = first.clone().next().is_some_and(|p| matches!(p.name().as_str(), "self" | "cls"));
            let before = first.count() - usize::from(is_method);
            let calls = self.calls.get(function.name.as_str()).into_iter().flatten();
            calls.map(move |call| (*call, before))
        });
        calls.collect()
    }

    /// Returns the values of names in a module.
    pub(super) fn names(&self, body: &'a [Stmt]) -> Names<'a> {
        let mut names = Names::default();
        names.visit_body(body);
        for (name, function) in &self.definitions {
            let mut returns = Returns(Vec::new());
            returns.visit_body(&function.body);
            returns.0.truncate(MOST_RETURNS);
            names.returned.insert(name, returns.0);
        }
        names
    }

    /// Returns the values of names in a function.
    pub(super) fn inside(&self, function: &'a ast::StmtFunctionDef, outer: &Rc<Names<'a>>) -> Names<'a> {
        let mut names = Names { outer: Some(Rc::clone(outer)), ..Names::default() };
        names.visit_body(&function.body);
        let parameters: Vec<&str> = function.parameters.iter().map(|p| p.name().as_str()).collect();
        let is_method = parameters.first().is_some_and(|first| matches!(*first, "self" | "cls"));
        for call in self.calls.get(function.name.as_str()).into_iter().flatten() {
            for (place, parameter) in parameters.iter().skip(usize::from(is_method)).enumerate() {
                match call.arguments.find_argument_value(parameter, place) {
                    Some(Expr::Name(name)) if name.id.as_str() == *parameter => {}
                    Some(value) => names.values.entry(parameter).or_default().push(value),
                    None => {}
                }
            }
        }
        for parameter in &function.parameters {
            if let Some(default) = parameter.default() {
                names.values.entry(parameter.name().as_str()).or_default().push(default);
            }
        }
        names
    }
}

struct Collector<'a> {
    functions: Functions<'a>,
    around: Option<&'a str>,
}

impl<'a> Collector<'a> {
    fn add(&mut self, target: &'a Expr, addition: Addition<'a>) {
        let Some(name) = variable(target) else { return };
        let additions = self.functions.additions.entry(name).or_default();
        if additions.len() < MOST_ADDITIONS {
            additions.push(addition);
        }
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(s) => {
                self.functions.definitions.entry(s.name.as_str()).or_insert(s);
                let outer = self.around.replace(s.name.as_str());
                visitor::walk_stmt(self, stmt);
                self.around = outer;
                return;
            }
            Stmt::AugAssign(s) if s.op == ast::Operator::Add => {
                let function = self.around;
                self.add(&s.target, Addition { value: &s.value, is_list: true, function });
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            let calls = self.functions.calls.entry(called(&call.func)).or_default();
            if calls.len() < MOST {
                calls.push(call);
            }
            if let (Expr::Attribute(method), [value]) = (&*call.func, &*call.arguments.args)
                && matches!(method.attr.as_str(), "append" | "extend")
            {
                let (is_list, function) = (method.attr.as_str() == "extend", self.around);
                self.add(&method.value, Addition { value, is_list, function });
            }
        }
        visitor::walk_expr(self, expr);
    }
}

/// The return values of a function, without those of nested functions.
struct Returns<'a>(Vec<&'a Expr>);

impl<'a> Visitor<'a> for Returns<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(s) => self.0.extend(s.value.as_deref()),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => visitor::walk_stmt(self, other),
        }
    }
}
