//! Finds a module's uses of module files, its own or others.

mod decorators;
mod place;
#[cfg(test)]
mod tests;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use self::place::{Names, Part, Spot};
use super::lines::Lines;
use super::shapes::called;
use crate::analysis::facts::looks::{Look, LookKind};
use crate::analysis::facts::{Origin, Whose};
use crate::analysis::graph::Depth;
use crate::names::{self, is_dotted_name};

/// Words of sources that use files of modules. Other sources are skipped.
const WORDS: [&str; 11] = [
    "__file__",
    "__path__",
    "getsource",
    "get_source",
    "findsource",
    "code_context",
    "submodule_search_locations",
    ".origin",
    "co_filename",
    "getfile",
    "modules[__name__]",
];

/// Finds the uses in a module.
pub(super) fn find(text: &str, lines: &Lines, body: &[Stmt], whose: Whose) -> Vec<Look> {
    let own = whose == Whose::Own;
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // Objects that the program's own modules pass to others always count.
    if !own && !has(&WORDS) {
        return decorators::find(lines, body);
    }
    let mut names = Names::default();
    names.visit_body(body);
    let mut finder = Finder { found: Vec::new(), lines, names, own };
    finder.visit_body(body);
    if !own {
        finder.found.extend(decorators::find(lines, body));
    }
    finder.found
}

/// Modules of the standard library that only compute or display paths.
const PLAIN: [&str; 10] =
    ["glob", "importlib", "logging", "ntpath", "os", "pathlib", "posixpath", "pprint", "shutil", "sys"];

struct Finder<'a> {
    found: Vec<Look>,
    lines: &'a Lines,
    names: Names<'a>,
    own: bool,
}

impl<'a> Finder<'a> {
    fn push(&mut self, range: TextRange, whose: Option<(Origin, String)>, kind: LookKind) {
        if !self.found.iter().any(|l| l.whose == whose && l.kind == kind) {
            self.found.push(Look { line: self.lines.at(range.start()), whose, kind });
        }
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        let name = called(&call.func);
        let arguments = &call.arguments.args;
        match name {
            "getsource" | "getsourcelines" | "findsource" | "getcomments" => {
                if let Some(object) = arguments.first() {
                    self.push(call.range(), self.names.object(object), LookKind::Source);
                }
            }
            // `module.__loader__.get_source(name)`
            "get_source" if is_loader(&call.func) || is_loader_of_module(call) => {
                let whose = arguments.first().and_then(|name| self.names.module_named(name));
                self.push(call.range(), whose, LookKind::Source);
            }
            "listdir" | "scandir" => self.listing(call, arguments.first(), None),
            "walk" if !is_method_of(&call.func, "ast") => self.listing(call, arguments.first(), None),
            "copytree" => self.listing(call, arguments.first(), None),
            "iterdir" => self.listing(call, base(&call.func), None),
            "glob" | "iglob" if is_method_of(&call.func, "glob") => {
                self.listing(call, arguments.first(), None);
            }
            "glob" | "rglob" => {
                self.listing(call, base(&call.func), arguments.first());
            }
            "open"
            | "getline"
            | "getlines"
            | "open_code"
            | "copy"
            | "copy2"
            | "copyfile"
            | "copyfileobj"
            | "exists"
            | "isfile"
            | "is_file"
            | "read_text"
            | "read_bytes"
            | "stat"
            | "getmtime"
            | "spec_from_file_location"
            | "SourceFileLoader"
            | "run_path" => self.file_call(call, name),
            _ => {
                if self.own {
                    self.hands(arguments);
                    self.asks_library(call);
                }
                let keywords = call.arguments.keywords.iter().map(|k| &k.value);
                let given = |a: &Expr| place::is_own_module(a) || self.own && self.names.is_own(a);
                if arguments.iter().chain(keywords).any(given) {
                    self.gives(&call.func);
                }
            }
        }
    }

    /// Handles the file of another module, or the folder of its package, passed to a library function:
    /// `main([tests.__file__])`.
    fn asks_library(&mut self, call: &'a ast::ExprCall) {
        let is_library = |(origin, name): (Origin, String)| {
            origin == Origin::Absolute && !PLAIN.contains(&names::top(&name))
        };
        if !self.names.object(&call.func).is_some_and(is_library) {
            return;
        }
        let keywords = call.arguments.keywords.iter().map(|k| &k.value);
        for argument in call.arguments.args.iter().chain(keywords) {
            let parts = match argument {
                Expr::List(list) => list.elts.as_slice(),
                Expr::Tuple(tuple) => tuple.elts.as_slice(),
                other => std::slice::from_ref(other),
            };
            for part in parts {
                let Some(spot) = self.names.spot(part) else { continue };
                let Some(whose) = spot.known().filter(is_other) else { continue };
                let kind = if spot.file { LookKind::File } else { LookKind::Tree };
                self.push(part.range(), Some(whose), kind);
            }
        }
    }

    /// Handles an object of the module that is passed to a function.
    fn gives(&mut self, function: &'a Expr) {
        let function = if let Expr::Call(call) = function { &*call.func } else { function };
        // The program's own functions are analyzed separately.
        let is_foreign = |(origin, _): &(Origin, String)| {
            *origin == Origin::Absolute || !self.own && *origin != Origin::Own(0)
        };
        let whose = self.names.object(function).filter(is_foreign);
        if whose.is_some() {
            self.push(function.range(), whose, LookKind::Given);
        }
    }

