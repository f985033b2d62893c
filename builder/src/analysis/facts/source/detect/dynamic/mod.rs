//! Detects calls that import: through `importlib`, functions with names such as `import_…`, specs, and code
//! in texts.

mod executed;
pub(in crate::analysis::facts::source) mod wrappers;

use ruff_python_ast::{self as ast, Expr};

use self::executed::executed;
use self::wrappers::Wrappers;
use super::scans::given_package;
use super::{Call, Detector};
use crate::analysis::facts::source::found::{Found, When};
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::shapes::{literal, number};
use crate::analysis::facts::source::text::{Known, UNKNOWN, strings};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

#[derive(Default)]
pub(super) struct Dynamic<'a> {
    wrappers: Wrappers<'a>,
    /// Initial number of wrappers.
    known: usize,
}

impl<'a> Dynamic<'a> {
    /// Creates a detector with known functions that import their arguments.
    pub(super) fn new(wrappers: Wrappers<'a>) -> Dynamic<'a> {
        let known = wrappers.count();
        Dynamic { wrappers, known }
    }

    /// Returns these functions, if there are more than initially.
    pub(super) fn more_wrappers(&mut self) -> Option<Wrappers<'a>> {
        (self.wrappers.count() != self.known).then(|| std::mem::take(&mut self.wrappers))
    }
}

impl<'a> Detector<'a> for Dynamic<'a> {
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
        self.wrappers.call(call, scope, found);
        if is_import(call, scope) {
            if let Some(name) = call.arguments.find_argument_value("name", 0) {
                self.wrappers.note(name, scope);
                import_call(call, name, scope, found);
            }
            return;
        }
        match (call.name, call.on) {
            ("exec" | "eval", None) => executed(call, scope, found),
            ("find_spec", _) => find_spec(call, scope, found),
            ("module_from_spec" | "exec_module" | "load_module", Some(_)) => found.marks.loads_specs = true,
            ("breakpoint", None) => found.import(Import { module: "pdb".to_owned(), ..scope.at(call.at()) }),
            (name, _) if name.contains("import") => named_call(call, scope, found),
            _ => filling_call(call, scope, found),
        }
    }
}

/// Returns whether a call imports, finds or runs a module by name.
fn is_import<'a>(call: &Call<'a>, scope: &Scope<'a>) -> bool {
    match (call.name, call.on) {
        (name, None) => name == "__import__" || scope.is_importer(name),
        ("import_module" | "__import__", Some(on)) => scope.is_module(on, "importlib"),
        ("run_module", Some(on)) => scope.is_module(on, "runpy"),
        ("resolve_name", Some(on)) => scope.is_module(on, "pkgutil"),
        _ => false,
    }
}

/// `import_module(name, package)` and `__import__(name, …)` with a partly known name.
fn import_call<'a>(call: &Call<'a>, name: &'a Expr, scope: &Scope<'a>, found: &mut Found<'a>) {
    let known = scope.variables.texts(name);
    // Any module that a text names may be imported.
    let nothing = |k: &Known| k.text.starts_with(UNKNOWN) && !k.text.contains(|c| c != '*' && c != '.');
    let is_open = known.is_empty() || known.iter().any(nothing);
    found.marks.lazy |= is_open;
    found.facts.open |= is_open;
    if scope.words && !name.is_string_literal_expr() {
        let lines = if is_open { &mut found.facts.open_at } else { &mut found.facts.computed_at };
        lines.push(scope.line(call.at()));
    }
    found.marks.computes |= known.is_empty() || known.iter().any(|k| !k.whole);
    // A variable may have several values, a table contains more than names, and a subclass may override an
    // attribute.
    let is_put_together = !matches!(name, Expr::StringLiteral(_) | Expr::Name(_));
    let guard = if known.len() > 1 || is_put_together { Guard::Optional } else { Guard::None };
    for known in known {
        given_package(call, &known, scope, found);
        import(call, known, guard, scope, found);
    }
}

/// Adds the import of a name passed to a call, under a guard that is at least as strong.
pub(super) fn import<'a>(
    call: &Call<'a>,
    known: Known,
    guard: Guard,
    scope: &Scope<'a>,
    found: &mut Found<'a>,
) {
    let is_whole = known.whole;
    let Some((origin, module)) = target(call, known, scope) else { return };
    let here = || Import { guard: scope.guard.max(guard), origin, ..scope.at(call.at()) };
    let form = if is_whole { Form::Call } else { Form::Prefix };
    // `__import__("a.b", fromlist=["c"])` imports `a.b.c` like `from a.b import c`.
    let mut names = Vec::new();
    if let Some(from) = call.arguments.find_argument_value("fromlist", 3) {
        strings(from, &mut names);
        // `fromlist=[name]`: anything in the package.
        if let Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) = from
            && form == Form::Call
            && elts.iter().any(|name| !name.is_string_literal_expr())
        {
            let inside = if module.is_empty() { String::new() } else { format!("{module}.") };
            found.import(Import { module: inside, form: Form::Prefix, ..here() });
        }
    }
    found.import(Import { module, form, names, ..here() });
}

