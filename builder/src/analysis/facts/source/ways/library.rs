//! Finds native libraries that a module opens by name, through `ctypes` or `cffi`.

use ruff_python_ast::{self as ast, Expr};

use super::Finder;
use crate::analysis::facts::source::shapes::{called, elements, receiver};
use crate::analysis::facts::ways::Opened;
use crate::analysis::graph::LibraryName;

/// Functions whose first argument is the file name of a library (CPython, Lib/ctypes/__init__.py;
/// `FFI.dlopen` of cffi).
const OPENING: [&str; 6] = ["CDLL", "PyDLL", "WinDLL", "OleDLL", "LoadLibrary", "dlopen"];

/// Maximum nesting of variables, lists and choices that is followed.
const DEPTH: u32 = 6;

impl<'a> Finder<'a> {
    /// `ctypes.CDLL("libx.so.1")`, `ctypes.util.find_library("x")`, `ffi.dlopen("libx.so.1")`.
    pub(super) fn library_call(&mut self, call: &'a ast::ExprCall) {
        let name = match called(&call.func) {
            "find_library" => LibraryName::Link,
            name if OPENING.contains(&name) => LibraryName::File,
            _ => return,
        };
        let line = self.line(call);
        if let Some(first) = call.arguments.find_argument_value("name", 0) {
            self.libraries(line, first, name, DEPTH);
        }
    }

    fn libraries(&mut self, line: u32, expr: &'a Expr, name: fn(String) -> LibraryName, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let values: Vec<&'a Expr> = match expr {
            Expr::StringLiteral(text) => return self.library(line, text.value.to_str(), name),
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => elements(expr).iter().collect(),
            Expr::Dict(dict) => dict.items.iter().map(|item| &item.value).collect(),
            Expr::Subscript(subscript) => vec![&subscript.value],
            Expr::If(choice) => vec![&choice.body, &choice.orelse],
            Expr::BoolOp(choice) => choice.values.iter().collect(),
            // A variable that is assigned to itself is not followed.
            Expr::Name(known) => {
                let names = self.names();
                let values = names.get(known.id.as_str()).iter();
                values.copied().filter(|value| !value.is_name_expr()).collect()
            }
            Expr::Call(call) if called(&call.func) == "get" => receiver(call).into_iter().collect(),
            _ => return,
        };
        for value in values {
            self.libraries(line, value, name, depth);
        }
    }

    fn library(&mut self, line: u32, text: &str, name: fn(String) -> LibraryName) {
        if text.is_empty() || text.contains(['/', '\\', '*', '%', '{', ' ']) {
            return;
        }
        let name = name(text.to_owned());
        if !self.found.opened.iter().any(|known| known.name == name) {
            self.found.opened.push(Opened { line, name });
        }
    }
}
