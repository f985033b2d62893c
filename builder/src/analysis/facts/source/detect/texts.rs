//! Detects dotted names in strings.

use std::collections::HashSet;

use ruff_python_ast as ast;
use ruff_text_size::TextSize;

use super::{Detector, Format};
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Texts<'a> {
    /// The names so far.
    seen: HashSet<&'a str>,
}

impl<'a> Detector<'a> for Texts<'a> {
    /// Records a string that looks like `package.module` or `package.module:attribute`.
    fn text(&mut self, literal: &'a ast::ExprStringLiteral, scope: &Scope<'a>, found: &mut Found<'a>) {
        let text = literal.value.to_str();
        if let Some(name) = imported(text) {
            self.note(name, literal.range.start(), scope, found);
        }
        if scope.words && text.len() >= 80 {
            self.names_inside(literal, scope, found);
        }
        let name = text.split_once(':').map_or(text, |(module, _)| module);
        if name.len() < 120 && (scope.words || name.contains('.')) && is_dotted_name(name) {
            self.note(name, literal.range.start(), scope, found);
        }
    }

    /// `f"package.settings.{name}Config"`: the part before the last dot may be a module of the program.
    fn format(&mut self, format: &Format<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        let Some(ast::InterpolatedStringElement::Literal(first)) = format.text.value.elements().next() else {
            return;
        };
        if let Some((name, _)) =
            first.value.rsplit_once('.').filter(|(name, _)| scope.words && is_dotted_name(name))
        {
            self.note(name, format.text.range.start(), scope, found);
        }
    }
}

impl<'a> Texts<'a> {
    /// Records a name once.
    fn note(&mut self, name: &'a str, at: TextSize, scope: &Scope<'a>, found: &mut Found<'a>) {
        if self.seen.insert(name) {
            found.facts.texts.push((scope.line(at), name.to_owned()));
        }
    }

    /// Records dotted names in a longer text of the program: settings that it writes, sources that it runs.
    fn names_inside(
        &mut self,
        literal: &'a ast::ExprStringLiteral,
        scope: &Scope<'a>,
        found: &mut Found<'a>,
    ) {
        let words =
            literal.value.to_str().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        for name in words.map(|w| w.trim_matches('.')) {
            if name.contains('.') && is_dotted_name(name) {
                self.note(name, literal.range.start(), scope, found);
            }
        }
    }
}

/// Returns the dotted name that source code in a text imports first, as for `exec`.
fn imported(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let mut words = text.split_whitespace();
    if !matches!(words.next(), Some("from" | "import")) || text.len() > 400 {
        return None;
    }
    let name = words.next()?.trim_end_matches([',', ';']);
    (name.contains('.') && is_dotted_name(name)).then_some(name)
}