/// Returns the module that a name in a call refers to, and its base; `None` if it cannot be a module.
fn target<'a>(call: &Call<'a>, known: Known, scope: &Scope<'a>) -> Option<(Origin, String)> {
    let Known { mut origin, mut text, .. } = known;
    // `__import__(name, globals(), locals(), names, 1)`
    if origin == Origin::Absolute
        && let Some(level) = call.arguments.find_argument_value("level", 4).and_then(number)
        && let Some(level) = u8::try_from(level).ok().filter(|level| *level > 0)
    {
        origin = Origin::Package(u32::from(level));
    }
    // Usually only the beginning is known.
    if let Some(start) = text.strip_suffix(UNKNOWN).filter(|start| !start.contains(UNKNOWN)) {
        text.truncate(start.len());
    }
    if origin == Origin::Absolute && text.starts_with('.') {
        (origin, text) = resolved(call, &text, scope);
    }
    // Unlike a statement, a call can import files whose names are not identifiers.
    let is_no_name = |c: char| c.is_whitespace() || c.is_control() || "/\\\"'<>{}()[]:;,".contains(c);
    let is_nothing = text.is_empty() && origin == Origin::Absolute;
    (!is_nothing && !text.chars().any(is_no_name)).then_some((origin, text))
}

/// Resolves a name with leading dots, relative to the package passed to the call.
fn resolved<'a>(call: &Call<'a>, text: &str, scope: &Scope<'a>) -> (Origin, String) {
    let level = u32::try_from(text.bytes().take_while(|&b| b == b'.').count()).unwrap_or(1);
    let tail = text.trim_start_matches('.').to_owned();
    let package = call.arguments.find_argument_value("package", 1);
    let package = package.and_then(|p| scope.variables.texts(p).into_iter().next());
    match package {
        Some(Known { origin: Origin::Absolute, text: package, whole: true }) => {
            let up = package.split('.').count().saturating_sub(level as usize - 1);
            let base: Vec<&str> = package.split('.').take(up).collect();
            (Origin::Absolute, format!("{}.{tail}", base.join(".")))
        }
        Some(Known { origin: Origin::Own(0), text: inner, whole: true }) if inner.is_empty() => {
            (Origin::Own(level - 1), tail)
        }
        // `__package__`, `__spec__.parent` or a variable: most likely the package of the module itself.
        _ => (Origin::Package(level), tail),
    }
}

/// Returns the import of the module that a literal argument names.
fn literal_import<'a>(call: &Call<'a>, scope: &Scope<'a>) -> Option<Import> {
    let name = call.first().and_then(literal).filter(|name| is_dotted_name(name))?;
    Some(Import { guard: Guard::Optional, module: name.to_owned(), ..scope.at(call.at()) })
}

/// `import_optional_dependency("name")`: a function whose name says that it imports. Of a name that is put together, as in
/// `import_patched("dns." + name)`, at least a package must be known.
fn named_call<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    if let Some(import) = literal_import(call, scope) {
        found.import(import);
        return;
    }
    let Some(name) = call.first().filter(|name| !matches!(name, Expr::StringLiteral(_))) else { return };
    for known in scope.variables.texts(name) {
        let start = known.text.split(UNKNOWN).next().unwrap_or_default();
        let package = start.rsplit_once('.').map_or("", |(package, _)| package);
        if known.origin == Origin::Absolute && !known.whole && is_dotted_name(package) {
            import(call, known, Guard::Optional, scope, found);
        }
    }
}

/// `inject("name", globals())`, `LazyLoader("name", globals(), "package.name")`: a function that gets the names of the module, and
/// a name, most likely imports it.
fn filling_call<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    let is_globals = |argument: &Expr| match argument {
        Expr::Call(inner) => matches!(&*inner.func, Expr::Name(name) if name.id.as_str() == "globals"),
        _ => false,
    };
    if !call.arguments.args.iter().any(is_globals) {
        return;
    }
    for name in call.arguments.args.iter().filter_map(literal).filter(|name| is_dotted_name(name)) {
        found.import(Import { guard: Guard::Optional, module: name.to_owned(), ..scope.at(call.at()) });
    }
}

/// `find_spec("name")`, which matters if specs are loaded.
fn find_spec<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    if let Some(import) = literal_import(call, scope) {
        found.import_when(When::LoadsSpecs, import);
    }
}
