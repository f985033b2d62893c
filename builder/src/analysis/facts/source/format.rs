//! Splits formats into parts: printf conversions, fields of `str.format` and f-strings, and
//! `string.Template`.

use ruff_python_ast::{self as ast, Expr};

/// A part of a composed text.
pub(super) enum Part<'e> {
    Text(&'e str),
    /// A value that is inserted unchanged; `None` if it is unknown or converted, so that the text is known
    /// only up to here.
    Value(Option<&'e Expr>),
}

/// Splits `"a.%s" % b`, see "printf-style String Formatting" in the library reference.
pub(super) fn printf<'e>(format: &'e str, right: &'e Expr) -> Vec<Part<'e>> {
    let mut positional = match right {
        Expr::Tuple(tuple) => tuple.elts.iter().collect::<Vec<_>>(),
        one => vec![one],
    }
    .into_iter();
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some((text, conversion)) = rest.split_once('%') {
        parts.push(Part::Text(text));
        let mut key = None;
        let mut at = conversion;
        if let Some((name, after)) = at.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            (key, at) = (Some(name), after);
        }
        let specification = at;
        at = at.trim_start_matches(['#', '0', '-', ' ', '+']);
        // A star takes its number from a value.
        let number = |at: &mut &'e str| {
            if let Some(after) = at.strip_prefix('*') {
                *at = after;
                return true;
            }
            *at = at.trim_start_matches(|c: char| c.is_ascii_digit());
            false
        };
        let mut stars = usize::from(number(&mut at));
        if let Some(mut after) = at.strip_prefix('.') {
            stars += usize::from(number(&mut after));
            at = after;
        }
        at = at.trim_start_matches(['h', 'l', 'L']);
        let is_changed = at.len() != specification.len();
        let mut characters = at.chars();
        let kind = characters.next();
        rest = characters.as_str();
        match kind {
            Some('%') => parts.push(Part::Text("%")),
            Some(kind) => {
                let value = match key {
                    Some(name) => keyed(right, name),
                    None => positional.nth(stars),
                };
                parts.push(Part::Value(value.filter(|_| !is_changed && kind == 's')));
            }
            None => {}
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// Returns the value under a key of `{"key": value}` or `dict(key=value)`.
fn keyed<'e>(table: &'e Expr, key: &str) -> Option<&'e Expr> {
    match table {
        Expr::Dict(dict) => dict.items.iter().find_map(|item| match &item.key {
            Some(Expr::StringLiteral(name)) if name.value.to_str() == key => Some(&item.value),
            _ => None,
        }),
        Expr::Call(call) if matches!(&*call.func, Expr::Name(n) if n.id.as_str() == "dict") => {
            call.arguments.find_keyword(key).map(|keyword| &keyword.value)
        }
        _ => None,
    }
}

/// Splits `"a.{}".format(b)`, see "Format String Syntax" in the library reference.
pub(super) fn fields<'e>(format: &'e str, arguments: &'e ast::Arguments) -> Vec<Part<'e>> {
    let mut parts = Vec::new();
    let mut next = 0;
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, behind) = rest.split_at(at);
        parts.push(Part::Text(text));
        if behind.starts_with("{{") || behind.starts_with("}}") {
            parts.push(Part::Text(&behind[..1]));
            rest = &behind[2..];
            continue;
        }
        let Some((field, after)) = behind.strip_prefix('{').and_then(field) else {
            rest = &behind[1..];
            continue;
        };
        rest = after;
        let (field, specification) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = field.split_once('!').unwrap_or((field, "s"));
        let value = if name.is_empty() {
            next += 1;
            arguments.args.get(next - 1)
        } else if let Ok(place) = name.parse::<usize>() {
            arguments.args.get(place)
        } else {
            arguments.find_keyword(name).map(|keyword| &keyword.value)
        };
        let is_plain = matches!(specification, "" | "s") && conversion == "s";
        parts.push(Part::Value(value.filter(|_| is_plain)));
    }
    parts.push(Part::Text(rest));
    parts
}

/// Splits off a field up to its closing brace. Its specification may contain fields.
fn field(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    let end = text.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// `f"a.{b}"`
pub(super) fn interpolated(text: &ast::ExprFString) -> Vec<Part<'_>> {
    let parts = text.value.elements().map(|element| match element {
        ast::InterpolatedStringElement::Literal(literal) => Part::Text(&literal.value),
        ast::InterpolatedStringElement::Interpolation(inner) => {
            let is_plain = matches!(inner.conversion, ast::ConversionFlag::None | ast::ConversionFlag::Str);
            let is_changed = !is_plain || inner.format_spec.is_some() || inner.debug_text.is_some();
            Part::Value(Some(&*inner.expression).filter(|_| !is_changed))
        }
    });
    parts.collect()
}

/// Splits `string.Template("a.$b").substitute(b=c)`, see "Template strings" in the library reference.
pub(super) fn template<'e>(text: &'e str, arguments: &'e ast::Arguments) -> Vec<Part<'e>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        if let Some(after) = behind.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
            continue;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, after) = match behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(found) => found,
            None => behind.split_at(behind.find(|c| !is_name(c)).unwrap_or(behind.len())),
        };
        let table = arguments.args.first().and_then(|table| keyed(table, name));
        parts.push(Part::Value(arguments.find_keyword(name).map(|keyword| &keyword.value).or(table)));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}
