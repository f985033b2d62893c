//! Finds functions of a module that read the sources of their arguments, and the functions that they call.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};

use super::shapes::imported;
use crate::analysis::facts::Origin;
use crate::analysis::facts::looks::Function;

/// Functions that read the source of an object.
const READERS: [&str; 4] = ["findsource", "getsource", "getsourcelines", "getsourcefile"];

/// Returns the top-level functions and classes of a module, and `Class.method`. The methods of a class also
/// count for the class.
pub(in crate::analysis) fn calls(bytes: &[u8], minor: u8) -> BTreeMap<String, Function> {
    let text = super::decode(bytes);
    super::stack::deep(text.len(), || calls_of(&text, minor))
}

fn calls_of(text: &str, minor: u8) -> BTreeMap<String, Function> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let Some(parsed) = ruff_python_parser::parse_unchecked(text, options).try_into_module() else {
        return BTreeMap::new();
    };
    let mut finder = Finder::default();
    finder.visit_body(parsed.suite());
    let Finder { functions, imports, .. } = finder;
    let own: BTreeSet<String> = functions.keys().cloned().collect();
    let found = functions.into_iter().map(|(name, seen)| {
        let mut function = Function { reads: seen.reads, ..Function::default() };
        for called in seen.names {
            let (first, rest) = called.split_once('.').unwrap_or((&called, ""));
            match imports.get(first) {
                // Imported names refer to other modules.
                Some((origin, module)) if rest.is_empty() => function.calls.push((*origin, module.clone())),
                Some((origin, module)) => function.calls.push((*origin, format!("{module}.{rest}"))),
                None if own.contains(&called) => function.calls.push((Origin::Own(0), called)),
                None if own.contains(first) => function.calls.push((Origin::Own(0), first.to_owned())),
                None => {
                    let method = called.rsplit_once('.').map(|(_, method)| method.to_owned());
                    function.methods.extend(method.filter(|method| !method.starts_with("__")));
                }
            }
        }
        (name, function)
    });
    found.collect()
}

#[derive(Default)]
struct Finder {
    functions: BTreeMap<String, Seen>,
    imports: BTreeMap<String, (Origin, String)>,
    /// The current top-level class, and the current function or method.
    class: Option<String>,
    function: Option<String>,
}

/// How code mentions a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    Call,
    Name,
}

/// The content of a function.
#[derive(Default)]
struct Seen {
    reads: bool,
    /// The names that it calls or mentions.
    names: BTreeSet<String>,
}

impl Finder {
    /// Records a mention for the current function, method and class.
    fn note(&mut self, name: &str, mention: Mention) {
        let class = self.class.clone();
        for inside in [self.function.clone(), class.clone()].into_iter().flatten() {
            let seen = self.functions.entry(inside).or_default();
            seen.reads |=
                mention == Mention::Call && READERS.contains(&name.rsplit('.').next().unwrap_or_default());
            let of_self = name.strip_prefix("self.").or_else(|| name.strip_prefix("cls."));
            seen.names.insert(match (of_self, &class) {
                (Some(method), Some(class)) if !method.contains('.') => format!("{class}.{method}"),
                _ => name.to_owned(),
            });
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        for (bound, origin, name) in imported(stmt) {
            self.imports.insert(bound.to_owned(), (origin, name));
        }
        match stmt {
            Stmt::FunctionDef(s) if self.function.is_none() => {
                let name = match &self.class {
                    Some(class) => format!("{class}.{}", s.name),
                    None => s.name.to_string(),
                };
                self.functions.entry(name.clone()).or_default();
                self.function = Some(name);
                visitor::walk_stmt(self, stmt);
                self.function = None;
            }
            Stmt::ClassDef(s) if self.class.is_none() && self.function.is_none() => {
                self.functions.entry(s.name.to_string()).or_default();
                self.class = Some(s.name.to_string());
                visitor::walk_stmt(self, stmt);
                self.class = None;
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(ast::ExprCall { func, .. }) => {
                if let Some(called) = dotted(func) {
                    self.note(&called, Mention::Call);
                }
            }
            // `make = f if simple else g`
            Expr::Name(name) if name.ctx.is_load() => self.note(name.id.as_str(), Mention::Name),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// Returns a name with attributes.
fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str().to_owned()),
        Expr::Attribute(a) => Some(format!("{}.{}", dotted(&a.value)?, a.attr)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_functions_that_are_chosen_are_followed() {
        let text = b"class App:\n    def cell(self, f): return self.manager.register(f)\n    def run(self): self.cell(1)\n\
                     def make(f):\n    chosen = first if f else second\n    return chosen(f)\ndef first(f): pass\ndef second(f): pass\n";
        let found = calls(text, 12);
        assert_eq!(found["App.cell"].methods, ["register"]);
        assert!(found["App.run"].calls.contains(&(Origin::Own(0), "App.cell".to_owned())));
        assert!(found["make"].calls.contains(&(Origin::Own(0), "second".to_owned())));
    }

    #[test]
    fn functions_that_read_sources() {
        let text = b"import inspect\nfrom .front import parse as p\nimport os.path\ndef script(f):\n    def inner(): return p(f)\n    \
                     return os.path.join(inner())\nclass C:\n    def m(self, f): return inspect.getsource(f)\nprint(1)\n";
        let found = calls(text, 12);
        let front = (Origin::Package(1), "front.parse".to_owned());
        assert!(found["script"].calls.contains(&front) && !found["script"].reads);
        assert!(found["script"].calls.contains(&(Origin::Absolute, "os.path.join".to_owned())));
        assert!(found["C"].reads && found["C.m"].reads && found.len() == 3);
    }
}
