//! Evaluates texts before the program runs: constants, and the beginnings of computed names.

use ruff_python_ast::{self as ast, Expr};

use super::format::{self, Part};
use super::shapes::{self, literal, number};
use crate::analysis::facts::Origin;

/// The known parts of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The base of the text.
    pub origin: Origin,
    /// The text, with [`UNKNOWN`] for unknown parts.
    pub text: String,
    /// Whether the text is complete.
    pub whole: bool,
}

impl Known {
    /// Returns a completely known text.
    pub(super) fn whole(origin: Origin, text: impl Into<String>) -> Known {
        Known { origin, text: text.into(), whole: true }
    }

    /// Returns a text with gaps.
    pub(super) fn part(text: impl Into<String>) -> Known {
        Known { origin: Origin::Absolute, text: text.into(), whole: false }
    }
}

/// The values of names at an expression.
pub(super) trait Names {
    /// Returns the possible values of a variable.
    fn variable(&self, name: &str) -> Vec<Known>;
    /// Returns the texts in the value of a variable: a list, a table or a text.
    fn elements(&self, name: &str) -> Vec<Known>;
    /// Returns the module that a name was imported as.
    fn module(&self, name: &str) -> Option<Known>;
    /// Returns the texts that a function of the module returns.
    fn returned(&self, _: &str) -> Vec<Known> {
        Vec::new()
    }
}

/// Stands for the unknown parts of an incomplete text.
pub(in crate::analysis) const UNKNOWN: &str = "*";

/// Maximum number of texts that are distinguished.
const MOST: usize = 512;

/// Returns the possible texts of an expression; empty if nothing is known.
pub(super) fn known_texts(expr: &Expr, names: &dyn Names) -> Vec<Known> {
    match expr {
        Expr::StringLiteral(s) => vec![Known::whole(Origin::Absolute, s.value.to_str())],
        Expr::Name(name) => match name.id.as_str() {
            "__name__" => vec![Known::whole(Origin::Own(0), "")],
            "__package__" => vec![Known::whole(Origin::Package(1), "")],
            other => names.variable(other),
        },
        Expr::Attribute(a) => {
            let Expr::Name(base) = &*a.value else { return Vec::new() };
            match a.attr.as_str() {
                "parent" if base.id.as_str() == "__spec__" => vec![Known::whole(Origin::Package(1), "")],
                "__name__" | "__package__" => names.module(base.id.as_str()).into_iter().collect(),
                "pardir" => vec![Known::whole(Origin::Absolute, "..")],
                // The value from the class.
                attribute if is_self(&base.id) => names.variable(attribute),
                _ => Vec::new(),
            }
        }
        Expr::Subscript(s) if is_parent_of_name(s) => vec![Known::whole(Origin::Package(1), "")],
        Expr::Subscript(s) => elements(&s.value, names),
        Expr::If(ternary) => either([&*ternary.body, &*ternary.orelse], names),
        Expr::BoolOp(op) => either(&op.values, names),
        Expr::Named(named) => known_texts(&named.value, names),
        Expr::BinOp(op) if op.op == ast::Operator::Add => {
            product(known_texts(&op.left, names), &known_texts(&op.right, names))
        }
        Expr::BinOp(op) if op.op == ast::Operator::Mod => match &*op.left {
            Expr::StringLiteral(format) => glue(format::printf(format.value.to_str(), &op.right), names),
            _ => Vec::new(),
        },
        Expr::FString(text) => glue(format::interpolated(text), names),
        Expr::Call(call) => known_call(call, names),
        _ => Vec::new(),
    }
}

fn is_self(name: &str) -> bool {
    matches!(name, "self" | "cls")
}

/// Returns the possible texts of several expressions. An unknown expression may be anything.
fn either<'e>(all: impl IntoIterator<Item = &'e Expr>, names: &dyn Names) -> Vec<Known> {
    let mut known = Vec::new();
    let mut open = false;
    for expr in all {
        let more = known_texts(expr, names);
        open |= more.is_empty() && !expr.is_none_literal_expr();
        known.extend(more);
    }
    if open && !known.is_empty() {
        known.push(Known::part(UNKNOWN));
    }
    known.truncate(MOST);
    known
}

