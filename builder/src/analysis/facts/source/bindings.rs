//! The names that a module binds at its top level, as far as its source shows.

use crate::names;
use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};
use serde::{Deserialize, Serialize};

use super::decode;
use super::stack::deep;

/// Names through which top-level code may bind other names. In functions they do not affect the top level.
const REFLECTION: [&str; 6] = ["__dict__", "eval", "exec", "locals", "setattr", "vars"];
/// Names that affect the top level from anywhere: `globals()` and `sys.modules[__name__]`.
const GLOBAL_REFLECTION: [&str; 2] = ["globals", "modules"];

/// The bindings of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bindings {
    /// Names bound anywhere at the top level, under any condition.
    pub names: BTreeSet<String>,
    /// Names that a `def` binds.
    pub functions: BTreeSet<String>,
    /// Names in the bodies of classes with no other names: bound once, without bases and decorators.
    pub classes: BTreeMap<String, BTreeSet<String>>,
    /// Modules of star imports: the level of a relative one, and the name.
    pub stars: Vec<(u32, String)>,
    /// Whether there may be more names: the module has a `__getattr__`, accesses its namespace, or cannot
    /// be parsed.
    pub open: bool,
}

/// Finds the bindings in a source file, for a minor version of Python 3.
pub(crate) fn bindings(bytes: &[u8], minor: u8) -> Bindings {
    let text = decode(bytes);
    deep(text.len(), || bindings_of(&text, minor))
}

fn bindings_of(text: &str, minor: u8) -> Bindings {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let parsed = ruff_python_parser::parse_unchecked(text, options);
    let doubtful = !parsed.errors().is_empty();
    let Some(parsed) = parsed.try_into_module() else {
        return Bindings { open: true, ..Bindings::default() };
    };
    let mut collector = Collector::default();
    collector.visit_body(parsed.suite());
    let Collector { mut found, ambiguous, .. } = collector;
    found.classes.retain(|name, _| !ambiguous.contains(name));
    found.open |= doubtful || found.names.contains("__getattr__");
    found
}

#[derive(Default)]
struct Collector {
    found: Bindings,
    /// Names that are bound twice, or whose attributes are set.
    ambiguous: BTreeSet<String>,
    /// Number of functions and classes around the current node.
    depth: u32,
}

impl Collector {
    fn bind(&mut self, name: &str) {
        if self.depth == 0 && !self.found.names.insert(name.to_owned()) {
            self.ambiguous.insert(name.to_owned());
        }
    }

