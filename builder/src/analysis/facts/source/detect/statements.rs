//! Detects import statements and the names in `__all__`.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt};

use super::{Assignment, Call, Detector};
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::elements;
use crate::analysis::facts::source::text::strings;
use crate::analysis::facts::{Form, Import, Origin};

#[derive(Default)]
pub(super) struct Statements<'a> {
    /// Module-level lists of strings, which `__all__` may contain.
    lists: HashMap<&'a str, Vec<String>>,
}

impl<'a> Detector<'a> for Statements<'a> {
    fn statement(&mut self, stmt: &'a Stmt, scope: &Scope<'a>, found: &mut Found<'a>) {
        match stmt {
            Stmt::Import(s) => {
                for alias in &s.names {
                    let module = alias.name.to_string();
                    found.import(Import { module, form: Form::Import, ..scope.at(s.range.start()) });
                }
            }
            Stmt::ImportFrom(s) => {
                let module = s.module.as_ref().map_or_else(String::new, |m| m.to_string());
                let origin = if s.level == 0 { Origin::Absolute } else { Origin::Package(s.level) };
                let names = s.names.iter().map(|a| a.name.to_string()).collect();
                found.import(Import { origin, module, form: Form::From, names, ..scope.at(s.range.start()) });
            }
            _ => {}
        }
    }

    fn assignment(&mut self, to: &Assignment<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        let Expr::Name(name) = to.target else { return };
        if scope.depth > 0 {
            return;
        }
        if name.id.as_str() == "__all__" {
            self.exports(to.value, &mut found.facts.all);
            return;
        }
        let mut list = Vec::new();
        strings(to.value, &mut list);
        if !list.is_empty() {
            self.lists.entry(name.id.as_str()).or_default().append(&mut list);
        }
    }

    /// `__all__.extend(names)`
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        if matches!(call.name, "extend" | "append" | "insert")
            && scope.depth == 0
            && let (Some(Expr::Name(name)), Some(value)) = (call.on, call.arguments.args.last())
            && name.id.as_str() == "__all__"
        {
            self.exports(value, &mut found.facts.all);
        }
    }
}

impl Statements<'_> {
    /// Adds the strings of an expression to `__all__`, including known lists of the module.
    fn exports(&self, value: &Expr, all: &mut Vec<String>) {
        strings(value, all);
        match value {
            Expr::Name(name) => all.extend(self.lists.get(name.id.as_str()).into_iter().flatten().cloned()),
            Expr::Starred(starred) => self.exports(&starred.value, all),
            Expr::BinOp(op) => {
                self.exports_by_name(&op.left, all);
                self.exports_by_name(&op.right, all);
            }
            Expr::Call(call) => call.arguments.args.iter().for_each(|a| self.exports(a, all)),
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => {
                elements(value).iter().for_each(|e| self.exports_by_name(e, all));
            }
            _ => {}
        }
    }

    /// Like [`Statements::exports`], for a part whose literals are already included.
    fn exports_by_name(&self, value: &Expr, all: &mut Vec<String>) {
        if !matches!(value, Expr::StringLiteral(_)) {
            self.exports(value, all);
        }
    }
}
