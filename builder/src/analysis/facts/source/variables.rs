//! The values of variables in a module and its functions, for computed names of modules.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Parameters};

use super::text::{Known, Names, UNKNOWN, elements, known_texts};
use crate::analysis::facts::Origin;

/// Maximum nesting of variables that is followed.
const DEPTH: usize = 6;

/// The value of a variable.
#[derive(Clone, Copy)]
enum Value<'a> {
    /// Any argument of the caller; only the default value is known.
    Parameter(Option<&'a Expr>),
    Is(&'a Expr),
    /// A part of the value, for a loop variable or one of several targets.
    PartOf(&'a Expr),
}

/// The visible assignments so far, those of the innermost function last.
#[derive(Default)]
pub(super) struct Variables<'a> {
    assigned: Vec<(&'a str, Value<'a>)>,
    /// Index of the first assignment in the innermost function.
    scope: usize,
    /// Names of imported modules.
    modules: HashMap<&'a str, Known>,
    /// Return values of functions.
    returned: HashMap<&'a str, Returned<'a>>,
}

/// The return value of a function.
#[derive(Default)]
struct Returned<'a> {
    texts: Vec<&'a str>,
    /// Whether there may be other values.
    is_open: bool,
}

/// The state that [`Variables::leave`] restores.
pub(super) struct Scope {
    outer: usize,
}

impl<'a> Variables<'a> {
    /// Records an assignment.
    pub(super) fn set(&mut self, name: &'a str, value: &'a Expr) {
        self.assigned.push((name, Value::Is(value)));
    }

    /// Records that a name, or each of several, is set to a part of a value.
    pub(super) fn set_part(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.assigned.push((name.id.as_str(), Value::PartOf(value))),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|t| self.set_part(t, value)),
            Expr::List(list) => list.elts.iter().for_each(|t| self.set_part(t, value)),
            Expr::Starred(starred) => self.set_part(&starred.value, value),
            _ => {}
        }
    }

    /// Returns the number of known assignments.
    pub(super) fn count(&self) -> usize {
        self.assigned.len()
    }

    /// Forgets assignments in a comprehension, which are not visible outside.
    pub(super) fn forget(&mut self, count: usize) {
        self.assigned.truncate(count);
    }

    /// Records the value of a `return` statement.
    pub(super) fn give_back(&mut self, function: &'a str, value: &'a Expr) {
        match value {
            Expr::StringLiteral(text) => {
                self.returned.entry(function).or_default().texts.push(text.value.to_str());
            }
            value => {
                if let Some(known) = self.returned.get_mut(function) {
                    known.is_open |= !value.is_none_literal_expr();
                }
            }
        }
    }

    /// Records the module of an imported name.
    pub(super) fn import(&mut self, name: &'a str, module: Known) {
        self.modules.insert(name, module);
    }

    /// Returns the module that a name was imported as, if any.
    pub(super) fn module(&self, name: &str) -> Option<&Known> {
        self.modules.get(name)
    }

    /// Enters a function.
    pub(super) fn enter(&mut self, parameters: &'a Parameters) -> Scope {
        let scope = Scope { outer: self.scope };
        self.scope = self.assigned.len();
        self.assigned.extend(parameters.iter().map(|p| (p.name().as_str(), Value::Parameter(p.default()))));
        scope
    }

    /// Leaves a function.
    pub(super) fn leave(&mut self, scope: Scope) {
        self.assigned.truncate(self.scope);
        self.scope = scope.outer;
    }

    /// Returns the possible texts of an expression, with all values of variables.
    pub(super) fn texts(&self, expr: &Expr) -> Vec<Known> {
        let end = self.assigned.len();
        let whole = View { variables: self, end, depth: DEPTH };
        let Expr::Name(name) = expr else { return known_texts(expr, &whole) };
        let here = self.named(name.id.as_str(), self.scope, end);
        let all = if here.is_empty() { self.named(name.id.as_str(), 0, self.scope) } else { here };
        if all.is_empty() {
            return known_texts(expr, &whole);
        }
        let mut known: Vec<Known> = Vec::new();
        for (at, value) in all {
            for text in (View { variables: self, end: at, depth: DEPTH }).value(value) {
                if !known.contains(&text) {
                    known.push(text);
                }
            }
        }
        known
    }

    /// Returns the last value of a variable, as an expression.
    pub(super) fn last(&self, name: &str) -> Option<&'a Expr> {
        match self.assigned.iter().rev().find(|(n, _)| *n == name)? {
            (_, Value::Is(value)) => Some(value),
            _ => None,
        }
    }

    /// Returns the assignments of a name within a range.
    fn named(&self, name: &str, from: usize, to: usize) -> Vec<(usize, Value<'a>)> {
        let part = self.assigned[from..to].iter().enumerate();
        part.filter(|(_, (n, _))| *n == name).map(|(at, (_, value))| (from + at, *value)).collect()
    }
}

/// The variables at an expression: the last of the assignments before `end` count.
struct View<'v, 'a> {
    variables: &'v Variables<'a>,
    end: usize,
    depth: usize,
}

impl<'a> View<'_, 'a> {
    fn value(&self, value: Value<'a>) -> Vec<Known> {
        match value {
            Value::Parameter(None) => Vec::new(),
            Value::Parameter(Some(default)) => {
                let mut known = known_texts(default, self);
                if !known.is_empty() {
                    known.push(Known::part(UNKNOWN));
                }
                known
            }
            Value::Is(expr) => known_texts(expr, self),
            Value::PartOf(expr) => elements(expr, self),
        }
    }

    /// Returns the last assignment of a name, and the view from there.
    fn last(&self, name: &str) -> Option<(View<'_, 'a>, Value<'a>)> {
        let depth = self.depth.checked_sub(1)?;
        let at = self.variables.assigned[..self.end].iter().rposition(|(n, _)| *n == name)?;
        Some((View { variables: self.variables, end: at, depth }, self.variables.assigned[at].1))
    }
}

impl Names for View<'_, '_> {
    fn variable(&self, name: &str) -> Vec<Known> {
        self.last(name).map(|(view, value)| view.value(value)).unwrap_or_default()
    }

    fn elements(&self, name: &str) -> Vec<Known> {
        match self.last(name) {
            Some((view, Value::Is(expr) | Value::PartOf(expr))) => elements(expr, &view),
            _ => Vec::new(),
        }
    }

    fn module(&self, name: &str) -> Option<Known> {
        self.variables.module(name).cloned()
    }

    fn returned(&self, function: &str) -> Vec<Known> {
        let Some(returned) = self.variables.returned.get(function) else { return Vec::new() };
        let texts = returned.texts.iter().map(|text| Known::whole(Origin::Absolute, *text));
        let open = returned.is_open.then(|| Known::part(UNKNOWN));
        texts.chain(open).collect()
    }
}
