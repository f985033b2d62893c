//! Evaluates an argument only if all values that it can have are constants.

use std::collections::HashSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Pattern, Stmt};

use crate::analysis::facts::source::shapes::{elements, imported};

/// Maximum nesting of variables that is followed.
const DEPTH: usize = 4;

/// The values of an argument.
pub(super) enum Value {
    /// One of these.
    Constants(Vec<String>),
    /// That of a parameter of the enclosing function, with the constants that it is by default.
    Parameter(String, Vec<String>),
    /// Anything.
    Unknown,
}

/// The names that a module binds.
pub(super) struct Bindings<'a> {
    body: &'a [Stmt],
    /// Names that functions bind outside of themselves.
    shared: HashSet<&'a str>,
}

impl<'a> Bindings<'a> {
    pub(super) fn of(body: &'a [Stmt]) -> Bindings<'a> {
        let mut shared = Shared::default();
        shared.visit_body(body);
        Bindings { body, shared: shared.0 }
    }

    /// Evaluates an expression inside functions.
    pub(super) fn value(&self, expr: &'a Expr, functions: &[&'a ast::StmtFunctionDef]) -> Value {
        if let Expr::Name(name) = expr
            && let Some(function) = functions.last()
            && let Some(parameter) =
                function.parameters.iter().find(|p| p.name().as_str() == name.id.as_str())
        {
            let is_variadic = [&function.parameters.vararg, &function.parameters.kwarg]
                .into_iter()
                .flatten()
                .any(|p| p.name.as_str() == name.id.as_str());
            let is_bound = !Bound::find(name.id.as_str(), &function.body).is_empty();
            if is_variadic || is_bound || self.shared.contains(name.id.as_str()) {
                return Value::Unknown;
            }
            let default = parameter.default().and_then(|value| self.constants(value, &[], 0));
            return Value::Parameter(name.id.to_string(), default.unwrap_or_default());
        }
        self.constants(expr, functions, 0).map_or(Value::Unknown, Value::Constants)
    }

    fn constants(
        &self,
        expr: &'a Expr,
        functions: &[&'a ast::StmtFunctionDef],
        depth: usize,
    ) -> Option<Vec<String>> {
        match expr {
            Expr::StringLiteral(text) => Some(vec![text.value.to_str().to_owned()]),
            Expr::If(ternary) => {
                let mut all = self.constants(&ternary.body, functions, depth)?;
                all.extend(self.constants(&ternary.orelse, functions, depth)?);
                Some(all)
            }
            Expr::Name(name) if depth < DEPTH => self.variable(name.id.as_str(), functions, depth + 1),
            _ => None,
        }
    }

    /// Returns all values of a variable: of the innermost function that binds it, or of the module.
    fn variable(
        &self,
        name: &str,
        functions: &[&'a ast::StmtFunctionDef],
        depth: usize,
    ) -> Option<Vec<String>> {
        if self.shared.contains(name) {
            return None;
        }
        for at in (0..functions.len()).rev() {
            let function = functions[at];
            if function.parameters.iter().any(|p| p.name().as_str() == name) {
                return None;
            }
            let bound = Bound::find(name, &function.body);
            if !bound.is_empty() {
                return self.all(&bound, &functions[..=at], depth);
            }
        }
        self.all(&Bound::find(name, self.body), &[], depth)
    }

    fn all(
        &self,
        bound: &[Bound<'a>],
        functions: &[&'a ast::StmtFunctionDef],
        depth: usize,
    ) -> Option<Vec<String>> {
        let mut all = Vec::new();
        for bound in bound {
            match bound {
                Bound::To(expr) => all.extend(self.constants(expr, functions, depth)?),
                Bound::Each(list) if !elements(list).is_empty() => {
                    for element in elements(list) {
                        all.extend(self.constants(element, functions, depth)?);
                    }
                }
                Bound::Each(_) | Bound::Otherwise => return None,
            }
        }
        (!all.is_empty()).then_some(all)
    }
}

/// Finds names in `global` and `nonlocal` statements.
#[derive(Default)]
struct Shared<'a>(HashSet<&'a str>);

impl<'a> Visitor<'a> for Shared<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(s) => self.0.extend(s.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(s) => self.0.extend(s.names.iter().map(|name| name.as_str())),
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// How a statement binds a name.
enum Bound<'a> {
    /// To the value of this expression.
    To(&'a Expr),
    /// To each element of this expression.
    Each(&'a Expr),
    /// To anything else.
    Otherwise,
}

impl<'a> Bound<'a> {
    /// Returns the bindings of a name in a body, without those in functions and classes inside it.
    fn find(name: &str, body: &'a [Stmt]) -> Vec<Bound<'a>> {
        let mut finder = Finder { name, found: Vec::new() };
        finder.visit_body(body);
        finder.found
    }
}

struct Finder<'n, 'a> {
    name: &'n str,
    found: Vec<Bound<'a>>,
}

impl<'a> Finder<'_, 'a> {
    fn is_name(&self, target: &Expr) -> bool {
        matches!(target, Expr::Name(name) if name.id.as_str() == self.name)
    }

    /// Handles a target: the name itself, or something that contains it.
    fn target(&mut self, target: &'a Expr, bound: Bound<'a>) {
        if self.is_name(target) {
            self.found.push(bound);
        } else {
            self.visit_expr(target);
        }
    }

    /// Handles a name that is bound to something that is not followed.
    fn other(&mut self, bound: Option<&str>) {
        self.found.extend(bound.filter(|bound| *bound == self.name).map(|_| Bound::Otherwise));
    }
}

impl<'a> Visitor<'a> for Finder<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        imported(stmt).iter().for_each(|(bound, ..)| self.other(Some(bound)));
        match stmt {
            Stmt::Assign(s) => {
                s.targets.iter().for_each(|target| self.target(target, Bound::To(&s.value)));
                self.visit_expr(&s.value);
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.target(&s.target, Bound::To(value));
                    self.visit_expr(value);
                }
            }
            Stmt::For(s) => {
                self.target(&s.target, Bound::Each(&s.iter));
                self.visit_expr(&s.iter);
                self.visit_body(&s.body);
                self.visit_body(&s.orelse);
            }
            Stmt::FunctionDef(s) => self.other(Some(&s.name)),
            Stmt::ClassDef(s) => self.other(Some(&s.name)),
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(h) = handler;
        self.other(h.name.as_ref().map(|bound| bound.as_str()));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let bound = match pattern {
            Pattern::MatchAs(p) => p.name.as_ref(),
            Pattern::MatchStar(p) => p.name.as_ref(),
            Pattern::MatchMapping(p) => p.rest.as_ref(),
            _ => None,
        };
        self.other(bound.map(|bound| bound.as_str()));
        visitor::walk_pattern(self, pattern);
    }

    fn visit_comprehension(&mut self, loops: &'a ast::Comprehension) {
        self.target(&loops.target, Bound::Each(&loops.iter));
        self.visit_expr(&loops.iter);
        loops.ifs.iter().for_each(|test| self.visit_expr(test));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => {
                self.target(&named.target, Bound::To(&named.value));
                self.visit_expr(&named.value);
            }
            Expr::Name(name) if !name.ctx.is_load() => self.other(Some(&name.id)),
            Expr::Name(_) => {}
            // The parameters of a function without a name are its own.
            Expr::Lambda(_) => {}
            other => visitor::walk_expr(self, other),
        }
    }
}
