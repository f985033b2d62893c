//! Finds code that a module uses without imports: searched folders, started modules and scripts, and opened
//! libraries.

mod command;
mod library;
mod program;
mod scope;
mod search;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use self::scope::{Functions, Scope};
use super::lines::Lines;
use super::own::Names;
use super::own::path::Path;
use crate::analysis::facts::Facts;
use crate::analysis::facts::own::Base;
use crate::analysis::facts::ways::{Main, Opened, Place, Program, Searched, Started, Way};

/// Words of sources that search folders or run something. Other sources are skipped.
const TELLING: [&str; 17] = [
    "sys.path",
    "addsitedir",
    "__path__",
    "PathFinder",
    "import path",
    "executable",
    "run_path",
    "run_module",
    "subprocess",
    "which(",
    "os.exec",
    "os.spawn",
    "sysconfig",
    "ctypes",
    "CDLL",
    "LoadLibrary",
    "dlopen",
];

/// Finds the folders that a module adds to the searched ones, and the modules and scripts that it runs as
/// main.
pub(super) fn find(text: &str, lines: &Lines, body: &[Stmt], facts: &mut Facts) {
    if !TELLING.iter().any(|word| text.contains(word)) {
        return;
    }
    let mut finder = Finder {
        lines,
        body,
        functions: OnceCell::new(),
        scope: Rc::new(Scope::default()),
        starts_python: text.contains(".executable") || text.contains("from sys import"),
        systems: HashSet::from(["sys"]),
        search_paths: HashSet::new(),
        interpreters: HashSet::new(),
        is_main: false,
        found: Found::default(),
    };
    finder.visit_body(body);
    let Found { searched, started, programs, opened } = finder.found;
    (facts.searched, facts.started, facts.programs, facts.opened) = (searched, started, programs, opened);
}

struct Finder<'a> {
    lines: &'a Lines,
    body: &'a [Stmt],
    /// The functions of the module; few modules need them.
    functions: OnceCell<Functions<'a>>,
    /// The scope at the current node.
    scope: Rc<Scope<'a>>,
    /// Whether the module may contain a command that starts the interpreter.
    starts_python: bool,
    /// Local names of `sys`, `sys.path` and `sys.executable`.
    systems: HashSet<&'a str>,
    search_paths: HashSet<&'a str>,
    interpreters: HashSet<&'a str>,
    /// Whether the current node is below `if __name__ == "__main__"`.
    is_main: bool,
    found: Found,
}

/// The facts that the visit collects.
#[derive(Default)]
struct Found {
    searched: Vec<Searched>,
    started: Vec<Started>,
    programs: Vec<Program>,
    opened: Vec<Opened>,
}

impl<'a> Finder<'a> {
    fn line(&self, node: &impl Ranged) -> u32 {
        self.lines.at(node.range().start())
    }

    fn functions(&self) -> &Functions<'a> {
        self.functions.get_or_init(|| Functions::of(self.body))
    }

    /// Returns the values of names, those of the enclosing function first.
    fn names(&self) -> Rc<Names<'a>> {
        self.scope.names(self.functions(), self.body)
    }

    fn searches(&mut self, line: u32, way: &Way, folder: &Expr) {
        for path in Path::of(folder, &self.names()).into_iter().filter(|path| !path.is_file) {
            let Some(place) = place(path) else { continue };
            let searched = Searched { line, way: way.clone(), place, main: self.is_main };
            if !self.found.searched.contains(&searched) {
                self.found.searched.push(searched);
            }
        }
    }

    fn starts(&mut self, line: u32, what: Main) {
        if !self.found.started.iter().any(|known| known.what == what) {
            self.found.started.push(Started { line, what });
        }
    }

    fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) {
        if stmt.module.as_ref().is_none_or(|m| m.as_str() != "sys") {
            return;
        }
        for alias in &stmt.names {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            match alias.name.as_str() {
                "path" => self.search_paths.insert(bound),
                "executable" => self.interpreters.insert(bound),
                _ => false,
            };
        }
    }

    /// Returns whether an expression is this attribute of `sys`.
    fn is_of_sys(&self, expr: &Expr, attribute: &str) -> bool {
        matches!(expr, Expr::Attribute(a) if a.attr.as_str() == attribute
            && matches!(&*a.value, Expr::Name(n) if self.systems.contains(n.id.as_str())))
    }
}

/// Returns the place of a path, if enough of it is known.
fn place(path: Path) -> Option<Place> {
    let Path { base, mut parts, is_file, .. } = path;
    // `folder + "/a"`. A path that begins with `/` on its own does not belong to the program.
    if base != Base::Unknown {
        parts.retain(|part| !part.is_empty());
    }
    let is_gap = |part: &String| part.bytes().all(|b| b == b'*');
    let is_known = base != Base::Unknown || !parts.first().is_none_or(is_gap);
    (is_known && (!is_file || parts.is_empty())).then_some(Place { base, parts })
}

/// `__name__ == "__main__"`
fn is_main_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let mut sides = std::iter::once(&*compare.left).chain(&compare.comparators);
    sides.any(|side| matches!(side, Expr::Name(n) if n.id.as_str() == "__name__"))
        && compare.ops.first() == Some(&ast::CmpOp::Eq)
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(s) => {
                let sys = s.names.iter().filter(|alias| alias.name.as_str() == "sys");
                self.systems.extend(sys.filter_map(|alias| alias.asname.as_ref()).map(|name| name.as_str()));
            }
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::FunctionDef(s) => {
                let outer = Rc::clone(&self.scope);
                self.scope = Rc::new(Scope::inside(s, &outer));
                visitor::walk_stmt(self, stmt);
                self.scope = outer;
            }
            Stmt::If(s) if is_main_test(&s.test) => {
                let outer = std::mem::replace(&mut self.is_main, true);
                self.visit_body(&s.body);
                self.is_main = outer;
                for clause in &s.elif_else_clauses {
                    self.visit_body(&clause.body);
                }
            }
            other => {
                self.search_statement(other);
                visitor::walk_stmt(self, other);
            }
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                self.search_call(call);
                self.command_call(call);
                self.program_call(call);
                self.library_call(call);
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::BinOp(_) if self.starts_python => self.command(expr),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
