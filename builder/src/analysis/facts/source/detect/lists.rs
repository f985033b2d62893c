//! Detects lists of module names in the program's own code, by their texts and by the names of the lists.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::{Assignment, Call, Detector};
use crate::analysis::facts::List;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::{elements, literal};
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Lists;

impl<'a> Detector<'a> for Lists {
    /// `INSTALLED_APPS = […]`, `self.plugins = […]`, `settings["plugins"] = […]`
    fn assignment(&mut self, to: &Assignment<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        match to.target {
            Expr::Name(name) => named_list(name.id.as_str(), to.value, scope, found),
            Expr::Attribute(attribute) => named_list(attribute.attr.as_str(), to.value, scope, found),
            Expr::Subscript(subscript) => {
                if let Some(key) = literal(&subscript.slice) {
                    named_list(key, to.value, scope, found);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                named_list(name.as_str(), &keyword.value, scope, found);
            }
        }
        // `environ.setdefault("SETTINGS_MODULE", "settings")`
        if let [Expr::StringLiteral(key), value] = &*call.arguments.args {
            named_list(key.value.to_str(), value, scope, found);
        }
    }

    /// `module:attribute`
    fn text(&mut self, literal: &'a ast::ExprStringLiteral, scope: &Scope<'a>, found: &mut Found<'a>) {
        if scope.words
            && let Some((module, attribute)) = literal.value.to_str().split_once(':')
            && is_dotted_name(attribute)
        {
            named_text(literal, module, scope, found);
        }
    }

    fn list(&mut self, expr: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
        // In an unnamed list, a dot in one of the names shows that they are modules.
        let names = names(expr, scope);
        if names.iter().any(|name| name.contains('.')) {
            found.facts.lists.push(List { line: scope.line(expr.range().start()), names, certain: false });
        }
    }

    /// `{"plugins": […]}`
    fn dict(&mut self, dict: &'a ast::ExprDict, scope: &Scope<'a>, found: &mut Found<'a>) {
        for item in &dict.items {
            if let Some(Expr::StringLiteral(key)) = &item.key {
                named_list(key.value.to_str(), &item.value, scope, found);
            }
        }
    }
}

/// Returns the texts of a list in the program's own code, if all of them may be module names.
fn names(list: &Expr, scope: &Scope<'_>) -> Vec<String> {
    if !scope.words {
        return Vec::new();
    }
    let names: Vec<String> = elements(list).iter().filter_map(literal).map(str::to_owned).collect();
    let are_names = names.iter().all(|name| name.len() < 120 && is_dotted_name(name));
    if are_names { names } else { Vec::new() }
}

/// Handles a value with its name, which may show that it contains module names.
fn named_list<'a>(name: &str, value: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
    const HOLDS_MODULES: [&str; 8] =
        ["apps", "imports", "include", "module", "modules", "packages", "plugins", "urlconf"];
    if !scope.words || !HOLDS_MODULES.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
        return;
    }
    match value {
        Expr::StringLiteral(literal) => named_text(literal, literal.value.to_str(), scope, found),
        Expr::BinOp(op) => {
            named_list(name, &op.left, scope, found);
            named_list(name, &op.right, scope, found);
        }
        other => {
            let names = names(other, scope);
            if !names.is_empty() {
                found.facts.lists.push(List {
                    line: scope.line(other.range().start()),
                    names,
                    certain: true,
                });
            }
        }
    }
}

/// Handles a text that certainly names a module.
fn named_text<'a>(literal: &ast::ExprStringLiteral, name: &str, scope: &Scope<'a>, found: &mut Found<'a>) {
    if name.len() < 120 && is_dotted_name(name) {
        let line = scope.line(literal.range.start());
        found.facts.lists.push(List { line, names: vec![name.to_owned()], certain: true });
    }
}
