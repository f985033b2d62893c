//! Finds code that adds folders to search paths.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::Finder;
use crate::analysis::facts::source::shapes::{called, elements};
use crate::analysis::facts::ways::Way;

impl<'a> Finder<'a> {
    /// `sys.path += [folder]`, `sys.path[:0] = [folder]`, `sys.path = [folder, *sys.path]`.
    pub(super) fn search_statement(&mut self, stmt: &'a Stmt) {
        let (targets, value): (&[Expr], &Expr) = match stmt {
            Stmt::AugAssign(s) => (std::slice::from_ref(&*s.target), &s.value),
            Stmt::Assign(s) => (&s.targets, &s.value),
            _ => return,
        };
        let base = |target: &'a Expr| match target {
            Expr::Subscript(part) => &*part.value,
            whole => whole,
        };
        if let Some(way) = targets.iter().find_map(|target| self.search_path(base(target))) {
            let line = self.line(stmt);
            self.entries(line, &way, value);
        }
    }

    /// `sys.path.append(folder)`, `site.addsitedir(folder)`, `PathFinder.find_spec(name, [folder])`.
    pub(super) fn search_call(&mut self, call: &'a ast::ExprCall) {
        let arguments = &call.arguments.args;
        let line = self.line(call);
        match (called(&call.func), &*call.func) {
            ("append" | "extend" | "insert", Expr::Attribute(method)) => {
                if let (Some(way), Some(folder)) = (self.search_path(&method.value), arguments.last()) {
                    self.entries(line, &way, folder);
                }
            }
            ("addsitedir", _) => {
                if let Some(folder) = call.arguments.find_argument_value("sitedir", 0) {
                    self.entries(line, &Way::Site, folder);
                }
            }
            ("find_spec" | "find_module", Expr::Attribute(method)) if is_path_finder(&method.value) => {
                let name = call.arguments.find_argument_value("fullname", 0);
                let path = call.arguments.find_argument_value("path", 1);
                if let (Some(Expr::StringLiteral(name)), Some(path)) = (name, path) {
                    self.entries(line, &Way::Name(name.value.to_str().to_owned()), path);
                }
            }
            _ => {}
        }
    }

    /// Returns the kind of search path of an expression.
    fn search_path(&self, expr: &Expr) -> Option<Way> {
        match expr {
            Expr::Name(name) if name.id.as_str() == "__path__" => Some(Way::Package),
            Expr::Name(name) => self.search_paths.contains(name.id.as_str()).then_some(Way::Path),
            other => self.is_of_sys(other, "path").then_some(Way::Path),
        }
    }

    /// The folders in a list expression, including sums of lists.
    fn entries(&mut self, line: u32, way: &Way, expr: &Expr) {
        match expr {
            Expr::List(_) | Expr::Tuple(_) => {
                elements(expr).iter().for_each(|inner| self.entries(line, way, inner));
            }
            Expr::Starred(starred) => self.entries(line, way, &starred.value),
            Expr::ListComp(comprehension) => self.entries(line, way, &comprehension.elt),
            Expr::Generator(generator) => self.entries(line, way, &generator.elt),
            Expr::BinOp(op)
                if op.op == ast::Operator::Add && (self.is_list(&op.left) || self.is_list(&op.right)) =>
            {
                self.entries(line, way, &op.left);
                self.entries(line, way, &op.right);
            }
            Expr::Subscript(_) | Expr::Attribute(_) | Expr::Name(_) if self.is_list(expr) => {}
            other => self.searches(line, way, other),
        }
    }

    /// Returns whether an expression is certainly a list, not a path.
    fn is_list(&self, expr: &Expr) -> bool {
        match expr {
            Expr::List(_) | Expr::Tuple(_) | Expr::ListComp(_) => true,
            Expr::Subscript(part) => matches!(&*part.slice, Expr::Slice(_)) && self.is_list(&part.value),
            other => self.search_path(other).is_some(),
        }
    }
}

fn is_path_finder(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => name.id.as_str() == "PathFinder",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "PathFinder",
        _ => false,
    }
}