    /// Handles a call that lists a folder; `pattern` filters its entries.
    fn listing(&mut self, call: &'a ast::ExprCall, path: Option<&'a Expr>, pattern: Option<&'a Expr>) {
        let Some(path) = path else { return };
        let Some(mut spot) = self.names.spot(path) else {
            if self.own {
                self.push(call.range(), None, LookKind::Anything);
            }
            return;
        };
        if let Some(pattern) = pattern {
            spot.below.push(place::part(pattern));
        }
        let is_deep = matches!(called(&call.func), "walk" | "copytree" | "rglob")
            || spot.below.iter().any(|p| matches!(p, Part::Known(t) if t.contains("**")));
        self.folder(call.range(), spot, if is_deep { Depth::Tree } else { Depth::Folder });
    }

    /// Records a listing of a module folder, if the entries may be modules.
    fn folder(&mut self, range: TextRange, mut spot: Spot, depth: Depth) {
        if let Some(Part::Known(pattern)) = spot.below.last()
            && pattern.contains('*')
        {
            let takes_modules = pattern.ends_with('*') || pattern.ends_with(".py");
            if !takes_modules {
                return;
            }
            spot.below.pop();
        }
        if spot.file {
            return;
        }
        // An unknown path is in some subfolder.
        let is_known = !spot.below.iter().any(|part| !matches!(part, Part::Known(_)));
        let kind = if depth == Depth::Tree || !is_known { LookKind::Tree } else { LookKind::Folder };
        let whose = spot.known();
        if spot.whose.is_none() || whose.is_some() {
            self.push(range, whose, kind);
        }
    }

    /// Handles a call that opens a file, or checks whether it exists.
    fn file_call(&mut self, call: &'a ast::ExprCall, name: &str) {
        let only_asks = matches!(name, "exists" | "isfile" | "is_file" | "stat" | "getmtime");
        let inside = base(&call.func)
            .filter(|_| matches!(name, "open" | "read_text" | "read_bytes" | "is_file" | "exists" | "stat"));
        for path in call.arguments.args.iter().take(2).chain(inside) {
            let Some(mut spot) = self.names.spot(path) else { continue };
            if spot.file && spot.below.is_empty() {
                // A check for the module's own file does not affect the program.
                if !only_asks || !self.own {
                    let whose = spot.whose.take();
                    if whose.is_some() || self.own {
                        self.push(call.range(), whose, LookKind::File);
                    }
                }
                continue;
            }
            match spot.below.last() {
                Some(Part::Source) => {
                    spot.below.pop();
                    self.folder(call.range(), spot, Depth::Folder);
                }
                Some(Part::Known(file)) if file.ends_with(".py") && !only_asks && self.own => {
                    if let Some(whose) = spot.module() {
                        self.push(call.range(), Some(whose), LookKind::File);
                    }
                }
                _ => {}
            }
        }
    }

    /// Handles paths of folders that are passed on.
    fn hands(&mut self, values: &'a [Expr]) {
        for value in values {
            let spot = self.names.spot(value).filter(|s| !s.file);
            if let Some(whose) = spot.and_then(|s| s.known()).filter(is_other) {
                self.push(value.range(), Some(whose), LookKind::Handed);
            }
        }
    }
}

/// Returns whether an object is neither the module itself nor in its own folder.
fn is_other((origin, name): &(Origin, String)) -> bool {
    *origin == Origin::Absolute || !name.is_empty()
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(s) if self.own => {
                if let Some(value) = &s.value {
                    self.hands(std::slice::from_ref(value));
                }
            }
            Stmt::FunctionDef(ast::StmtFunctionDef { decorator_list, .. })
            | Stmt::ClassDef(ast::StmtClassDef { decorator_list, .. })
                if self.own =>
            {
                decorator_list.iter().for_each(|decorator| self.gives(&decorator.expression));
            }
            Stmt::Assign(s) if self.own && s.targets.iter().any(Expr::is_attribute_expr) => {
                self.hands(std::slice::from_ref(&s.value));
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    /// A handler of a library that ends with `raise` only looks for what to report.
    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(h) = handler;
        if self.own || !matches!(h.body.last(), Some(Stmt::Raise(_))) {
            visitor::walk_except_handler(self, handler);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            // Source lines around a frame of any caller.
            Expr::Attribute(a) if a.attr.as_str() == "code_context" => {
                self.push(expr.range(), None, LookKind::Source);
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// Returns the object of a method call.
fn base(function: &Expr) -> Option<&Expr> {
    match function {
        Expr::Attribute(attribute) => Some(&attribute.value),
        _ => None,
    }
}

fn is_method_of(function: &Expr, module: &str) -> bool {
    matches!(base(function), Some(Expr::Name(name)) if name.id.as_str() == module)
}

/// `found.loader.get_source("package.module")`: any loader that receives a module name.
fn is_loader_of_module(call: &ast::ExprCall) -> bool {
    let is_loader = matches!(base(&call.func), Some(Expr::Attribute(a)) if a.attr.as_str() == "loader");
    is_loader
        && matches!(&*call.arguments.args, [Expr::StringLiteral(name)] if is_dotted_name(name.value.to_str()))
}

/// Returns whether a method belongs to a module loader rather than, for example, a template loader.
fn is_loader(function: &Expr) -> bool {
    match base(function) {
        Some(Expr::Name(name)) => matches!(name.id.as_str(), "loader" | "__loader__"),
        Some(Expr::Attribute(a)) => {
            a.attr.as_str() == "__loader__"
                || a.attr.as_str() == "loader"
                    && matches!(&*a.value, Expr::Name(n) if n.id.as_str().contains("spec"))
        }
        _ => false,
    }
}
