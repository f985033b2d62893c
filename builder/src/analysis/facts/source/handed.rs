//! Finds functions that import names from their parameters, and arguments that modules pass to functions of
//! others.

use std::collections::HashMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::lines::Lines;
use super::own::Names;
use super::shapes::{called, elements, literal, receiver};
use crate::analysis::facts::handed::{Argument, Handed, Importer, Slot, Value};
use crate::analysis::facts::{Facts, Origin, Whose};
use crate::names::is_dotted_name;

/// Calls that import or find the module in their first argument.
const IMPORTS: [&str; 3] = ["import_module", "__import__", "find_spec"];
/// Maximum nesting of variables that is followed.
const DEPTH: u32 = 3;

/// Finds both in a source. For a library, only calls with its own name, or with imports from its own
/// package.
pub(super) fn find(text: &str, lines: &Lines, body: &[Stmt], whose: Whose, facts: &mut Facts) {
    let is_own = whose == Whose::Own;
    let imports = IMPORTS.iter().any(|name| text.contains(name));
    let is_handed = ["__name__)", "__name__,"].iter().any(|argument| text.contains(argument));
    let mut imported = imported(body, whose);
    // Most imports are called rather than passed on.
    imported.retain(|name, _| {
        memchr::memmem::find_iter(text.as_bytes(), name).any(|at| {
            let rest = &text.as_bytes()[at + name.len()..];
            matches!(rest.first(), Some(b',' | b')'))
        })
    });
    if !(imports || is_own || is_handed) && imported.is_empty() {
        return;
    }
    let mut names = Names::default();
    if is_own {
        names.visit_body(body);
    }
    let mut finder = Finder {
        lines,
        names,
        functions: Vec::new(),
        imported,
        is_own,
        importers: Vec::new(),
        handed: Vec::new(),
    };
    finder.visit_body(body);
    (facts.importers, facts.handed) = (finder.importers, finder.handed);
}

struct Finder<'a> {
    lines: &'a Lines,
    names: Names<'a>,
    /// The enclosing functions.
    functions: Vec<&'a ast::StmtFunctionDef>,
    /// Names of top-level imports, with their origin.
    imported: HashMap<&'a str, (Origin, String)>,
    is_own: bool,
    importers: Vec<Importer>,
    handed: Vec<Handed>,
}

impl<'a> Finder<'a> {
    /// Returns the parameter of the enclosing function that an expression refers to.
    fn slot(&self, expr: &Expr) -> Option<(&'a str, Slot)> {
        let (Expr::Name(name), Some(function)) = (expr, self.functions.last()) else { return None };
        let parameters: Vec<&str> = function.parameters.iter().map(|p| p.name().as_str()).collect();
        let is_method = matches!(parameters.first(), Some(&("self" | "cls")));
        let place = parameters.iter().position(|p| *p == name.id.as_str())?;
        let place = u32::try_from(place.checked_sub(usize::from(is_method))?).ok()?;
        Some((function.name.as_str(), Slot { place, name: name.id.to_string() }))
    }

    fn import_call(&mut self, call: &ast::ExprCall) {
        let Some(name) = call.arguments.find_argument_value("name", 0) else { return };
        if let Some((function, slot)) = self.slot(name) {
            self.importers.push(Importer { function: function.to_owned(), slot, anchored: None });
        }
        let anchor = call.arguments.find_argument_value("package", 1);
        if let (Some((function, slot)), Some(start)) = (anchor.and_then(|a| self.slot(a)), start(name)) {
            let anchored = Some(start.to_owned());
            self.importers.push(Importer { function: function.to_owned(), slot, anchored });
        }
    }

    fn hand(&mut self, call: &ast::ExprCall, argument: impl Fn() -> Argument, value: &Expr) {
        let function = called(&call.func);
        if function.is_empty() || IMPORTS.contains(&function) {
            return;
        }
        let values = match value {
            Expr::Name(n) if matches!(n.id.as_str(), "__name__" | "__package__") => vec![Value::Own],
            Expr::Name(n) if self.imported.contains_key(n.id.as_str()) => {
                let (origin, name) = self.imported[n.id.as_str()].clone();
                vec![Value::Imported(origin, name)]
            }
            other if self.is_own => self.texts(other, DEPTH).into_iter().map(Value::Text).collect(),
            _ => Vec::new(),
        };
        for value in values {
            let line = self.lines.at(call.range().start());
            let (function, argument) = (function.to_owned(), argument());
            self.handed.push(Handed { line, function, argument, value });
        }
    }

