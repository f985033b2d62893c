//! Detects functions of the module that import the name in one of their parameters, and calls of them.

use std::collections::HashMap;

use ruff_python_ast::Expr;

use crate::analysis::facts::source::detect::Call;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::text::{Known, UNKNOWN};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

/// Functions that import their arguments.
#[derive(Default)]
pub(in crate::analysis::facts::source) struct Wrappers<'a> {
    /// The position and the name of the parameter.
    functions: HashMap<&'a str, (usize, &'a str)>,
}

impl<'a> Wrappers<'a> {
    pub(super) fn count(&self) -> usize {
        self.functions.len()
    }

    /// Records the enclosing function if the imported name is one of its parameters.
    pub(super) fn note(&mut self, name: &'a Expr, scope: &Scope<'a>) {
        let (Expr::Name(name), Some(function)) = (name, scope.functions.last()) else { return };
        let mut parameters = function.parameters.iter().map(|p| p.name().as_str());
        let is_method = parameters.next().is_some_and(|first| matches!(first, "self" | "cls"));
        let mut parameters = function.parameters.iter().map(|p| p.name().as_str());
        let Some(place) = parameters.position(|p| p == name.id.as_str()) else { return };
        let place = place.saturating_sub(usize::from(is_method));
        self.functions.entry(function.name.as_str()).or_insert((place, name.id.as_str()));
    }

    /// A call of such a function: `load("a")`, `self.load("a")`.
    pub(super) fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        if self.functions.is_empty() {
            return;
        }
        let is_own = match call.on {
            None => true,
            Some(on) => matches!(on, Expr::Name(n) if matches!(n.id.as_str(), "self" | "cls")),
        };
        let Some(&(place, parameter)) = self.functions.get(call.name).filter(|_| is_own) else { return };
        let Some(value) = call.arguments.find_argument_value(parameter, place) else { return };
        self.note(value, scope);
        for known in scope.variables.texts(value) {
            if let Some((origin, module, form)) = import(&known) {
                found.import(Import { guard: Guard::Optional, origin, module, form, ..scope.at(call.at()) });
            }
        }
    }
}

/// Returns the import of such a function for a given name.
fn import(known: &Known) -> Option<(Origin, String, Form)> {
    let tail = known.text.trim_start_matches('.').trim_end_matches(UNKNOWN);
    let dots = known.text.bytes().take_while(|&b| b == b'.').count();
    let origin = match known.origin {
        Origin::Absolute if dots > 0 => Origin::Package(u32::try_from(dots).unwrap_or(1)),
        origin => origin,
    };
    let (form, is_known) = match known.whole {
        true => (Form::Call, is_dotted_name(tail)),
        // The package must be known.
        false => {
            let start = tail.split(UNKNOWN).next().unwrap_or_default();
            (Form::Prefix, start.rsplit_once('.').is_some_and(|(package, _)| is_dotted_name(package)))
        }
    };
    is_known.then(|| (origin, tail.to_owned(), form))
}
