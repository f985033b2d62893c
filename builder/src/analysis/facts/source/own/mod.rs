//! Reads strings and paths from the program's own modules.

pub(super) mod path;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use self::path::Path;
use super::lines::Lines;
use super::shapes::{called, variable};
use crate::analysis::facts::own::{Base, Own, OwnPath, Text, Usage};
use crate::names::is_dotted_name;

/// Maximum length of file names.
const LONGEST: usize = 200;
/// Maximum number of values per name.
const MOST: usize = 4;

/// Finds the names and files in a module.
pub(super) fn find(lines: &Lines, body: &[Stmt]) -> Own {
    let mut names = Names::default();
    names.visit_body(body);
    let mut finder = Finder { own: Own::default(), lines, names, usage: Usage::Read, inside: HashMap::new() };
    finder.visit_body(body);
    finder.own
}

/// The values of names and attributes anywhere in the module, or in one of its functions.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub values: HashMap<&'a str, Vec<&'a Expr>>,
    /// Names that may have other values: parameters, and names with assignments that are not followed.
    pub open: HashSet<&'a str>,
    /// Aliases of functions: `from os.path import dirname as up`.
    pub aliases: HashMap<&'a str, &'a str>,
    /// Return values of functions.
    pub returned: HashMap<&'a str, Vec<&'a Expr>>,
    /// Remaining number of expressions for one path.
    pub left: Cell<u32>,
    /// The names of the enclosing scope of a function.
    pub outer: Option<Rc<Names<'a>>>,
}

