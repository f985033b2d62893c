//! Detects modules that add folders beside them to `sys.path`: each of their words may name one.

use std::collections::BTreeSet;

use ruff_python_ast::Expr;

use super::{Call, Detector};
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct SearchPath {
    /// Whether the module adds to the search path.
    extends: bool,
    /// Whether it computes paths from its own.
    has_file: bool,
}

impl<'a> Detector<'a> for SearchPath {
    /// `sys.path.append(folder)`, `site.addsitedir(folder)`
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, _: &mut Found<'a>) {
        self.extends |= match (call.name, call.on) {
            ("addsitedir", _) => true,
            ("append" | "extend" | "insert", Some(Expr::Attribute(path))) => {
                path.attr.as_str() == "path" && scope.is_module(&path.value, "sys")
            }
            _ => false,
        };
    }

    fn name(&mut self, name: &'a str, _: &Scope<'a>, _: &mut Found<'a>) {
        self.has_file |= name == "__file__";
    }

    fn finish(self, _: &Scope<'a>, found: &mut Found<'a>) {
        if !(self.extends && self.has_file) {
            return;
        }
        let is_word = |text: &&str| !text.contains('.') && is_dotted_name(text);
        let words: BTreeSet<&str> = found.candidates.iter().map(|(_, text)| *text).filter(is_word).collect();
        found.facts.search = words.into_iter().map(str::to_owned).collect();
    }
}
