//! Detects tables of modules: texts that name modules of the same package for a later import.

use std::collections::HashSet;

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::{Assignment, Call, Detector, Format};
use crate::analysis::facts::Origin;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::stands_for_modules;
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Tables {
    /// Partly known names, with their lines.
    formats: Vec<(u32, String)>,
}

impl<'a> Detector<'a> for Tables {
    fn statement(&mut self, stmt: &'a Stmt, scope: &Scope<'a>, found: &mut Found<'a>) {
        if let Stmt::FunctionDef(function) = stmt {
            found.marks.lazy |= scope.depth == 0 && function.name.as_str() == "__getattr__";
        }
    }

    fn assignment(&mut self, to: &Assignment<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        found.marks.lazy |= scope.depth == 0 && stands_for_modules(to.target);
    }

    /// `tabmodule="parsetab"`: a module beside this one.
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        for keyword in &call.arguments.keywords {
            let (Some(name), Expr::StringLiteral(text)) = (&keyword.arg, &keyword.value) else { continue };
            let text = text.value.to_str();
            if !(name.ends_with("module") || name.ends_with("tab")) || !is_dotted_name(text) {
                continue;
            }
            found.facts.tables.push((scope.line(call.at()), format!(".{text}")));
            // Code that generates tables searches for their file, and creates it if it is missing.
            if name.contains("tab") {
                found.facts.files.push(format!("{text}.py"));
            }
        }
    }

    fn text(&mut self, literal: &'a ast::ExprStringLiteral, _: &Scope<'a>, found: &mut Found<'a>) {
        let text = literal.value.to_str();
        if !text.is_empty()
            && text.len() < 200
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:/".contains(&b))
        {
            found.candidates.push((literal.range.start(), text));
        }
    }

    /// `f"package.{part}.{name}"`
    fn format(&mut self, format: &Format<'a>, scope: &Scope<'a>, _: &mut Found<'a>) {
        let Some(ast::InterpolatedStringElement::Literal(first)) = format.text.value.elements().next() else {
            return;
        };
        if !first.value.split_once('.').is_some_and(|(top, _)| is_dotted_name(top)) {
            return;
        }
        let line = scope.line(format.text.range.start());
        for known in scope.variables.texts(format.expr) {
            let is_name = known.text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.*".contains(&b));
            if !known.whole && known.origin == Origin::Absolute && is_name {
                self.formats.push((line, known.text));
            }
        }
    }

    fn finish(mut self, scope: &Scope<'a>, found: &mut Found<'a>) {
        if found.marks.lazy {
            found.facts.tables.append(&mut self.formats);
        }
        let mut seen = HashSet::new();
        for (at, text) in &found.candidates {
            // A text with a leading dot is usually relative to the package, but a file suffix names no
            // module.
            let is_relative = text.starts_with('.');
            // `"._io.terminal:Writer"`
            let text = text.split_once(':').filter(|_| is_relative).map_or(*text, |(module, _)| module);
            let counts = found.marks.lazy || is_relative;
            if counts && is_dotted_name(text.trim_start_matches('.')) && seen.insert(text) {
                found.facts.tables.push((scope.line(*at), text.to_owned()));
            }
        }
    }
}
