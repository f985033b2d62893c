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
mod platform;
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
use self::shapes::{
    catches_import_error, decode, ends, entered_in, memchr_lines, stands_for_modules, suppresses,
};
pub(in crate::analysis) use self::text::UNKNOWN;
use self::text::{Known, strings};
use self::variables::Variables;
use super::condition::Condition;
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
    let fresh = || Finder::with(&text, doubtful, words, has_paths);
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
    lines: Vec<u32>,
    guard: Guard,
    condition: u32,
    /// Module-level names for a condition: `PY3 = sys.version_info[0] == 3`.
    named: HashMap<&'a str, Condition>,
    /// Names under which modules that matter here are known.
    modules: HashMap<&'a str, &'static str>,
    /// Names of `importlib.import_module`.
    importers: HashSet<&'a str>,
    /// Names imported from such a module, as in `from sys import platform`.
    members: HashMap<&'a str, (&'static str, &'static str)>,
    /// Module-level lists of strings, for `__all__`.
    strings: HashMap<&'a str, Vec<String>>,
    texts: HashSet<&'a str>,
    /// What variables are set to, for computed names of modules.
    variables: Variables<'a>,
    words: bool,
    /// Texts that may name modules of the package or groups of entry points.
    candidates: Vec<(TextSize, &'a str)>,
    /// Whether the module imports a name that is not known, or stands for a table of modules.
    lazy: bool,
    /// Whether it imports, or runs, what is named by a text that is not known.
    computes: bool,
    /// Functions that import what one of their parameters names: its place and its name.
    wrappers: HashMap<&'a str, (usize, &'a str)>,
    known_wrappers: usize,
    /// The functions around what is looked at.
    functions: Vec<&'a ast::StmtFunctionDef>,
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
    depth: u32,
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

/// Modules whose attributes decide conditions or import.
const KNOWN_MODULES: [&str; 7] = ["sys", "os", "platform", "importlib", "typing", "pkgutil", "runpy"];
/// Their members.
const KNOWN_MEMBERS: [(&str, &str); 11] = [
    ("sys", "platform"),
    ("sys", "version_info"),
    ("sys", "hexversion"),
    ("sys", "implementation"),
    ("os", "name"),
    ("platform", "system"),
    ("platform", "python_implementation"),
    ("importlib", "import_module"),
    ("pkgutil", "extend_path"),
    ("pkgutil", "iter_modules"),
    ("pkgutil", "walk_packages"),
];

