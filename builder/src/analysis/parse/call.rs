//! Calls that import modules by computed names.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Finder;
use super::text::{Known, strings};
use crate::analysis::record::{Form, Origin};

impl<'a> Finder<'a> {
    /// A call that imports, or that tells something about imports.
    pub(super) fn call(&mut self, call: &'a ast::ExprCall) {
        let arguments = &call.arguments;
        match &*call.func {
            Expr::Name(name) if self.importers.contains(name.id.as_str()) => self.import_call(call),
            Expr::Name(name) if name.id.as_str() == "__import__" => self.import_call(call),
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "import_module" | "__import__" if self.is_module(&attribute.value, "importlib") => {
                    self.import_call(call);
                }
                "extend_path" if self.is_module(&attribute.value, "pkgutil") => {
                    self.record.extends_path = true
                }
                "declare_namespace" => self.record.extends_path = true,
                "extend" | "append" | "insert" if self.depth == 0 => {
                    if let (Expr::Name(name), Some(value)) = (&*attribute.value, arguments.args.last())
                        && name.id.as_str() == "__all__"
                    {
                        self.strings(value);
                    }
                }
                _ => {}
            },
            Expr::Name(name) if name.id.as_str() == "breakpoint" => {
                self.push(call.range().start(), Origin::Absolute, "pdb".to_owned(), Form::Call, Vec::new());
            }
            Expr::Name(name) if self.member(name.id.as_str()) == Some(("pkgutil", "extend_path")) => {
                self.record.extends_path = true;
            }
            _ => {}
        }
    }

    /// `import_module(name, package)` and `__import__(name, …)` with a name of which something is known.
    fn import_call(&mut self, call: &'a ast::ExprCall) {
        let Some(name) = call.arguments.find_argument_value("name", 0) else { return };
        for known in self.variables.texts(name) {
            self.imported(call, known);
        }
    }

    fn imported(&mut self, call: &'a ast::ExprCall, known: Known) {
        let Known { mut origin, mut text, whole } = known;
        if origin == Origin::Absolute && text.starts_with('.') {
            let level = u32::try_from(text.bytes().take_while(|&b| b == b'.').count()).unwrap_or(1);
            let tail = text.trim_start_matches('.').to_owned();
            let package = call.arguments.find_argument_value("package", 1);
            let package = package.and_then(|p| self.variables.texts(p).into_iter().next());
            match package {
                Some(Known { origin: Origin::Absolute, text: package, whole: true }) => {
                    let up = package.split('.').count().saturating_sub(level as usize - 1);
                    let base: Vec<&str> = package.split('.').take(up).collect();
                    text = format!("{}.{tail}", base.join("."));
                }
                Some(Known { origin: Origin::Own, text: inner, whole: true })
                    if level == 1 && inner.is_empty() =>
                {
                    (origin, text) = (Origin::Own, tail);
                }
                // `__package__`, `__spec__.parent` or a variable: the package it stands in, most likely.
                _ => (origin, text) = (Origin::Package(level), tail),
            }
        }
        if text.is_empty() && origin == Origin::Absolute {
            return;
        }
        // Unlike a statement, a call can import files whose names are no identifiers.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || "/\\\"'<>{}()[]:;,".contains(c)) {
            return;
        }
        let form = if whole { Form::Call } else { Form::Prefix };
        // `__import__("a.b", fromlist=["c"])` takes `a.b.c` like `from a.b import c`.
        let mut names = Vec::new();
        if let Some(from) = call.arguments.find_argument_value("fromlist", 3) {
            strings(from, &mut names);
        }
        self.push(call.range().start(), origin, text, form, names);
    }
}
