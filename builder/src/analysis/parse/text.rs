//! What is known of a text before the program runs: constants, and the beginnings of computed names.

use ruff_python_ast::{self as ast, Expr};

use crate::analysis::record::Origin;

/// What is known of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// What the text counts from.
    pub origin: Origin,
    /// The text, or its beginning.
    pub text: String,
    /// Whether that is all of it.
    pub whole: bool,
}

impl Known {
    fn new(origin: Origin, text: impl Into<String>, whole: bool) -> Known {
        Known { origin, text: text.into(), whole }
    }
}

/// What is known of the text that an expression gives; `variable` tells of a name.
pub(super) fn known_text(expr: &Expr, variable: &dyn Fn(&str) -> Option<Known>) -> Option<Known> {
    match expr {
        Expr::StringLiteral(s) => Some(Known::new(Origin::Absolute, s.value.to_str(), true)),
        Expr::Name(name) => match name.id.as_str() {
            "__name__" => Some(Known::new(Origin::Own, "", true)),
            "__package__" => Some(Known::new(Origin::Package(1), "", true)),
            other => variable(other),
        },
        Expr::Attribute(a)
            if a.attr.as_str() == "parent"
                && matches!(&*a.value, Expr::Name(n) if n.id.as_str() == "__spec__") =>
        {
            Some(Known::new(Origin::Package(1), "", true))
        }
        Expr::Subscript(s) if is_parent_of_name(s) => Some(Known::new(Origin::Package(1), "", true)),
        Expr::BinOp(op) if op.op == ast::Operator::Add => {
            let left = known_text(&op.left, variable)?;
            if !left.whole {
                return Some(left);
            }
            let Known { origin, text, .. } = left;
            Some(match known_text(&op.right, variable) {
                Some(right) if right.origin == Origin::Absolute => {
                    Known::new(origin, join(origin, text, &right.text), right.whole)
                }
                _ => Known::new(origin, text, false),
            })
        }
        Expr::BinOp(op) if op.op == ast::Operator::Mod => {
            let Expr::StringLiteral(format) = &*op.left else { return None };
            let known = format.value.to_str().split('%').next().unwrap_or_default();
            (!known.is_empty()).then(|| Known::new(Origin::Absolute, known, false))
        }
        Expr::Call(call) => {
            let Expr::Attribute(attribute) = &*call.func else { return None };
            let Expr::StringLiteral(format) = &*attribute.value else { return None };
            let known = format.value.to_str().split('{').next().unwrap_or_default();
            (attribute.attr.as_str() == "format" && !known.is_empty())
                .then(|| Known::new(Origin::Absolute, known, false))
        }
        Expr::FString(f) => known_f_string(f, variable),
        _ => None,
    }
}

/// `__name__.rpartition(".")[0]`: the package that a module is in.
fn is_parent_of_name(subscript: &ast::ExprSubscript) -> bool {
    let Expr::Call(call) = &*subscript.value else { return false };
    let Expr::Attribute(attribute) = &*call.func else { return false };
    let dot = matches!(call.arguments.args.first(), Some(Expr::StringLiteral(s)) if s.value.to_str() == ".");
    let first = matches!(&*subscript.slice, Expr::NumberLiteral(n)
        if matches!(&n.value, ast::Number::Int(i) if *i == 0));
    let cuts = match attribute.attr.as_str() {
        "rpartition" => true,
        "rsplit" => call.arguments.len() == 2,
        _ => false,
    };
    dot && first && cuts && matches!(&*attribute.value, Expr::Name(n) if n.id.as_str() == "__name__")
}

fn known_f_string(f: &ast::ExprFString, variable: &dyn Fn(&str) -> Option<Known>) -> Option<Known> {
    let (mut origin, mut text) = (Origin::Absolute, String::new());
    let mut started = false;
    for element in f.value.elements() {
        match element {
            ast::InterpolatedStringElement::Literal(literal) => text = join(origin, text, &literal.value),
            ast::InterpolatedStringElement::Interpolation(inner) => {
                match known_text(&inner.expression, variable) {
                    Some(more) if !started || more.origin == Origin::Absolute => {
                        if !started {
                            origin = more.origin;
                        }
                        text = join(origin, text, &more.text);
                        if !more.whole {
                            return Some(Known::new(origin, text, false));
                        }
                    }
                    _ => return started.then(|| Known::new(origin, text, false)),
                }
            }
        }
        started = true;
    }
    Some(Known::new(origin, text, true))
}

/// Appends to a known text; the dot after `__name__` is not part of the tail.
fn join(origin: Origin, mut text: String, more: &str) -> String {
    let more =
        if origin != Origin::Absolute && text.is_empty() { more.trim_start_matches('.') } else { more };
    text.push_str(more);
    text
}

/// Constant strings of a list, tuple or set (or a sum of such), or a string itself.
pub(super) fn strings(expr: &Expr, into: &mut Vec<String>) {
    match expr {
        Expr::StringLiteral(s) => into.push(s.value.to_str().to_owned()),
        Expr::List(list) => list.elts.iter().for_each(|e| strings(e, into)),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| strings(e, into)),
        Expr::Set(set) => set.elts.iter().for_each(|e| strings(e, into)),
        Expr::BinOp(op) => {
            strings(&op.left, into);
            strings(&op.right, into);
        }
        _ => {}
    }
}

/// The constant strings of an expression that holds nothing else.
pub(super) fn literal_texts(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::StringLiteral(s) => Some(vec![s.value.to_str().to_owned()]),
        Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::List(ast::ExprList { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => {
            let texts: Option<Vec<Vec<String>>> = elts.iter().map(literal_texts).collect();
            Some(texts?.concat())
        }
        _ => None,
    }
}

/// Whether a text is a dotted name of ASCII identifiers, as modules have.
pub(in crate::analysis) fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && part.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    })
}