impl<'a> Finder<'a> {
    fn with(text: &str, doubtful: bool, words: bool, has_paths: bool) -> Finder<'a> {
        let record = Facts { doubtful, ..Facts::default() };
        Finder { record, words, has_paths, ..Finder::new(text) }
    }

    fn new(text: &str) -> Finder<'a> {
        let lines = memchr_lines(text);
        Finder {
            record: Facts::default(),
            lines,
            guard: Guard::None,
            condition: 0,
            named: HashMap::new(),
            modules: KNOWN_MODULES.iter().map(|&m| (m, m)).collect(),
            importers: HashSet::from(["import_module"]),
            members: HashMap::new(),
            strings: HashMap::new(),
            texts: HashSet::new(),
            variables: Variables::default(),
            words: false,
            candidates: Vec::new(),
            lazy: false,
            computes: false,
            wrappers: HashMap::new(),
            known_wrappers: 0,
            functions: Vec::new(),
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
            has_paths: false,
            has_file: false,
            locates: false,
            names_suffix: false,
            extends_search: false,
            lists_any: false,
            depth: 0,
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
            let line = self.line(at);
            if self.groups {
                self.record.groups.push((line, text.to_owned()));
            }
            if (self.lazy || relative) && is_dotted_name(text.trim_start_matches('.')) {
                self.record.tables.push((line, text.to_owned()));
            }
        }
        self.record
    }

    fn line(&self, at: TextSize) -> u32 {
        let offset = at.to_u32();
        u32::try_from(self.lines.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }

    fn push(&mut self, at: TextSize, origin: Origin, module: String, form: Form, names: Vec<String>) {
        let (line, guard, condition) = (self.line(at), self.guard, self.condition);
        self.record.imports.push(Import { line, guard, condition, origin, module, form, names });
    }

    /// Runs `inside` under a stronger guard and, if given, one more condition.
    fn under(&mut self, guard: Guard, condition: Option<Condition>, inside: impl FnOnce(&mut Self)) {
        let (old_guard, old_condition) = (self.guard, self.condition);
        self.guard = self.guard.max(guard);
        if let Some(condition) = condition.filter(Condition::is_decidable) {
            self.require(condition);
        }
        inside(self);
        (self.guard, self.condition) = (old_guard, old_condition);
    }

    /// Adds a condition for what follows.
    fn require(&mut self, condition: Condition) {
        let outer = self.condition.checked_sub(1).and_then(|i| self.record.conditions.get(i as usize));
        let condition = match outer {
            Some(Condition::All(all)) => {
                let mut all = all.clone();
                all.push(condition);
                Condition::All(all)
            }
            Some(outer) => Condition::All(vec![outer.clone(), condition]),
            None => condition,
        };
        self.record.conditions.push(condition);
        self.condition = u32::try_from(self.record.conditions.len()).unwrap_or(0);
    }

    /// Statements in order. What follows `if <decidable>: return` (or raise, …) runs under the opposite condition.
    fn block(&mut self, body: &'a [Stmt]) {
        let old = self.condition;
        for stmt in body {
            self.visit_stmt(stmt);
            let gone = match stmt {
                Stmt::If(s) if s.elif_else_clauses.is_empty() && ends(&s.body) => {
                    self.condition_of(&s.test).negated()
                }
                Stmt::Assert(s) => self.condition_of(&s.test),
                _ => continue,
            };
            if gone.is_decidable() {
                self.require(gone);
            }
        }
        self.condition = old;
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
        for alias in &stmt.names {
            let name = alias.name.as_str();
            if let Some(asname) = &alias.asname
                && let Some(known) = KNOWN_MODULES.iter().find(|m| **m == name)
            {
                self.modules.insert(asname.as_str(), known);
            }
            let (bound, module) = match &alias.asname {
                Some(asname) => (asname.as_str(), name),
                None => name.split_once('.').map_or((name, name), |(top, _)| (top, top)),
            };
            self.variables.import(bound, Known::new(Origin::Absolute, module, true));
            self.push(stmt.range.start(), Origin::Absolute, name.to_owned(), Form::Import, Vec::new());
        }
    }

    fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) {
        let module = stmt.module.as_ref().map_or("", |m| m.as_str());
        if stmt.level == 0 {
            for alias in &stmt.names {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                let Some(&member) =
                    KNOWN_MEMBERS.iter().find(|(m, n)| *m == module && *n == alias.name.as_str())
                else {
                    continue;
                };
                self.members.insert(bound, member);
                if member.1 == "import_module" {
                    self.importers.insert(bound);
                }
            }
        }
        let origin = if stmt.level == 0 { Origin::Absolute } else { Origin::Package(stmt.level) };
        for alias in &stmt.names {
            let dot = if module.is_empty() { "" } else { "." };
            let full = format!("{module}{dot}{}", alias.name);
            self.groups |= ENTRY_POINTS.contains(&alias.name.as_str());
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            self.variables.import(bound.as_str(), Known::new(origin, full, true));
        }
        let names = stmt.names.iter().map(|a| a.name.as_str().to_owned()).collect();
        self.push(stmt.range.start(), origin, module.to_owned(), Form::From, names);
    }

    /// Remembers `NAME = <condition>` at module level, and the strings of `__all__`.
    fn assignment(&mut self, target: &'a Expr, value: &'a Expr, adds: bool) {
        self.lazy |= self.depth == 0 && stands_for_modules(target);
        self.record.makes |= entered_in(target).is_some_and(|module| self.is_module(module, "sys"));
        self.named_target(target, value);
        let Expr::Name(name) = target else {
            self.variables.set_part(target, value);
            return;
        };
        if !adds {
            self.variables.set(name.id.as_str(), value);
        }
        if self.depth > 0 {
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
        if adds || self.guard != Guard::None || self.named.contains_key(name.id.as_str()) {
            self.named.insert(name.id.as_str(), Condition::Unknown);
        } else {
            let condition = self.condition_of(value);
            if condition.is_decidable() {
                self.named.insert(name.id.as_str(), condition);
            }
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

    fn is_module(&self, expr: &Expr, module: &str) -> bool {
        match expr {
            Expr::Name(name) => self.modules.get(name.id.as_str()) == Some(&module),
            // `__import__("pkgutil").extend_path(…)`
            Expr::Call(call) => {
                shapes::called(&call.func) == "__import__"
                    && matches!(&*call.arguments.args, [Expr::StringLiteral(name)] if name.value.to_str() == module)
            }
            _ => false,
        }
    }

    fn member(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.members.get(name).copied()
    }

    /// `module.attribute` as an expression, under whatever name the module or its member is known.
    fn dotted(&self, expr: &Expr) -> Option<(&'static str, &'static str)> {
        match expr {
            Expr::Name(name) => self.member(name.id.as_str()),
            Expr::Attribute(attribute) => {
                let Expr::Name(base) = &*attribute.value else { return None };
                let module = self.modules.get(base.id.as_str())?;
                KNOWN_MEMBERS.iter().copied().find(|(m, n)| m == module && *n == attribute.attr.as_str())
            }
            _ => None,
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
                self.lazy |= self.depth == 0 && s.name.as_str() == "__getattr__";
                let tool = self.depth == 0 && matches!(s.name.as_str(), "main" | "_main" | "test" | "_test");
                self.depth += 1;
                let scope = self.variables.enter(&s.parameters);
                self.functions.push(s);
                self.under(Guard::Function, tool.then_some(Condition::Tool), |f| f.block(&s.body));
                self.functions.pop();
                self.variables.leave(scope);
                self.depth -= 1;
            }
            Stmt::ClassDef(s) => {
                for decorator in &s.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &s.arguments {
                    self.visit_arguments(arguments);
                }
                self.depth += 1;
                self.block(&s.body);
                self.depth -= 1;
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
                self.variables.set_part(&s.target, &s.iter);
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
        self.variables.set_part(&loops.target, &loops.iter);
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
                let outside = self.variables.count();
                visitor::walk_expr(self, expr);
                self.variables.forget(outside);
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
                let condition = self.condition_of(&ternary.test);
                self.under(Guard::Conditional, Some(condition.clone()), |f| f.visit_expr(&ternary.body));
                self.under(Guard::Conditional, Some(condition.negated()), |f| f.visit_expr(&ternary.orelse));
            }
            other => visitor::walk_expr(self, other),
        }
    }
}
