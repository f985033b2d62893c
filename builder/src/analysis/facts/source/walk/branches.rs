//! Walks through conditional code: visits each branch under its guard and condition.

use std::collections::HashSet;

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};

use super::Walk;
use crate::analysis::facts::condition::{Condition, Match};
use crate::analysis::facts::source::platform::pattern_texts;
use crate::analysis::facts::source::shapes::{called, catches_import_error};
use crate::analysis::graph::Guard;

impl<'a> Walk<'a> {
    /// Visits the branches of an `if`, each under its condition.
    pub(super) fn if_statement(&mut self, stmt: &'a ast::StmtIf) {
        self.visit_expr(&stmt.test);
        if is_lazy(stmt) {
            self.under(Guard::Function, None, |walk| walk.block(&stmt.body));
        }
        let mut before = Vec::new();
        let clauses = stmt.elif_else_clauses.iter().map(|c| (c.test.as_ref(), c.body.as_slice()));
        for (test, body) in std::iter::once((Some(&*stmt.test), stmt.body.as_slice())).chain(clauses) {
            let condition = test.map_or(Condition::Known(true), |t| self.scope.condition_of(t));
            let mut all = before.clone();
            all.push(condition.clone());
            let decided = all.iter().all(Condition::is_decidable);
            let guard = if decided { Guard::None } else { Guard::Conditional };
            let whole = if all.len() == 1 { condition.clone() } else { Condition::All(all) };
            // `else` of an undecidable test has no condition of its own.
            let whole = if matches!(whole, Condition::Known(true)) { None } else { Some(whole) };
            self.under(guard, whole, |walk| walk.block(body));
            before.push(condition.negated());
        }
    }

    /// `match sys.platform: case "win32": …`
    pub(super) fn match_statement(&mut self, stmt: &'a ast::StmtMatch) {
        self.visit_expr(&stmt.subject);
        let variable = self.scope.text_variable(&stmt.subject);
        let mut before = Vec::new();
        for case in &stmt.cases {
            let mut texts = Vec::new();
            let known = variable.filter(|_| case.guard.is_none() && pattern_texts(&case.pattern, &mut texts));
            let condition = match known {
                Some(variable) => Condition::Text(variable, Match::Equal, texts),
                None if case.pattern.is_irrefutable() && case.guard.is_none() => Condition::Known(true),
                None => Condition::Unknown,
            };
            let mut all = before.clone();
            all.push(condition.clone());
            let guard = if variable.is_some() { Guard::None } else { Guard::Conditional };
            let whole = variable.map(|_| Condition::All(all));
            self.under(guard, whole, |walk| walk.block(&case.body));
            before.push(condition.negated());
        }
    }

    /// Visits the parts of a `try`. Imports in its body may fail if a handler catches the error.
    pub(super) fn try_statement(&mut self, stmt: &'a ast::StmtTry) {
        let optional = stmt.handlers.iter().any(|h| {
            let ExceptHandler::ExceptHandler(h) = h;
            catches_import_error(h.type_.as_deref()) && !matches!(h.body.last(), Some(Stmt::Raise(_)))
        });
        self.under(if optional { Guard::Optional } else { Guard::None }, None, |walk| walk.block(&stmt.body));
        for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            self.under(Guard::Conditional, None, |walk| walk.block(&handler.body));
        }
        // The `else` block runs only if the body raised nothing.
        let guard = if optional { Guard::Conditional } else { Guard::None };
        self.under(guard, None, |walk| walk.block(&stmt.orelse));
        self.block(&stmt.finalbody);
    }

    /// `a if test else b`
    pub(super) fn ternary(&mut self, ternary: &'a ast::ExprIf) {
        self.visit_expr(&ternary.test);
        let condition = self.scope.condition_of(&ternary.test);
        self.under(Guard::Conditional, Some(condition.clone()), |walk| walk.visit_expr(&ternary.body));
        self.under(Guard::Conditional, Some(condition.negated()), |walk| walk.visit_expr(&ternary.orelse));
    }
}

/// Returns whether the other branch creates the type checker's imports lazily:
/// `if TYPE_CHECKING: import cmaes`, `else: cmaes = LazyImport("cmaes")`.
fn is_lazy(stmt: &ast::StmtIf) -> bool {
    /// Calls that create types rather than modules.
    const TYPES: [&str; 6] = ["ForwardRef", "NewType", "ParamSpec", "TypeVar", "namedtuple", "type"];
    let is_for_checkers = match &*stmt.test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    };
    let [clause] = stmt.elif_else_clauses.as_slice() else { return false };
    if !is_for_checkers || clause.test.is_some() {
        return false;
    }
    let mut imported = HashSet::new();
    for inner in &stmt.body {
        match inner {
            Stmt::Import(import) => imported.extend(import.names.iter().map(bound)),
            Stmt::ImportFrom(import) => imported.extend(import.names.iter().map(bound)),
            _ => {}
        }
    }
    let stands_for = |target: &Expr| match target {
        Expr::Name(name) => name.id.as_str() == "__getattr__" || imported.contains(name.id.as_str()),
        _ => false,
    };
    clause.body.iter().any(|inner| match inner {
        Stmt::FunctionDef(function) => function.name.as_str() == "__getattr__",
        Stmt::Assign(assign) => {
            let is_made = matches!(&*assign.value, Expr::Call(call) if !TYPES.contains(&called(&call.func)));
            is_made
                && assign.targets.iter().any(|target| match target {
                    Expr::Tuple(tuple) => tuple.elts.iter().any(stands_for),
                    one => stands_for(one),
                })
        }
        _ => false,
    })
}

/// Returns the name that an import sets.
fn bound(alias: &ast::Alias) -> &str {
    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    crate::names::top(name)
}