/// Handles methods of texts and tables.
fn known_call(call: &ast::ExprCall, names: &dyn Names) -> Vec<Known> {
    let arguments = &call.arguments;
    let Expr::Attribute(attribute) = &*call.func else {
        let Expr::Name(name) = &*call.func else { return Vec::new() };
        return match arguments.args.first() {
            Some(value) if name.id.as_str() == "str" => known_texts(value, names),
            _ => names.returned(name.id.as_str()),
        };
    };
    match (attribute.attr.as_str(), &*attribute.value) {
        ("format", Expr::StringLiteral(format)) => {
            glue(format::fields(format.value.to_str(), arguments), names)
        }
        ("substitute" | "safe_substitute", template) => {
            let text = match template {
                Expr::Call(made) => made.arguments.args.first(),
                _ => None,
            };
            match text {
                Some(Expr::StringLiteral(text)) => {
                    glue(format::template(text.value.to_str(), arguments), names)
                }
                _ => Vec::new(),
            }
        }
        ("join", Expr::StringLiteral(separator)) => joined(separator.value.to_str(), arguments, names),
        ("get" | "pop" | "setdefault", table) => looked_up(table, arguments, names),
        ("replace", text) => {
            let (Some(Expr::StringLiteral(old)), Some(Expr::StringLiteral(new))) =
                (arguments.args.first(), arguments.args.get(1))
            else {
                return Vec::new();
            };
            let mut known = known_texts(text, names);
            for known in &mut known {
                known.text = known.text.replace(old.value.to_str(), new.value.to_str());
            }
            known
        }
        ("lower" | "casefold", text) => changed(text, names, str::to_lowercase),
        ("upper", text) => changed(text, names, str::to_uppercase),
        ("title", text) => changed(text, names, |text| capitalized(text, char::is_alphabetic)),
        ("capitalize", text) => changed(text, names, |text| capitalized(text, |_| true)),
        ("removeprefix", text) => cut(text, arguments, names, |text, part| text.strip_prefix(part)),
        ("removesuffix", text) => cut(text, arguments, names, |text, part| text.strip_suffix(part)),
        ("strip" | "rstrip" | "lstrip", text) => known_texts(text, names),
        _ => Vec::new(),
    }
}

/// `".".join([a, b])`
fn joined(separator: &str, arguments: &ast::Arguments, names: &dyn Names) -> Vec<Known> {
    let Some(Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })) =
        arguments.args.first()
    else {
        // Parts of a name, usually more than one.
        let parts = format!("{UNKNOWN}.{UNKNOWN}");
        let is_name = separator == "." && arguments.args.len() == 1;
        return if is_name { vec![Known::part(parts)] } else { Vec::new() };
    };
    let mut parts = Vec::new();
    for (i, value) in elts.iter().enumerate() {
        if i > 0 {
            parts.push(Part::Text(separator));
        }
        parts.push(Part::Value(Some(value)));
    }
    glue(parts, names)
}

/// `table.get(key, default)`
fn looked_up(table: &Expr, arguments: &ast::Arguments, names: &dyn Names) -> Vec<Known> {
    let mut known = elements(table, names);
    if let Some(other) = arguments.args.get(1).filter(|_| !known.is_empty()) {
        let more = known_texts(other, names);
        if more.is_empty() && !other.is_none_literal_expr() {
            known.push(Known::part(UNKNOWN));
        }
        known.extend(more);
    }
    known
}

/// Returns the texts of an expression after a change. Unknown parts stay unknown.
fn changed(expr: &Expr, names: &dyn Names, change: impl Fn(&str) -> String) -> Vec<Known> {
    let mut known = known_texts(expr, names);
    known.iter_mut().for_each(|k| k.text = change(&k.text));
    known
}

/// Returns the texts of an expression without a constant prefix or suffix.
fn cut(
    expr: &Expr,
    arguments: &ast::Arguments,
    names: &dyn Names,
    cut: for<'t> fn(&'t str, &str) -> Option<&'t str>,
) -> Vec<Known> {
    let Some(Expr::StringLiteral(part)) = arguments.args.first() else { return Vec::new() };
    changed(expr, names, |text| cut(text, part.value.to_str()).unwrap_or(text).to_owned())
}