impl<'a> Names<'a> {
    fn set(&mut self, target: &'a Expr, value: &'a Expr) {
        if let Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) = target {
            self.open.extend(elts.iter().filter_map(variable));
            return;
        }
        let Some(name) = variable(target) else { return };
        let values = self.values.entry(name).or_default();
        if values.len() < MOST {
            values.push(value);
        } else {
            self.open.insert(name);
        }
    }

    /// Returns whether a name may have more than the known values.
    fn is_open(&self, name: &str) -> bool {
        self.open.contains(name)
            || !self.values.contains_key(name) && self.outer.as_ref().is_some_and(|outer| outer.is_open(name))
    }

    pub(super) fn get(&self, name: &str) -> &[&'a Expr] {
        match (self.values.get(name), &self.outer) {
            (Some(values), _) => values,
            (None, Some(outer)) => outer.get(name),
            (None, None) => &[],
        }
    }

    /// Returns the original name of a function.
    fn actual<'n>(&self, function: &'n str) -> &'n str
    where
        'a: 'n,
    {
        match (self.aliases.get(function), &self.outer) {
            (Some(name), _) => name,
            (None, Some(outer)) => outer.actual(function),
            (None, None) => function,
        }
    }

    fn returned(&self, function: &str) -> &[&'a Expr] {
        match &self.outer {
            Some(outer) => outer.returned(function),
            None => self.returned.get(function).map_or(&[], Vec::as_slice),
        }
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(s) => s.targets.iter().for_each(|target| self.set(target, &s.value)),
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.set(&s.target, value);
                }
            }
            Stmt::AugAssign(s) => self.open.extend(variable(&s.target)),
            Stmt::For(s) => self.set(&s.target, &s.iter),
            Stmt::ImportFrom(s) => {
                let renamed =
                    s.names.iter().filter_map(|a| Some((a.asname.as_ref()?.as_str(), a.name.as_str())));
                self.aliases.extend(renamed);
            }
            Stmt::FunctionDef(s) => {
                for parameter in &s.parameters {
                    self.open.insert(parameter.name().as_str());
                    if let Some(default) = parameter.default() {
                        self.values.entry(parameter.name().as_str()).or_default().push(default);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_comprehension(&mut self, loops: &'a ast::Comprehension) {
        self.set(&loops.target, &loops.iter);
        visitor::walk_comprehension(self, loops);
    }
}

struct Finder<'a> {
    own: Own,
    lines: &'a Lines,
    names: Names<'a>,
    /// The use of the path around the current node.
    usage: Usage,
    /// Strings that are parts of paths, with the index of the path.
    inside: HashMap<TextRange, u32>,
}

impl<'a> Finder<'a> {
    fn line(&self, range: TextRange) -> u32 {
        self.lines.at(range.start())
    }

    /// Records a path, if enough of it is known. Returns whether it is.
    fn path(&mut self, expr: &'a Expr, usage: Usage) -> bool {
        let paths = Path::of(expr, &self.names);
        let place = self.own.paths.len();
        for path in &paths {
            self.note(expr.range(), path, usage);
        }
        let is_known = self.own.paths.len() > place;
        if is_known {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            for range in paths.into_iter().flat_map(|p| p.strings) {
                self.inside.entry(range).or_insert(place);
            }
        }
        is_known
    }

    fn note(&mut self, range: TextRange, path: &Path, usage: Usage) {
        let Path { base, parts, is_file, .. } = path;
        let is_telling = parts.iter().any(|p| p != ".." && p.bytes().any(|b| b != b'*'));
        // A folder on its own determines the files only if it is searched.
        let is_folder_itself = usage == Usage::Searched && *base != Base::Unknown && !is_file;
        if !is_telling && !is_folder_itself {
            return;
        }
        let line = self.line(range);
        let by_command = path.by_command;
        let path = OwnPath { line, base: *base, parts: parts.clone(), usage, by_command };
        if !self.own.paths.contains(&path) {
            self.own.paths.push(path);
        }
    }

    /// Handles a call and the use of its arguments.
    fn call(&mut self, call: &'a ast::ExprCall) {
        let name = called(&call.func);
        self.own.lists |= matches!(
            name,
            "listdir" | "scandir" | "walk" | "iterdir" | "glob" | "iglob" | "rglob" | "iter_modules"
        );
        let is_code = match &*call.func {
            Expr::Name(_) => matches!(name, "exec" | "compile"),
            _ => matches!(name, "runsource" | "runcode"),
        };
        let loads =
            matches!(name, "SourceFileLoader" | "load_source" | "spec_from_file_location" | "run_path");
        self.own.runs_texts |= loads
            || is_code && call.arguments.args.first().is_some_and(|code| !code.is_string_literal_expr());
        let searches = matches!(name, "append" | "insert" | "extend") && is_search_path(&call.func)
            || name == "addsitedir";
        if searches {
            let arguments = call.arguments.args.iter();
            arguments.for_each(|a| {
                self.path(a, Usage::Searched);
            });
            return;
        }
        // `path("img", "p.png")`: possibly parts of a path.
        let texts = call.arguments.args.iter().filter(|a| matches!(a, Expr::StringLiteral(_))).count();
        if texts > 1 && !path::is_path_call(name) {
            let parts = path::pieces(&call.arguments.args);
            self.note(call.range(), &parts, Usage::Perhaps);
        }
    }
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // A string as a statement is documentation.
            Stmt::Expr(s) if s.value.is_string_literal_expr() => {}
            // `sys.path += [folder]`, `sys.path[:0] = [folder]`
            Stmt::AugAssign(s) if path::is_sys_path(&s.target) => {
                self.path(&s.value, Usage::Searched);
            }
            Stmt::Assign(s)
                if s.targets
                    .iter()
                    .any(|t| matches!(t, Expr::Subscript(part) if path::is_sys_path(&part.value))) =>
            {
                self.path(&s.value, Usage::Searched);
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        let outer = self.usage;
        match expr {
            Expr::StringLiteral(literal) => self.text(literal),
            Expr::FString(_) => {
                self.path(expr, outer);
                visitor::walk_expr(self, expr);
            }
            Expr::BinOp(_) => {
                if self.path(expr, outer) {
                    // Handle its parts as well.
                    self.own_strings(expr);
                } else {
                    visitor::walk_expr(self, expr);
                }
            }
            Expr::Call(call) => {
                self.call(call);
                let name = called(&call.func);
                if path::is_path_call(name) && self.path(expr, outer) {
                    self.own_strings(expr);
                    return;
                }
                self.usage = usage(call, name);
                visitor::walk_expr(self, expr);
                self.usage = outer;
            }
            Expr::Attribute(attribute) => {
                self.own.meipass |= attribute.attr.as_str() == "_MEIPASS";
                visitor::walk_expr(self, expr);
            }
            other => visitor::walk_expr(self, other),
        }
    }
}

impl<'a> Finder<'a> {
    /// Handles the strings of a path, without the paths inside it.
    fn own_strings(&mut self, expr: &'a Expr) {
        struct Strings<'f, 'a>(&'f mut Finder<'a>);
        impl<'a> Visitor<'a> for Strings<'_, 'a> {
            fn visit_expr(&mut self, expr: &'a Expr) {
                match expr {
                    Expr::StringLiteral(literal) => self.0.text(literal),
                    Expr::Attribute(attribute) => {
                        self.0.own.meipass |= attribute.attr.as_str() == "_MEIPASS";
                        visitor::walk_expr(self, expr);
                    }
                    Expr::Call(call) if !path::is_path_call(called(&call.func)) => self.0.visit_expr(expr),
                    other => visitor::walk_expr(self, other),
                }
            }
        }
        Strings(self).visit_expr(expr);
    }

    fn text(&mut self, literal: &'a ast::ExprStringLiteral) {
        let text = literal.value.to_str();
        let line = self.line(literal.range);
        self.own.meipass |= text == "_MEIPASS";
        if text.len() <= LONGEST && !text.is_empty() && !text.contains(['\n', '\0']) {
            let path = self.inside.get(&literal.range).copied();
            self.own.texts.push(Text { line, text: text.to_owned(), path });
        }
        if text.contains([' ', '\n', '=', ';', ',']) {
            // Any word in settings may be a name.
            let is_settings = text.contains(['\n', '=', ':']);
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            for word in text.split(|c| !is_part(c)).map(|w| w.trim_matches('.')) {
                if (word.contains('.') || is_settings && word.len() > 2) && is_dotted_name(word) {
                    self.own.words.push((line, word.to_owned()));
                }
            }
        }
    }
}

/// `sys.path.append`
fn is_search_path(function: &Expr) -> bool {
    matches!(function, Expr::Attribute(method) if path::is_sys_path(&method.value))
}

/// Returns how a call uses the paths among its arguments.
fn usage(call: &ast::ExprCall, name: &str) -> Usage {
    const MAKERS: [&str; 14] = [
        "mkdir",
        "makedirs",
        "write_text",
        "write_bytes",
        "touch",
        "connect",
        "FileHandler",
        "RotatingFileHandler",
        "TimedRotatingFileHandler",
        "savefig",
        "to_csv",
        "unlink",
        "remove",
        "rmtree",
    ];
    let mode =
        call.arguments.find_argument_value("mode", usize::from(name == "open" && call.func.is_name_expr()));
    let writes =
        matches!(mode, Some(Expr::StringLiteral(mode)) if mode.value.to_str().contains(['w', 'a', 'x']));
    if MAKERS.contains(&name) || name == "open" && writes { Usage::Written } else { Usage::Read }
}