    /// Returns possible module names of an expression: a constant, or the values of a variable or loop.
    fn texts(&self, expr: &Expr, depth: u32) -> Vec<String> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        match expr {
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                let is_name = is_dotted_name(text.trim_start_matches('.'));
                is_name.then(|| text.to_owned()).into_iter().collect()
            }
            Expr::Tuple(_) | Expr::List(_) | Expr::Set(_) => {
                elements(expr).iter().flat_map(|inner| self.texts(inner, depth)).collect()
            }
            Expr::Name(name) => {
                let values = self.names.get(name.id.as_str()).iter();
                values.flat_map(|value| self.texts(value, depth)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.functions.push(function);
                visitor::walk_stmt(self, stmt);
                self.functions.pop();
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            if IMPORTS.contains(&called(&call.func)) {
                self.import_call(call);
            }
            for (place, value) in call.arguments.args.iter().enumerate() {
                self.hand(call, || Argument::Place(u32::try_from(place).unwrap_or(u32::MAX)), value);
            }
            for keyword in &call.arguments.keywords {
                if let Some(name) = &keyword.arg {
                    self.hand(call, || Argument::Keyword(name.to_string()), &keyword.value);
                }
            }
        }
        visitor::walk_expr(self, expr);
    }
}

/// Returns the top-level imports of a module that may be packages. For a library, only relative imports
/// from its own package. Names of packages are in lower case.
fn imported(body: &[Stmt], whose: Whose) -> HashMap<&str, (Origin, String)> {
    let mut found = HashMap::new();
    for stmt in body {
        let Stmt::ImportFrom(import) = stmt else { continue };
        let origin = if import.level == 0 { Origin::Absolute } else { Origin::Package(import.level) };
        if whose == Whose::Library && origin == Origin::Absolute {
            continue;
        }
        let start = import.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
        for alias in &import.names {
            let name = alias.name.as_str();
            if name != "*" && !name.contains(|c: char| c.is_ascii_uppercase()) {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                found.insert(bound, (origin, format!("{start}{name}")));
            }
        }
    }
    found
}

/// Returns the known beginning of a relative name: `"." + name`, `f"._{name}"`, `"._%s" % name`.
fn start(name: &Expr) -> Option<&str> {
    let text = match name {
        Expr::BinOp(op) if matches!(op.op, ast::Operator::Add | ast::Operator::Mod) => literal(&op.left)?,
        Expr::Call(call) if called(&call.func) == "format" => receiver(call).and_then(literal)?,
        Expr::FString(text) => match text.value.elements().next()? {
            ast::InterpolatedStringElement::Literal(literal) => &literal.value,
            ast::InterpolatedStringElement::Interpolation(_) => return None,
        },
        _ => return None,
    };
    let end = text.find(['%', '{']).unwrap_or(text.len());
    Some(&text[..end]).filter(|text| text.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use crate::analysis::facts::Whose;
    use crate::analysis::facts::source::source;

    #[test]
    fn functions_that_import_their_parameters_are_read() {
        let text = "
from importlib import import_module
from importlib.util import find_spec
def load(name): return import_module(name)
class Loader:
    def later(self, kind, name=None): return find_spec(name)
def backend(names, package):
    for name in names: import_module('._' + name, package)
def other(name): return import_module('fixed')
";
        let facts = source(text.as_bytes(), 12, Whose::Library);
        let shown = |i: &super::Importer| format!("{} {} {:?}", i.function, i.slot.place, i.anchored);
        let found: Vec<String> = facts.importers.iter().map(shown).collect();
        assert_eq!(found, ["load 0 None", "later 1 None", "backend 1 Some(\"._\")"]);
    }

    #[test]
    fn names_that_are_handed_out_are_read() {
        let text = "
from tool import backend, load
backend = backend(['x'], __name__)
load('colorsys')
for kind in ('one', 'pkg.two'): load(name=kind)
load('not a name')
";
        let handed = |whose| source(text.as_bytes(), 12, whose).handed;
        let shown: Vec<String> = handed(Whose::Own)
            .iter()
            .map(|h| format!("{} {:?} {:?}", h.function, h.argument, h.value))
            .collect();
        assert_eq!(
            shown,
            [
                "backend Place(0) Text(\"x\")",
                "backend Place(1) Own",
                "load Place(0) Text(\"colorsys\")",
                "load Keyword(\"name\") Text(\"one\")",
                "load Keyword(\"name\") Text(\"pkg.two\")",
            ]
        );
        assert_eq!(handed(Whose::Library).len(), 1);
    }

    #[test]
    fn packages_that_are_handed_out_are_read() {
        let text = "
from other import far
from ... import plugins as mine
from ..core import Thing, checks
collect(mine, filter=far)
collect(Thing, where=checks)
";
        let handed = source(text.as_bytes(), 12, Whose::Library).handed;
        let shown: Vec<String> = handed.iter().map(|h| format!("{:?} {:?}", h.argument, h.value)).collect();
        assert_eq!(
            shown,
            [
                "Place(0) Imported(Package(3), \"plugins\")",
                "Keyword(\"where\") Imported(Package(2), \"core.checks\")",
            ]
        );
    }
}
