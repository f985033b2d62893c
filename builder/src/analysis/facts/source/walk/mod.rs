//! Walks through a source: maintains the scope and passes each node to the detectors, without any detection
//! of its own.

mod branches;

use crate::analysis::facts::Whose;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::detect::{Assignment, Call, Detector, Detectors, Format, Wrappers};
use super::found::Found;
use super::lines::Lines;
use super::scope::{Assigned, Scope};
use super::shapes::{ends, may_suppress, suppresses};
use crate::analysis::facts::Facts;
use crate::analysis::facts::condition::Condition;
use crate::analysis::graph::Guard;

/// A walk through a source.
pub(super) struct Walk<'a> {
    scope: Scope<'a>,
    detectors: Detectors<'a>,
    found: Found<'a>,
}

impl<'a> Walk<'a> {
    /// Walks through a module with known functions that import their arguments.
    pub(super) fn through(
        text: &str,
        lines: &'a Lines,
        body: &'a [Stmt],
        whose: Whose,
        wrappers: Wrappers<'a>,
    ) -> Walk<'a> {
        let mut walk = Walk {
            scope: Scope::new(lines, whose),
            detectors: Detectors::new(text, wrappers),
            found: Found::default(),
        };
        walk.block(body);
        walk
    }

    /// Returns the functions that import their arguments, if there are more than before the walk.
    pub(super) fn more_wrappers(&mut self) -> Option<Wrappers<'a>> {
        self.detectors.more_wrappers()
    }

    /// Returns the results.
    pub(super) fn finish(mut self) -> Facts {
        self.detectors.finish(&self.scope, &mut self.found);
        self.found.into_facts(self.scope)
    }

    /// Runs `inside` under a stronger guard and, if given, an additional condition.
    fn under(&mut self, guard: Guard, condition: Option<Condition>, inside: impl FnOnce(&mut Self)) {
        let outside = self.scope.enter(guard, condition);
        inside(self);
        self.scope.leave(outside);
    }

    /// Visits statements in order. Code after `if <decidable>: return` (or raise, …) runs under the
    /// opposite condition.
    fn block(&mut self, body: &'a [Stmt]) {
        let outside = self.scope.enter(Guard::None, None);
        for stmt in body {
            self.visit_stmt(stmt);
            let gone = match stmt {
                Stmt::If(s) if s.elif_else_clauses.is_empty() && ends(&s.body) => {
                    self.scope.condition_of(&s.test).negated()
                }
                Stmt::Assert(s) => self.scope.condition_of(&s.test),
                _ => continue,
            };
            if gone.is_decidable() {
                self.scope.require(gone);
            }
        }
        self.scope.leave(outside);
    }

    fn with_statement(&mut self, stmt: &'a ast::StmtWith) {
        for item in &stmt.items {
            self.visit_with_item(item);
        }
        let is_optional = stmt.items.iter().any(suppresses) || may_suppress(stmt);
        let guard = if is_optional { Guard::Optional } else { Guard::None };
        self.under(guard, None, |walk| walk.block(&stmt.body));
    }

    /// Visits the body and the `else` of a loop.
    fn loop_body(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.under(Guard::Conditional, None, |walk| walk.block(body));
        self.block(orelse);
    }

    fn function(&mut self, stmt: &'a ast::StmtFunctionDef) {
        for decorator in &stmt.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&stmt.parameters);
        let tool = self.scope.depth == 0 && matches!(stmt.name.as_str(), "main" | "_main" | "test" | "_test");
        self.scope.depth += 1;
        let outer = self.scope.variables.enter(&stmt.parameters);
        self.scope.functions.push(stmt);
        self.under(Guard::Function, tool.then_some(Condition::Tool), |walk| walk.block(&stmt.body));
        self.scope.functions.pop();
        self.scope.note_folder(stmt);
        self.scope.variables.leave(outer);
        self.scope.depth -= 1;
    }

    fn class(&mut self, stmt: &'a ast::StmtClassDef) {
        for decorator in &stmt.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(arguments) = &stmt.arguments {
            self.visit_arguments(arguments);
        }
        self.scope.depth += 1;
        self.block(&stmt.body);
        self.scope.depth -= 1;
    }

    fn assign(&mut self, target: &'a Expr, value: &'a Expr, how: Assigned) {
        self.detectors.assignment(&Assignment { target, value }, &self.scope, &mut self.found);
        self.scope.assign(target, value, how);
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.detectors.statement(stmt, &self.scope, &mut self.found);
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.scope.import(stmt),
            Stmt::If(s) => self.if_statement(s),
            Stmt::Try(s) => self.try_statement(s),
            Stmt::Match(s) => self.match_statement(s),
            Stmt::FunctionDef(s) => self.function(s),
            Stmt::Return(ast::StmtReturn { value: Some(value), .. }) => {
                if let Some(function) = self.scope.functions.last() {
                    self.scope.variables.give_back(function.name.as_str(), value);
                }
                self.visit_expr(value);
            }
            Stmt::ClassDef(s) => self.class(s),
            Stmt::With(s) => self.with_statement(s),
            Stmt::For(s) => {
                self.visit_expr(&s.iter);
                self.scope.variables.set_part(&s.target, &s.iter);
                self.loop_body(&s.body, &s.orelse);
            }
            Stmt::While(s) => {
                self.visit_expr(&s.test);
                self.loop_body(&s.body, &s.orelse);
            }
            Stmt::Assign(s) => {
                for target in &s.targets {
                    self.assign(target, &s.value, Assigned::New);
                }
                self.visit_expr(&s.value);
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.assign(&s.target, value, Assigned::New);
                    self.visit_expr(value);
                }
            }
            Stmt::AugAssign(s) => {
                self.assign(&s.target, &s.value, Assigned::Added);
                self.visit_expr(&s.value);
            }
            // Documentation.
            Stmt::Expr(s) if s.value.is_string_literal_expr() => {}
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.block(body);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_comprehension(&mut self, loops: &'a ast::Comprehension) {
        self.scope.variables.set_part(&loops.target, &loops.iter);
        visitor::walk_comprehension(self, loops);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let (detectors, scope, found) = (&mut self.detectors, &self.scope, &mut self.found);
        match expr {
            Expr::Call(call) => detectors.call(&Call::new(expr, call), scope, found),
            Expr::StringLiteral(text) => detectors.text(text, scope, found),
            Expr::FString(text) => detectors.format(&Format { expr, text }, scope, found),
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => detectors.list(expr, scope, found),
            Expr::Dict(dict) => detectors.dict(dict, scope, found),
            Expr::BinOp(op) if op.op == ast::Operator::Div => detectors.quotient(expr, scope, found),
            Expr::Attribute(attribute) => detectors.attribute(attribute, scope, found),
            Expr::Name(name) => detectors.name(name.id.as_str(), scope, found),
            _ => {}
        }
        match expr {
            Expr::StringLiteral(_) | Expr::Name(_) => {}
            // Assignments in a comprehension are not visible outside.
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                let outside = self.scope.variables.count();
                visitor::walk_expr(self, expr);
                self.scope.variables.forget(outside);
            }
            Expr::Lambda(lambda) => self.under(Guard::Function, None, |walk| walk.visit_expr(&lambda.body)),
            Expr::If(ternary) => self.ternary(ternary),
            other => visitor::walk_expr(self, other),
        }
    }
}
