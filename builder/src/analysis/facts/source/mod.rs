//! Reads imports out of source text; the only module that knows the parser.

mod bindings;
mod call;
mod calls;
mod expression;
mod folders;
mod format;
mod handed;
mod literals;
mod looks;
mod own;
mod place;
mod platform;
mod scope;
mod shapes;
#[cfg(test)]
mod tests;
mod text;
mod variables;
mod ways;

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};
use ruff_text_size::TextSize;

pub(in crate::analysis) use self::bindings::{Bindings, bindings};
pub(in crate::analysis) use self::calls::calls;
pub(crate) use self::expression::{Plain, expression};
use self::platform::pattern_texts;
use self::scope::Scope;
use self::shapes::{catches_import_error, decode, ends, entered_in, stands_for_modules, suppresses};
pub(in crate::analysis) use self::text::UNKNOWN;
use self::text::strings;
use super::condition::{Condition, Match};
use super::{Facts, Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

/// Finds the imports in a source file, for a minor version of Python 3. With `words`, strings without a dot count as
/// possible names too.
pub(in crate::analysis) fn source(bytes: &[u8], minor: u8, words: bool) -> Facts {
    let text = decode(bytes);
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let parsed = ruff_python_parser::parse_unchecked(&text, options);
    let doubtful = !parsed.errors().is_empty() || !parsed.unsupported_syntax_errors().is_empty();
    let Some(parsed) = parsed.try_into_module() else {
        return Facts { doubtful: true, ..Facts::default() };
    };
    let has_paths = ["__file__", "__path__"].iter().any(|n| text.contains(n));
    let fresh = || Finder::new(&text, doubtful, words, has_paths);
    let mut finder = fresh();
    finder.block(parsed.suite());
    // Functions of the module that import what they are given: once they are known, their calls tell more.
    for _ in 0..WRAPPERS {
        let wrappers = std::mem::take(&mut finder.wrappers);
        if wrappers.len() == finder.known_wrappers {
            break;
        }
        finder = fresh();
        finder.known_wrappers = wrappers.len();
        finder.wrappers = wrappers;
        finder.block(parsed.suite());
    }
    let mut facts = finder.finish();
    facts.looks = looks::find(&text, parsed.suite(), words);
    facts.own = words.then(|| own::find(&text, parsed.suite()));
    ways::find(&text, parsed.suite(), &mut facts);
    handed::find(&text, parsed.suite(), words, &mut facts);
    facts
}

struct Finder<'a> {
    record: Facts,
    scope: Scope<'a>,
    /// Module-level lists of strings, for `__all__`.
    strings: HashMap<&'a str, Vec<String>>,
    texts: HashSet<&'a str>,
    /// Texts that may name modules of the package or groups of entry points.
    candidates: Vec<(TextSize, &'a str)>,
    /// Whether the module imports a name that is not known, or stands for a table of modules.
    lazy: bool,
    /// Whether it imports, or runs, what is named by a text that is not known.
    computes: bool,
    /// Functions that import what one of their parameters names: its place and its name.
    wrappers: HashMap<&'a str, (usize, &'a str)>,
    known_wrappers: usize,
    /// Beginnings of names that it looks for, and whether it lists all modules that there are.
    starts: Vec<Import>,
    names_all: bool,
    /// Names of which only parts are known, with their lines.
    formats: Vec<(u32, String)>,
    /// Packages that it imports by call, or gives to functions, and whether it lists packages that it is given.
    imported: Vec<Import>,
    scans: bool,
    /// Folders of packages that it lists, or gives to others, and whether it lists such as are not known.
    folders: Vec<Import>,
    given: Vec<Import>,
    lists: bool,
    groups: bool,
    /// What it looks for by `find_spec`, and whether it loads what it finds.
    specs: Vec<Import>,
    loads_specs: bool,
    has_paths: bool,
    /// Whether it computes paths from its own.
    has_file: bool,
    /// Whether it looks for the folders of modules that it has not imported by a statement, and names the suffix of
    /// sources.
    locates: bool,
    names_suffix: bool,
    extends_search: bool,
    lists_any: bool,
}

/// Functions that import by functions that import are followed so far.
const WRAPPERS: usize = 4;

/// What reads entry points: of importlib.metadata, pkg_resources, pluggy and stevedore.
const ENTRY_POINTS: [&str; 10] = [
    "DispatchExtensionManager",
    "DriverManager",
    "EnabledExtensionManager",
    "ExtensionManager",
    "HookManager",
    "NamedExtensionManager",
    "entry_points",
    "get_entry_map",
    "iter_entry_points",
    "load_setuptools_entrypoints",
];