/// Capitalizes each word of a text and lowercases the other letters; `is_word` decides which characters
/// continue a word.
fn capitalized(text: &str, is_word: impl Fn(char) -> bool) -> String {
    let mut is_inside = false;
    let letters = text.chars().map(|c| {
        let letter = if is_inside { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        is_inside = is_word(c);
        letter
    });
    letters.collect()
}

/// Returns the texts in a list, a table or a text, at any depth: the results of a loop over it or of a
/// lookup.
pub(super) fn elements(expr: &Expr, names: &dyn Names) -> Vec<Known> {
    let mut known: Vec<Known> = match expr {
        Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => {
            shapes::elements(expr).iter().flat_map(|e| elements(e, names)).collect()
        }
        Expr::Dict(dict) => {
            let parts = dict.items.iter().flat_map(|item| item.key.iter().chain([&item.value]));
            parts.flat_map(|e| elements(e, names)).collect()
        }
        Expr::Starred(starred) => elements(&starred.value, names),
        Expr::Subscript(s) => elements(&s.value, names),
        Expr::Name(name) => names.elements(name.id.as_str()),
        Expr::Attribute(a) if matches!(&*a.value, Expr::Name(n) if is_self(&n.id)) => {
            names.elements(a.attr.as_str())
        }
        Expr::BinOp(op) if matches!(op.op, ast::Operator::Add | ast::Operator::BitOr) => {
            let mut known = elements(&op.left, names);
            known.extend(elements(&op.right, names));
            // A composed text is one text.
            if known.is_empty() || matches!(&*op.left, Expr::StringLiteral(_) | Expr::FString(_)) {
                known = known_texts(expr, names);
            }
            known
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(a) => match (a.attr.as_str(), &*a.value) {
                ("items" | "values" | "keys" | "copy", table) => elements(table, names),
                ("split", Expr::StringLiteral(text)) => {
                    let separator = call.arguments.args.first().and_then(literal);
                    let text = text.value.to_str();
                    let words: Vec<&str> = match separator {
                        Some(separator) if !separator.is_empty() => text.split(separator).collect(),
                        _ => text.split_whitespace().collect(),
                    };
                    words.into_iter().map(|w| Known::whole(Origin::Absolute, w)).collect()
                }
                _ => known_texts(expr, names),
            },
            Expr::Name(_) => {
                let keywords = call.arguments.keywords.iter().map(|k| &k.value);
                call.arguments.args.iter().chain(keywords).flat_map(|e| elements(e, names)).collect()
            }
            _ => Vec::new(),
        },
        _ => known_texts(expr, names),
    };
    known.truncate(MOST);
    known
}

/// Concatenates the texts of parts.
fn glue(parts: Vec<Part<'_>>, names: &dyn Names) -> Vec<Known> {
    let mut known: Option<Vec<Known>> = None;
    for part in parts {
        let more = match part {
            Part::Text("") => continue,
            Part::Text(text) => vec![Known::whole(Origin::Absolute, text)],
            Part::Value(value) => value.map(|v| known_texts(v, names)).unwrap_or_default(),
        };
        known = Some(match known {
            None if more.is_empty() => return Vec::new(),
            None => more,
            Some(known) => product(known, &more),
        });
    }
    known.unwrap_or_default()
}

/// Concatenates each left text with each right one.
fn product(left: Vec<Known>, right: &[Known]) -> Vec<Known> {
    let right: Vec<&Known> = right.iter().filter(|m| m.origin == Origin::Absolute).collect();
    let mut all = Vec::new();
    for known in left {
        if right.is_empty() || all.len() + right.len() > MOST {
            let gap = if known.text.ends_with(UNKNOWN) { "" } else { UNKNOWN };
            all.push(Known { text: known.text + gap, whole: false, ..known });
            continue;
        }
        for more in &right {
            let text = join(known.origin, known.text.clone(), &more.text);
            all.push(Known { origin: known.origin, text, whole: known.whole && more.whole });
        }
    }
    all
}

/// `__name__.rpartition(".")[0]`: the package that a module is in.
fn is_parent_of_name(subscript: &ast::ExprSubscript) -> bool {
    let Expr::Call(call) = &*subscript.value else { return false };
    let Expr::Attribute(attribute) = &*call.func else { return false };
    let dot = matches!(call.arguments.args.first(), Some(Expr::StringLiteral(s)) if s.value.to_str() == ".");
    let first = number(&subscript.slice) == Some(0);
    let cuts = match attribute.attr.as_str() {
        "rpartition" => true,
        "rsplit" => call.arguments.len() == 2,
        _ => false,
    };
    dot && first && cuts && matches!(&*attribute.value, Expr::Name(n) if n.id.as_str() == "__name__")
}

/// Appends to a known text; the dot after `__name__` is not part of the tail.
fn join(origin: Origin, mut text: String, more: &str) -> String {
    let more =
        if origin != Origin::Absolute && text.is_empty() { more.trim_start_matches('.') } else { more };
    text.push_str(more);
    text
}

/// Collects the constant strings of a list, tuple or set (or a sum of them), or a single string.
pub(super) fn strings(expr: &Expr, into: &mut Vec<String>) {
    match expr {
        Expr::StringLiteral(s) => into.push(s.value.to_str().to_owned()),
        Expr::BinOp(op) => {
            strings(&op.left, into);
            strings(&op.right, into);
        }
        list => shapes::elements(list).iter().for_each(|e| strings(e, into)),
    }
}

/// Returns the constant strings of an expression that contains nothing else.
pub(super) fn literal_texts(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::StringLiteral(s) => Some(vec![s.value.to_str().to_owned()]),
        Expr::Tuple(_) | Expr::List(_) | Expr::Set(_) => {
            let texts: Option<Vec<Vec<String>>> = shapes::elements(expr).iter().map(literal_texts).collect();
            Some(texts?.concat())
        }
        _ => None,
    }
}
