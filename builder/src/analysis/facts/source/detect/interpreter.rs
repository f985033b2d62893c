//! Detects uses of the interpreter: its path, child processes that run modules, finders and `sys.modules`.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::{Assignment, Detector};
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::{elements, entered_in};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Interpreter;

impl<'a> Detector<'a> for Interpreter {
    /// `sys.modules["name"] = module`
    fn assignment(&mut self, to: &Assignment<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        found.facts.makes |= entered_in(to.target).is_some_and(|module| scope.is_module(module, "sys"));
    }

    fn list(&mut self, list: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
        command(elements(list), scope, found);
    }

    /// `sys.meta_path`, `sys.executable`
    fn attribute(&mut self, node: &'a ast::ExprAttribute, scope: &Scope<'a>, found: &mut Found<'a>) {
        match node.attr.as_str() {
            "meta_path" => found.facts.finds |= scope.is_module(&node.value, "sys"),
            "executable" => found.facts.interpreter |= scope.is_module(&node.value, "sys"),
            _ => {}
        }
    }
}

/// `[sys.executable, "-m", "module"]`
fn command<'a>(words: &'a [Expr], scope: &Scope<'a>, found: &mut Found<'a>) {
    for pair in words.windows(2) {
        let [Expr::StringLiteral(option), name] = pair else { continue };
        if option.value.to_str() != "-m" {
            continue;
        }
        for known in scope.variables.texts(name) {
            if known.whole && known.origin == Origin::Absolute && is_dotted_name(&known.text) {
                let here = scope.at(name.range().start());
                found.import(Import { guard: Guard::Optional, module: known.text, form: Form::Run, ..here });
            }
        }
    }
}
