//! Code patterns that affect imports: handlers, early exits, modules that stand for others.

use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::analysis::facts::Origin;

/// Returns whether an assignment makes a module provide others: `__getattr__` (PEP 562),
/// `sys.modules[__name__]`.
pub(super) fn stands_for_modules(target: &Expr) -> bool {
    match target {
        Expr::Name(name) => name.id.as_str() == "__getattr__",
        Expr::Tuple(tuple) => tuple.elts.iter().any(stands_for_modules),
        Expr::Subscript(s) => modules_of(s).is_some() && is_own_name(&s.slice),
        _ => false,
    }
}

/// Returns `x` if `x.modules[name]` is assigned under a name other than the module's own.
pub(super) fn entered_in(target: &Expr) -> Option<&Expr> {
    let Expr::Subscript(subscript) = target else { return None };
    modules_of(subscript).filter(|_| !is_own_name(&subscript.slice))
}

fn modules_of(subscript: &ast::ExprSubscript) -> Option<&Expr> {
    let Expr::Attribute(attribute) = &*subscript.value else { return None };
    (attribute.attr.as_str() == "modules").then_some(&*attribute.value)
}

fn is_own_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(n) if n.id.as_str() == "__name__")
}

/// Returns the text of a source file. Module names are ASCII in practice, so any encoding other than UTF-8
/// is read byte by byte.
pub(super) fn decode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect::<String>().into(),
    }
}

/// Returns the name of the called function or method.
pub(super) fn called(function: &Expr) -> &str {
    variable(function).unwrap_or_default()
}

/// Returns the name of a variable or an attribute.
pub(super) fn variable(target: &Expr) -> Option<&str> {
    match target {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// Returns the object whose method is called.
pub(super) fn receiver(call: &ast::ExprCall) -> Option<&Expr> {
    let Expr::Attribute(method) = &*call.func else { return None };
    Some(&method.value)
}

/// Returns the text of a string literal.
pub(super) fn literal(expr: &Expr) -> Option<&str> {
    let Expr::StringLiteral(text) = expr else { return None };
    Some(text.value.to_str())
}

/// Returns the value of a literal number that is whole and not large.
pub(super) fn number(expr: &Expr) -> Option<i64> {
    let Expr::NumberLiteral(number) = expr else { return None };
    let ast::Number::Int(number) = &number.value else { return None };
    number.as_i64()
}

/// Returns the number of parents that `path.parents[n]` goes up, at most 256.
pub(super) fn levels(index: &Expr) -> Option<usize> {
    number(index).and_then(|n| u8::try_from(n).ok()).map(|n| usize::from(n) + 1)
}

/// Returns the elements of a list, a tuple or a set; empty for other expressions.
pub(super) fn elements(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::List(ast::ExprList { elts, .. })
        | Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => elts,
        _ => &[],
    }
}

/// Returns the names that an import statement binds, with their modules or attributes.
pub(super) fn imported(stmt: &Stmt) -> Vec<(&str, Origin, String)> {
    match stmt {
        Stmt::Import(s) => s.names.iter().map(import_alias).collect(),
        Stmt::ImportFrom(s) => {
            let origin = if s.level == 0 { Origin::Absolute } else { Origin::Package(s.level) };
            let module = s.module.as_ref().map_or("", |m| m.as_str());
            let dot = if module.is_empty() { "" } else { "." };
            let from = |alias: &'_ ast::Alias| format!("{module}{dot}{}", alias.name);
            s.names.iter().map(|a| (a.asname.as_ref().unwrap_or(&a.name).as_str(), origin, from(a))).collect()
        }
        _ => Vec::new(),
    }
}

/// `import a.b` binds `a`, `import a.b as c` binds `a.b` as `c`.
fn import_alias(alias: &ast::Alias) -> (&str, Origin, String) {
    let name = alias.name.as_str();
    let (bound, module) = match &alias.asname {
        Some(asname) => (asname.as_str(), name),
        None => name.split_once('.').map_or((name, name), |(top, _)| (top, top)),
    };
    (bound, Origin::Absolute, module.to_owned())
}

/// Returns whether a block never continues after its end.
pub(super) fn ends(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)) => true,
        Some(Stmt::Expr(e)) => matches!(&*e.value, Expr::Call(c)
            if matches!(&*c.func, Expr::Attribute(a) if a.attr.as_str() == "exit"
                && matches!(&*a.value, Expr::Name(n) if n.id.as_str() == "sys"))),
        _ => false,
    }
}

/// Returns whether an `except` clause catches a failed import.
pub(super) fn catches_import_error(what: Option<&Expr>) -> bool {
    const CAUGHT: [&str; 4] = ["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];
    match what {
        None => true,
        Some(Expr::Name(name)) => CAUGHT.contains(&name.id.as_str()),
        Some(Expr::Attribute(a)) => CAUGHT.contains(&a.attr.as_str()),
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(|e| catches_import_error(Some(e))),
        Some(_) => false,
    }
}

/// `with try_import() as imports: import a`: a context manager around imports only may suppress their
/// errors.
pub(super) fn may_suppress(stmt: &ast::StmtWith) -> bool {
    let is_import = |stmt: &Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let is_catching_warnings = |item: &ast::WithItem| matches!(&item.context_expr, Expr::Call(call) if called(&call.func) == "catch_warnings");
    stmt.body.iter().all(is_import) && !stmt.items.iter().any(is_catching_warnings)
}

/// `with contextlib.suppress(ImportError)`.
pub(super) fn suppresses(item: &ast::WithItem) -> bool {
    let Expr::Call(call) = &item.context_expr else { return false };
    called(&call.func) == "suppress" && call.arguments.args.iter().any(|a| catches_import_error(Some(a)))
}
