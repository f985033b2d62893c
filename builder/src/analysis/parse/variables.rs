//! What variables of a module and its functions are set to, as far as names of modules are computed from them.

use ruff_python_ast::{Expr, Parameters};

use super::text::{Known, known_text};

/// Variables within variables are followed so far.
const DEPTH: usize = 6;

/// Assignments so far that can be seen from here, the innermost function's last.
#[derive(Default)]
pub(super) struct Variables<'a> {
    /// Name and value; no value where it is a parameter.
    assigned: Vec<(&'a str, Option<&'a Expr>)>,
    /// Where the innermost function's begin.
    scope: usize,
}

/// What [`Variables::leave`] goes back to.
pub(super) struct Scope {
    outer: usize,
}

impl<'a> Variables<'a> {
    /// Remembers an assignment.
    pub(super) fn set(&mut self, name: &'a str, value: &'a Expr) {
        self.assigned.push((name, Some(value)));
    }

    /// A function begins.
    pub(super) fn enter(&mut self, parameters: &'a Parameters) -> Scope {
        let scope = Scope { outer: self.scope };
        self.scope = self.assigned.len();
        self.assigned.extend(parameters.iter().map(|p| (p.name().as_str(), None)));
        scope
    }

    /// A function ends.
    pub(super) fn leave(&mut self, scope: Scope) {
        self.assigned.truncate(self.scope);
        self.scope = scope.outer;
    }

    /// What is known of the texts that an expression may give: of a variable, everything that it is set to.
    pub(super) fn texts(&self, expr: &Expr) -> Vec<Known> {
        let end = self.assigned.len();
        let Expr::Name(name) = expr else { return self.text(expr, end, DEPTH).into_iter().collect() };
        let here = self.named(name.id.as_str(), self.scope, end);
        let all = if here.is_empty() { self.named(name.id.as_str(), 0, self.scope) } else { here };
        if all.is_empty() {
            return self.text(expr, end, DEPTH).into_iter().collect();
        }
        let mut known: Vec<Known> = Vec::new();
        for text in all.into_iter().filter_map(|(at, value)| self.text(value?, at, DEPTH)) {
            if !known.contains(&text) {
                known.push(text);
            }
        }
        known
    }

    /// The assignments of a name in a part of those known.
    fn named(&self, name: &str, from: usize, to: usize) -> Vec<(usize, Option<&'a Expr>)> {
        let part = self.assigned[from..to].iter().enumerate();
        part.filter(|(_, (n, _))| *n == name).map(|(at, (_, value))| (from + at, *value)).collect()
    }

    /// What is known of an expression, from the last of the assignments before `end`.
    fn text(&self, expr: &Expr, end: usize, depth: usize) -> Option<Known> {
        let variable = |name: &str| {
            let depth = depth.checked_sub(1)?;
            let at = self.assigned[..end].iter().rposition(|(n, _)| *n == name)?;
            self.text(self.assigned[at].1?, at, depth)
        };
        known_text(expr, &variable)
    }
}