    /// Records the use of a name through which a module may bind others.
    fn reaches(&mut self, name: &str) {
        self.found.open |= GLOBAL_REFLECTION.contains(&name) || self.depth == 0 && REFLECTION.contains(&name);
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn class(&mut self, class: &ast::StmtClassDef) {
        let name = class.name.as_str();
        self.bind(name);
        let plain = class.decorator_list.is_empty() && class.arguments.as_ref().is_none_or(|a| a.is_empty());
        if self.depth == 0 && plain {
            let mut members = Collector::default();
            members.visit_body(&class.body);
            if !members.found.open && members.found.stars.is_empty() {
                self.found.classes.insert(name.to_owned(), members.found.names);
            }
        }
        class.decorator_list.iter().for_each(|d| self.visit_decorator(d));
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        self.inside(|c| c.visit_body(&class.body));
    }
}

impl<'a> Visitor<'a> for Collector {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bind(def.name.as_str());
                if self.depth == 0 {
                    self.found.functions.insert(def.name.as_str().to_owned());
                }
                def.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                self.visit_parameters(&def.parameters);
                self.inside(|c| c.visit_body(&def.body));
            }
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let top = names::top(alias.name.as_str());
                    self.bind(alias.asname.as_ref().map_or(top, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        let module = import.module.as_ref().map_or("", |m| m.as_str());
                        self.found.stars.push((import.level, module.to_owned()));
                    } else {
                        self.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                    }
                }
            }
            // A function binds these at the top level.
            Stmt::Global(global) => {
                for name in &global.names {
                    self.found.names.insert(name.as_str().to_owned());
                    self.ambiguous.insert(name.as_str().to_owned());
                }
            }
            // An annotation without a value binds nothing.
            Stmt::AnnAssign(assign) if assign.value.is_none() => {}
            Stmt::Try(statement) => {
                for ast::ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                    if let Some(name) = &handler.name {
                        self.bind(name.as_str());
                    }
                }
                visitor::walk_stmt(self, stmt);
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Store => self.bind(name.id.as_str()),
            Expr::Name(name) => self.reaches(name.id.as_str()),
            Expr::Attribute(attribute) => {
                self.reaches(attribute.attr.as_str());
                if let (ExprContext::Store, Expr::Name(base)) = (attribute.ctx, &*attribute.value) {
                    self.ambiguous.insert(base.id.as_str().to_owned());
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => self.inside(|c| c.visit_expr(&lambda.body)),
            other => visitor::walk_expr(self, other),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(p) => p.name.as_ref(),
            Pattern::MatchStar(p) => p.name.as_ref(),
            Pattern::MatchMapping(p) => p.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name.as_str());
        }
        visitor::walk_pattern(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let found = bindings(text.as_bytes(), 12);
        assert!(!found.open, "{text}");
        found.names.into_iter().collect()
    }

    #[test]
    fn whatever_binds_a_name_counts() {
        assert_eq!(names("import a.b, c.d as e\nfrom f import g, h as i\n"), ["a", "e", "g", "i"]);
        assert_eq!(names("async def f(x): y = 1\nclass C:\n    z = 2\n"), ["C", "f"]);
        assert_eq!(names("a, (b, *c) = d = 1\ne: int = 2\nf += 1\n"), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(names("with x as a: b = 1\nfor c in d: pass\nelse: e = 1\n"), ["a", "b", "c", "e"]);
        assert_eq!(
            names("if x:\n    a = 1\nelif y:\n    b = 1\nelse:\n    def c(): pass\n"),
            ["a", "b", "c"]
        );
        assert_eq!(
            names("try:\n    a = 1\nexcept E as e:\n    b = 1\nfinally:\n    c = 1\n"),
            ["a", "b", "c", "e"]
        );
        assert_eq!(
            names("match x:\n    case [a, *b]: pass\n    case {**c}: pass\n    case D() as d: pass\n"),
            ["a", "b", "c", "d"]
        );
        assert_eq!(
            names("if (a := f()): pass\ntype T = int\ndef g():\n    global h\n    h = 1\n"),
            ["T", "a", "g", "h"]
        );
    }

    #[test]
    fn what_only_seems_to_bind_a_name_does_not() {
        assert!(names("a: int\nb.c = 1\nd[0] = 1\nlambda e: e\nprint(f)\n'g'\n").is_empty());
    }

    #[test]
    fn a_module_that_reaches_for_its_namespace_may_hold_anything() {
        for text in [
            "def __getattr__(name): pass\n",
            "from x import __getattr__\n",
            "__getattr__, __all__ = attach()\n",
            "globals()['a'] = 1\n",
            "def f():\n    globals().update(b)\n",
            "import sys\nsys.modules[__name__] = object()\n",
            "exec(code)\n",
            "def f(:\n",
        ] {
            assert!(bindings(text.as_bytes(), 12).open, "{text}");
        }
        for text in
            ["def f(x):\n    exec(x)\n", "class A:\n    def f(self): return vars(self), self.__dict__\n"]
        {
            assert!(!bindings(text.as_bytes(), 12).open, "{text}");
        }
        let found = bindings(b"from .a import *\nfrom b.c import *\n", 12);
        assert_eq!(found.stars, [(1, "a".to_owned()), (0, "b.c".to_owned())]);
    }

    #[test]
    fn members_of_plain_classes_are_known() {
        let text = "class A:\n    x = 1\n    def f(self): self.y = 1\nclass B(A): pass\n@d\nclass C: pass\n\
                    class D: pass\nD.f = 1\nclass E: pass\nclass E: pass\n";
        let found = bindings(text.as_bytes(), 12);
        let members: Vec<String> = found.classes["A"].iter().cloned().collect();
        assert_eq!((found.classes.len(), members), (1, vec!["f".to_owned(), "x".to_owned()]));
    }
}
