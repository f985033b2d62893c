//! What variables of a module and its functions are set to, as far as names of modules are computed from them.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Parameters};

use super::text::{Known, Names, UNKNOWN, elements, known_texts};
use crate::analysis::facts::Origin;

/// Variables within variables are followed so far.
const DEPTH: usize = 6;

/// What a variable is set to.
#[derive(Clone, Copy)]
enum Value<'a> {
    /// Whatever the caller gives; nothing else is known of it than what it is if nothing is given.
    Parameter(Option<&'a Expr>),
    Is(&'a Expr),
    /// A part of it: a loop's variable, or one of several targets.
    PartOf(&'a Expr),
}

/// Assignments so far that can be seen from here, the innermost function's last.
#[derive(Default)]
pub(super) struct Variables<'a> {
    assigned: Vec<(&'a str, Value<'a>)>,
    /// Where the innermost function's begin.
    scope: usize,
    /// The modules that names were imported as.
    modules: HashMap<&'a str, Known>,
    /// The texts that functions give back.
    returned: HashMap<&'a str, Returned<'a>>,
}

/// What a function gives back.
#[derive(Default)]
struct Returned<'a> {
    texts: Vec<&'a str>,
    /// Whether it may be something else too.
    is_open: bool,
}

/// What [`Variables::leave`] goes back to.
pub(super) struct Scope {
    outer: usize,
}

impl<'a> Variables<'a> {
    /// Remembers an assignment.
    pub(super) fn set(&mut self, name: &'a str, value: &'a Expr) {
        self.assigned.push((name, Value::Is(value)));
    }

    /// Remembers that a name, or each of several, is set to a part of a value.
    pub(super) fn set_part(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.assigned.push((name.id.as_str(), Value::PartOf(value))),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|t| self.set_part(t, value)),
            Expr::List(list) => list.elts.iter().for_each(|t| self.set_part(t, value)),
            Expr::Starred(starred) => self.set_part(&starred.value, value),
            _ => {}
        }
    }

    /// How many assignments are known.
    pub(super) fn count(&self) -> usize {
        self.assigned.len()
    }

    /// Forgets assignments: those inside a comprehension are not seen outside.
    pub(super) fn forget(&mut self, count: usize) {
        self.assigned.truncate(count);
    }

    /// Remembers what a function gives back by one of its statements.
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

    /// Remembers what module a name is, if it is one.
    pub(super) fn import(&mut self, name: &'a str, module: Known) {
        self.modules.insert(name, module);
    }

    /// The module that a name was imported as, if it is one.
    pub(super) fn module(&self, name: &str) -> Option<&Known> {
        self.modules.get(name)
    }

    /// A function begins.
    pub(super) fn enter(&mut self, parameters: &'a Parameters) -> Scope {
        let scope = Scope { outer: self.scope };
        self.scope = self.assigned.len();
        self.assigned.extend(parameters.iter().map(|p| (p.name().as_str(), Value::Parameter(p.default()))));
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

    /// What a variable was last set to, as an expression.
    pub(super) fn last(&self, name: &str) -> Option<&'a Expr> {
        match self.assigned.iter().rev().find(|(n, _)| *n == name)? {
            (_, Value::Is(value)) => Some(value),
            _ => None,
        }
    }

    /// The assignments of a name in a part of those known.
    fn named(&self, name: &str, from: usize, to: usize) -> Vec<(usize, Value<'a>)> {
        let part = self.assigned[from..to].iter().enumerate();
        part.filter(|(_, (n, _))| *n == name).map(|(at, (_, value))| (from + at, *value)).collect()
    }
}

/// The variables as an expression sees them: the last of the assignments before `end` count.
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

    /// The last assignment of a name, and the view from there.
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