impl<'a> Finder<'a> {
    fn new(text: &str, doubtful: bool, words: bool, has_paths: bool) -> Finder<'a> {
        Finder {
            record: Facts { doubtful, ..Facts::default() },
            scope: Scope::new(text, words),
            strings: HashMap::new(),
            texts: HashSet::new(),
            candidates: Vec::new(),
            lazy: false,
            computes: false,
            wrappers: HashMap::new(),
            known_wrappers: 0,
            starts: Vec::new(),
            names_all: false,
            formats: Vec::new(),
            imported: Vec::new(),
            scans: false,
            folders: Vec::new(),
            given: Vec::new(),
            lists: false,
            groups: false,
            specs: Vec::new(),
            loads_specs: false,
            has_paths,
            has_file: false,
            locates: false,
            names_suffix: false,
            extends_search: false,
            lists_any: false,
        }
    }

    fn finish(mut self) -> Facts {
        if self.loads_specs {
            self.record.imports.append(&mut self.specs);
        }
        if self.scans {
            self.record.imports.append(&mut self.imported);
        }
        if self.names_all {
            self.record.imports.append(&mut self.starts);
        }
        self.listed_folders();
        if self.lazy {
            self.record.tables.append(&mut self.formats);
        }
        self.record.lists_files = self.lists_any && self.locates && self.names_suffix;
        if self.extends_search && self.has_file {
            let is_word = |text: &&str| !text.contains('.') && is_dotted_name(text);
            let words: std::collections::BTreeSet<&str> =
                self.candidates.iter().map(|(_, text)| *text).filter(is_word).collect();
            self.record.search = words.into_iter().map(str::to_owned).collect();
        }
        let mut seen = HashSet::new();
        for (at, text) in std::mem::take(&mut self.candidates) {
            // A text that begins with a dot counts from the package in most uses; that of a suffix names no module.
            let relative = text.starts_with('.');
            if !(self.lazy || self.groups || relative) || !seen.insert(text) {
                continue;
            }
            let line = self.scope.line(at);
            if self.groups {
                self.record.groups.push((line, text.to_owned()));
            }
            if (self.lazy || relative) && is_dotted_name(text.trim_start_matches('.')) {
                self.record.tables.push((line, text.to_owned()));
            }
        }
        self.record.conditions = self.scope.conditions;
        self.record
    }

    fn push(&mut self, at: TextSize, origin: Origin, module: String, form: Form, names: Vec<String>) {
        self.record.imports.push(Import { origin, module, form, names, ..self.scope.at(at) });
    }

    /// Runs `inside` under a stronger guard and, if given, one more condition.
    fn under(&mut self, guard: Guard, condition: Option<Condition>, inside: impl FnOnce(&mut Self)) {
        let outside = self.scope.enter(guard, condition);
        inside(self);
        self.scope.leave(outside);
    }

    /// Statements in order. What follows `if <decidable>: return` (or raise, …) runs under the opposite condition.
    fn block(&mut self, body: &'a [Stmt]) {
        let outside = self.scope.enter(Guard::None, None);
        for stmt in body {
            self.visit_stmt(stmt);
            let gone = match stmt {
                Stmt::If(s) if s.elif_else_clauses.is_empty() && ends(&s.body) => {
                    self.scope.condition_of(&s.test).negated()
                }
                Stmt::Assert(s) => self.scope.condition_of(&s.test),
                _ => continue,
            };
            if gone.is_decidable() {
                self.scope.require(gone);
            }
        }
        self.scope.leave(outside);
    }

    /// `match sys.platform: case "win32": …`
    pub(super) fn match_statement(&mut self, stmt: &'a ast::StmtMatch) {
        self.visit_expr(&stmt.subject);
        let variable = self.scope.text_variable(&stmt.subject);
        let mut before = Vec::new();
        for case in &stmt.cases {
            let mut texts = Vec::new();
            let known = variable.filter(|_| case.guard.is_none() && pattern_texts(&case.pattern, &mut texts));
            let condition = match known {
                Some(variable) => Condition::Text(variable, Match::Equal, texts),
                None if case.pattern.is_irrefutable() && case.guard.is_none() => Condition::Known(true),
                None => Condition::Unknown,
            };
            let mut all = before.clone();
            all.push(condition.clone());
            let guard = if variable.is_some() { Guard::None } else { Guard::Conditional };
            let whole = variable.map(|_| Condition::All(all));
            self.under(guard, whole, |s| s.block(&case.body));
            before.push(condition.negated());
        }
    }

    /// The branches of an `if`, each under what leads to it.
    pub(super) fn branches(&mut self, stmt: &'a ast::StmtIf) {
        self.visit_expr(&stmt.test);
        let mut before = Vec::new();
        let clauses = stmt.elif_else_clauses.iter().map(|c| (c.test.as_ref(), c.body.as_slice()));
        for (test, body) in std::iter::once((Some(&*stmt.test), stmt.body.as_slice())).chain(clauses) {
            let condition = test.map_or(Condition::Known(true), |t| self.scope.condition_of(t));
            let mut all = before.clone();
            all.push(condition.clone());
            let decided = all.iter().all(Condition::is_decidable);
            let guard = if decided { Guard::None } else { Guard::Conditional };
            let whole = if all.len() == 1 { condition.clone() } else { Condition::All(all) };
            // `else` of an undecidable test has no condition of its own.
            let whole = if matches!(whole, Condition::Known(true)) { None } else { Some(whole) };
            self.under(guard, whole, |s| s.block(body));
            before.push(condition.negated());
        }
    }

    fn try_statement(&mut self, stmt: &'a ast::StmtTry) {
        let optional = stmt.handlers.iter().any(|h| {
            let ExceptHandler::ExceptHandler(h) = h;
            catches_import_error(h.type_.as_deref()) && !matches!(h.body.last(), Some(Stmt::Raise(_)))
        });
        self.under(if optional { Guard::Optional } else { Guard::None }, None, |s| s.block(&stmt.body));
        for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            self.under(Guard::Conditional, None, |s| s.block(&handler.body));
        }
        self.block(&stmt.orelse);
        self.block(&stmt.finalbody);
    }

    fn import(&mut self, stmt: &'a ast::StmtImport) {
        self.scope.import(stmt);
        for alias in &stmt.names {
            let name = alias.name.to_string();
            self.push(stmt.range.start(), Origin::Absolute, name, Form::Import, Vec::new());
        }
    }

    fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) {
        self.scope.import_from(stmt);
        self.groups |= stmt.names.iter().any(|alias| ENTRY_POINTS.contains(&alias.name.as_str()));
        let module = stmt.module.as_ref().map_or_else(String::new, |m| m.to_string());
        let origin = if stmt.level == 0 { Origin::Absolute } else { Origin::Package(stmt.level) };
        let names = stmt.names.iter().map(|a| a.name.to_string()).collect();
        self.push(stmt.range.start(), origin, module, Form::From, names);
    }

    /// Remembers `NAME = <condition>` at module level, and the strings of `__all__`.
    fn assignment(&mut self, target: &'a Expr, value: &'a Expr, adds: bool) {
        self.lazy |= self.scope.depth == 0 && stands_for_modules(target);
        self.record.makes |= entered_in(target).is_some_and(|module| self.scope.is_module(module, "sys"));
        self.named_target(target, value);
        self.scope.assign(target, value, adds);
        let Expr::Name(name) = target else { return };
        if self.scope.depth > 0 {
            return;
        }
        if name.id.as_str() == "__all__" {
            self.strings(value);
            return;
        }
        let mut list = Vec::new();
        strings(value, &mut list);
        if !list.is_empty() {
            self.strings.entry(name.id.as_str()).or_default().append(&mut list);
        }
    }

    /// Adds to `__all__` the strings of an expression, known lists of the module included.
    fn strings(&mut self, value: &Expr) {
        strings(value, &mut self.record.all);
        match value {
            Expr::Name(name) => {
                let known = self.strings.get(name.id.as_str()).cloned().unwrap_or_default();
                self.record.all.extend(known);
            }
            Expr::Starred(starred) => self.strings(&starred.value),
            Expr::BinOp(op) => {
                self.strings_by_name(&op.left);
                self.strings_by_name(&op.right);
            }
            Expr::Call(call) => call.arguments.args.iter().for_each(|a| self.strings(a)),
            Expr::List(ast::ExprList { elts, .. })
            | Expr::Tuple(ast::ExprTuple { elts, .. })
            | Expr::Set(ast::ExprSet { elts, .. }) => elts.iter().for_each(|e| self.strings_by_name(e)),
            _ => {}
        }
    }

    /// As [`Finder::strings`], for a part whose literals are known already.
    fn strings_by_name(&mut self, value: &Expr) {
        if !matches!(value, Expr::StringLiteral(_)) {
            self.strings(value);
        }
    }
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(s) => self.import(s),
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::If(s) => self.branches(s),
            Stmt::Try(s) => self.try_statement(s),
            Stmt::Match(s) => self.match_statement(s),
            Stmt::FunctionDef(s) => {
                for decorator in &s.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&s.parameters);
                self.lazy |= self.scope.depth == 0 && s.name.as_str() == "__getattr__";
                let tool =
                    self.scope.depth == 0 && matches!(s.name.as_str(), "main" | "_main" | "test" | "_test");
                self.scope.depth += 1;
                let scope = self.scope.variables.enter(&s.parameters);
                self.scope.functions.push(s);
                self.under(Guard::Function, tool.then_some(Condition::Tool), |f| f.block(&s.body));
                self.scope.functions.pop();
                self.scope.variables.leave(scope);
                self.scope.depth -= 1;
            }
            Stmt::ClassDef(s) => {
                for decorator in &s.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &s.arguments {
                    self.visit_arguments(arguments);
                }
                self.scope.depth += 1;
                self.block(&s.body);
                self.scope.depth -= 1;
            }
            Stmt::With(s) => {
                for item in &s.items {
                    self.visit_with_item(item);
                }
                let guard = if s.items.iter().any(suppresses) { Guard::Optional } else { Guard::None };
                self.under(guard, None, |f| f.block(&s.body));
            }
            Stmt::For(s) => {
                self.visit_expr(&s.iter);
                self.scope.variables.set_part(&s.target, &s.iter);
                self.under(Guard::Conditional, None, |f| f.block(&s.body));
                self.block(&s.orelse);
            }
            Stmt::While(s) => {
                self.visit_expr(&s.test);
                self.under(Guard::Conditional, None, |f| f.block(&s.body));
                self.block(&s.orelse);
            }
            Stmt::Assign(s) => {
                for target in &s.targets {
                    self.assignment(target, &s.value, false);
                }
                self.visit_expr(&s.value);
            }
            Stmt::AnnAssign(s) => {
                if let Some(value) = &s.value {
                    self.assignment(&s.target, value, false);
                    self.visit_expr(value);
                }
            }
            Stmt::AugAssign(s) => {
                self.assignment(&s.target, &s.value, true);
                self.visit_expr(&s.value);
            }
            Stmt::Expr(s) if s.value.is_string_literal_expr() => {}
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.block(body);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_comprehension(&mut self, loops: &'a ast::Comprehension) {
        self.scope.variables.set_part(&loops.target, &loops.iter);
        visitor::walk_comprehension(self, loops);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                self.path_call(call, expr);
                self.call(call);
                visitor::walk_expr(self, expr);
            }
            Expr::StringLiteral(literal) => self.text(literal),
            Expr::List(ast::ExprList { elts, .. })
            | Expr::Tuple(ast::ExprTuple { elts, .. })
            | Expr::Set(ast::ExprSet { elts, .. }) => {
                self.command(elts);
                self.list(expr, false);
                visitor::walk_expr(self, expr);
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                let outside = self.scope.variables.count();
                visitor::walk_expr(self, expr);
                self.scope.variables.forget(outside);
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key {
                        self.named_list(key.value.to_str(), &item.value);
                    }
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Name(name) if name.id.as_str() == "__file__" => self.has_file = true,
            Expr::Name(name) => self.groups |= ENTRY_POINTS.contains(&name.id.as_str()),
            Expr::Attribute(attribute) => {
                self.attribute(attribute);
                visitor::walk_expr(self, expr);
            }
            Expr::FString(text) => {
                self.format(text, expr);
                visitor::walk_expr(self, expr);
            }
            Expr::BinOp(op) => {
                if op.op == ast::Operator::Div {
                    self.path(expr);
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => self.under(Guard::Function, None, |f| f.visit_expr(&lambda.body)),
            Expr::If(ternary) => {
                self.visit_expr(&ternary.test);
                let condition = self.scope.condition_of(&ternary.test);
                self.under(Guard::Conditional, Some(condition.clone()), |f| f.visit_expr(&ternary.body));
                self.under(Guard::Conditional, Some(condition.negated()), |f| f.visit_expr(&ternary.orelse));
            }
            other => visitor::walk_expr(self, other),
        }
    }
}
