//! Finds which functions of a module read the sources of what they are given, and which others they call.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};

use super::shapes::imported;
use crate::analysis::facts::Origin;
use crate::analysis::facts::looks::Function;

/// What asks for the source of an object.
const READERS: [&str; 4] = ["findsource", "getsource", "getsourcelines", "getsourcefile"];

/// The functions and classes at the top of a module; those of a class count as the class.
pub(in crate::analysis) fn calls(bytes: &[u8], minor: u8) -> BTreeMap<String, Function> {
    let text = super::decode(bytes);
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let Some(parsed) = ruff_python_parser::parse_unchecked(&text, options).try_into_module() else {
        return BTreeMap::new();
    };
    let mut finder = Finder::default();
    finder.visit_body(parsed.suite());
    // Names that are imported from elsewhere lead there.
    let imports = finder.imports;
    let resolved = |name: String| {
        let (first, rest) = name.split_once('.').map_or((name.as_str(), ""), |(first, rest)| (first, rest));
        match imports.get(first) {
            Some((origin, module)) if rest.is_empty() => (*origin, module.clone()),
            Some((origin, module)) => (*origin, format!("{module}.{rest}")),
            None => (Origin::Own(0), name),
        }
    };
    let mut found = BTreeMap::new();
    for (name, (reads, calls)) in finder.functions {
        let calls = calls.into_iter().map(resolved).collect();
        found.insert(name, Function { reads, calls });
    }
    found
}

#[derive(Default)]
struct Finder {
    functions: BTreeMap<String, (bool, Vec<String>)>,
    imports: BTreeMap<String, (Origin, String)>,
    /// The function or class at the top that is looked at.
    inside: Option<String>,
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        for (bound, origin, name) in imported(stmt) {
            self.imports.insert(bound.to_owned(), (origin, name));
        }
        let name = match stmt {
            Stmt::FunctionDef(s) => Some(s.name.as_str()),
            Stmt::ClassDef(s) => Some(s.name.as_str()),
            _ => None,
        };
        let is_top = self.inside.is_none();
        if let Some(name) = name.filter(|_| is_top) {
            self.functions.entry(name.to_owned()).or_default();
            self.inside = Some(name.to_owned());
            visitor::walk_stmt(self, stmt);
            self.inside = None;
        } else {
            visitor::walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let (Expr::Call(ast::ExprCall { func, .. }), Some(inside)) = (expr, &self.inside)
            && let Some(called) = dotted(func)
        {
            let (reads, calls) = self.functions.entry(inside.clone()).or_default();
            let last = called.rsplit('.').next().unwrap_or_default();
            *reads |= READERS.contains(&last);
            if !called.starts_with("self.") && !called.starts_with("cls.") && !calls.contains(&called) {
                calls.push(called);
            }
        }
        visitor::walk_expr(self, expr);
    }
}

/// A name with attributes.
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
    fn functions_that_read_sources() {
        let text = b"import inspect\nfrom .front import parse as p\nimport os.path\ndef script(f):\n    def inner(): return p(f)\n    \
                     return os.path.join(inner())\nclass C:\n    def m(self, f): return inspect.getsource(f)\nprint(1)\n";
        let found = calls(text, 12);
        let front = (Origin::Package(1), "front.parse".to_owned());
        assert!(found["script"].calls.contains(&front) && !found["script"].reads);
        assert!(found["script"].calls.contains(&(Origin::Absolute, "os.path.join".to_owned())));
        assert!(found["C"].reads && found.len() == 2);
    }
}
