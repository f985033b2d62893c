//! Reads commands that start the interpreter, and calls that run scripts and modules in the same process.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::scope::Addition;
use super::{Finder, place};
use crate::analysis::facts::own::Base;
use crate::analysis::facts::source::format;
use crate::analysis::facts::source::own::path::Path;
use crate::analysis::facts::source::shapes::{called, literal, receiver};
use crate::analysis::facts::ways::{Main, Place};
use crate::names::is_dotted_name;

/// Maximum nesting of variables and lists that is followed.
const DEPTH: u32 = 6;
/// Maximum number of variants of one command.
const MOST: usize = 64;
/// Maximum length of a command; longer lists are tables.
const LONGEST: usize = 64;
/// Stands for an expression in the text of a command.
const GAP: char = '\u{e000}';
/// Options of Python with a separate value.
const VALUED: [&str; 3] = ["-X", "-W", "--check-hash-based-pycs"];

/// One argument of a command line.
#[derive(Clone)]
enum Word {
    /// The interpreter.
    Python,
    /// A module that runs under the name of its runner.
    Own,
    /// One of some texts and paths.
    Value(Vec<Path>),
    /// A text of several words.
    Code(String),
}

impl Word {
    /// Returns a text that is known for certain.
    fn text(&self) -> Option<String> {
        let Word::Value(paths) = self else { return None };
        let [Path { base: Base::Unknown, parts, .. }] = paths.as_slice() else { return None };
        let text = parts.join("/");
        (!text.contains('*')).then_some(text)
    }
}

type Words = Vec<Word>;

impl<'a> Finder<'a> {
    /// Handles a call that starts the interpreter, or runs a script or a module.
    pub(super) fn command_call(&mut self, call: &'a ast::ExprCall) {
        let line = self.line(call);
        let first = |name| call.arguments.find_argument_value(name, 0);
        match called(&call.func) {
            "run_path" => {
                if let Some(path) = first("path_name") {
                    self.script(line, &Path::of(path, &self.names()));
                }
            }
            "run_module" => {
                if let Some(name) = first("mod_name") {
                    let word = self.word(name, DEPTH);
                    self.module(line, &word);
                }
            }
            _ if self.starts_python => {
                // `Popen([…])`, `os.execl(path, "python", …)`, `create_subprocess_exec(python, …)`,
                // `start(python, […])`
                let mut commands: Vec<Words> = vec![Vec::new()];
                for argument in call.arguments.args.iter() {
                    let more = self.commands(argument, DEPTH);
                    commands = join(&commands, &more);
                }
                commands.iter().for_each(|words| self.run(line, words));
            }
            _ => {}
        }
        if !self.starts_python {
            return;
        }
        let keywords = call.arguments.keywords.iter();
        for value in keywords.map(|k| &k.value).filter(|v| v.is_name_expr() || v.is_f_string_expr()) {
            self.command(value);
        }
    }

    /// Handles a list that may be a command, or a text.
    pub(super) fn command(&mut self, expr: &'a Expr) {
        let line = self.line(expr);
        self.commands(expr, DEPTH).iter().for_each(|words| self.run(line, words));
    }

    /// Handles the script or module after the interpreter.
    fn run(&mut self, line: u32, words: &[Word]) {
        let Some(at) = words.iter().position(|word| matches!(word, Word::Python)) else { return };
        let mut rest = words[at..].iter().skip_while(|word| matches!(word, Word::Python));
        while let Some(word) = rest.next() {
            let Some(text) = word.text() else {
                if let Word::Value(paths) = word
                    && self.script(line, paths)
                {
                    return;
                }
                // Possibly options.
                continue;
            };
            match text.as_str() {
                "-m" => {
                    if let Some(word) = rest.next() {
                        self.module(line, word);
                    }
                    return;
                }
                "-c" | "-" => {
                    let code = rest.next().filter(|_| text == "-c");
                    let imports = match code {
                        Some(Word::Code(code)) => imports_of(code),
                        _ => Vec::new(),
                    };
                    self.starts(line, Main::Code(imports));
                    return;
                }
                "--" => {}
                option if VALUED.contains(&option) => {
                    rest.next();
                }
                option if option.starts_with('-') => {
                    // `-mname`
                    if let Some(name) = option.strip_prefix("-m").filter(|name| is_dotted_name(name)) {
                        self.starts(line, Main::Module(name.to_owned()));
                        return;
                    }
                }
                _ => {
                    if let Word::Value(paths) = word {
                        self.script(line, paths);
                    }
                    return;
                }
            }
        }
    }

    fn module(&mut self, line: u32, word: &Word) {
        if matches!(word, Word::Own) {
            return self.starts(line, Main::Own);
        }
        match word.text() {
            Some(name) if is_dotted_name(name.trim_start_matches('.')) => {
                self.starts(line, Main::Module(name));
            }
            Some(_) => {}
            None => self.starts(line, Main::Unknown),
        }
    }

    /// Records the scripts of paths. Returns whether one is known.
    fn script(&mut self, line: u32, paths: &[Path]) -> bool {
        let mut is_known = false;
        for path in paths.iter().cloned().filter_map(place) {
            let Place { base, parts } = &path;
            is_known = true;
            match parts.last() {
                None if *base == Base::Module => self.starts(line, Main::Own),
                None => {}
                // For other commands, a path or the name of a script shows what it is.
                Some(last) if *base == Base::Unknown && !last.ends_with(".py") => {}
                Some(_) => self.starts(line, Main::Script(path)),
            }
        }
        is_known
    }

    /// Returns the possible commands of an expression: the words of a list or of a text, or one word.
    fn commands(&self, expr: &Expr, depth: u32) -> Vec<Words> {
        let Some(depth) = depth.checked_sub(1) else { return vec![Vec::new()] };
        let found = match expr {
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                if elts.len() > LONGEST {
                    return Vec::new();
                }
                elts.iter()
                    .fold(vec![Vec::new()], |so_far, inner| join(&so_far, &self.commands(inner, depth)))
            }
            Expr::Starred(starred) => match self.handed_over(&starred.value, depth) {
                commands if commands.is_empty() => self.commands(&starred.value, depth),
                commands => commands,
            },
            Expr::BinOp(op) if op.op == ast::Operator::Add && self.is_python_text(&op.left) => {
                self.line_of(&[&op.left, &op.right])
            }
            Expr::BinOp(op) if op.op == ast::Operator::Add && !is_text(&op.right) && !is_text(&op.left) => {
                join(&self.commands(&op.left, depth), &self.commands(&op.right, depth))
            }
            Expr::BinOp(op) if op.op == ast::Operator::Mod && op.left.is_string_literal_expr() => {
                let values = match &*op.right {
                    Expr::Tuple(values) => values.elts.iter().collect(),
                    one => vec![one],
                };
                self.formatted(expr, &op.left, "%s", &values)
            }
            Expr::FString(text) => self.interpolated(expr, text),
            Expr::Call(call) => match (called(&call.func), call.arguments.args.first()) {
                ("list" | "tuple" | "split", Some(inner)) => self.commands(inner, depth),
                ("copy", None) => receiver(call).map(|list| self.commands(list, depth)).unwrap_or_default(),
                ("format", Some(_)) => match &*call.func {
                    Expr::Attribute(a) => {
                        let values: Vec<&Expr> = call.arguments.args.iter().collect();
                        self.formatted(expr, &a.value, "{}", &values)
                    }
                    _ => Vec::new(),
                },
                _ => vec![vec![self.word(expr, depth)]],
            },
            Expr::Subscript(part) if part.slice.is_slice_expr() => self.commands(&part.value, depth),
            Expr::Name(_) | Expr::Attribute(_) if !self.is_python(expr, depth) => {
                self.variable(expr, depth).unwrap_or_else(|| vec![vec![self.word(expr, depth)]])
            }
            _ => vec![vec![self.word(expr, depth)]],
        };
        found.into_iter().take(MOST).collect()
    }

    /// Returns the arguments for a parameter `*words` of a function: `run("-m", "package")`.
    fn handed_over(&self, expr: &Expr, depth: u32) -> Vec<Words> {
        let Expr::Name(name) = expr else { return Vec::new() };
        // Limit the depth for functions that pass their arguments to each other.
        let depth = depth.min(3);
        let calls = self.functions().starred(name.id.as_str()).into_iter();
        let words = |(call, before): (&ast::ExprCall, usize)| {
            let arguments = call.arguments.args.iter().skip(before);
            arguments.fold(vec![Vec::new()], |so_far, inner| join(&so_far, &self.commands(inner, depth)))
        };
        calls.flat_map(words).take(MOST).collect()
    }

    /// Returns a list in a variable, with later additions.
    fn variable(&self, expr: &Expr, depth: u32) -> Option<Vec<Words>> {
        let name = match expr {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        let names = self.names();
        let lists = names.get(name).iter().filter(|value| is_list(value));
        let mut found: Vec<Words> = lists.flat_map(|value| self.commands(value, depth)).collect();
        if found.is_empty() {
            return None;
        }
        // Limit the depth for lists that are added to each other.
        let depth = depth.min(2);
        let is_local = names.values.contains_key(name);
        for Addition { value, is_list, function } in
            self.functions().additions.get(name).into_iter().flatten()
        {
            // Other functions have their own variables.
            if is_local && function.is_some() != names.outer.is_some() {
                continue;
            }
            let more =
                if *is_list { self.commands(value, depth) } else { vec![vec![self.word(value, depth)]] };
            found = join(&found, &more);
        }
        Some(found)
    }

    fn word(&self, expr: &Expr, depth: u32) -> Word {
        if self.is_python(expr, depth) {
            return Word::Python;
        }
        let is_name = |expr: &Expr| matches!(expr, Expr::Name(n) if n.id.as_str() == "__name__");
        let is_package = |expr: &Expr| match expr {
            Expr::Name(n) => matches!(n.id.as_str(), "__package__" | "__name__"),
            Expr::Attribute(a) => {
                matches!(a.attr.as_str(), "parent" | "name")
                    && matches!(&*a.value, Expr::Name(n) if n.id.as_str() == "__spec__")
            }
            _ => false,
        };
        let is_spec = matches!(expr, Expr::Attribute(a) if a.attr.as_str() == "name" && is_package(expr));
        let is_class = matches!(expr, Expr::Attribute(a) if a.attr.as_str() == "__module__");
        if is_name(expr) || is_spec || is_class {
            return Word::Own;
        }
        if let Some(code) = self.code(expr) {
            return Word::Code(code);
        }
        // `f"{__package__}.worker"`, `__package__ + ".worker"`
        let known = match expr {
            Expr::FString(text) => {
                let mut elements = text.value.elements();
                match (elements.next(), elements.next(), elements.next()) {
                    (
                        Some(ast::InterpolatedStringElement::Interpolation(package)),
                        Some(ast::InterpolatedStringElement::Literal(rest)),
                        None,
                    ) if is_package(&package.expression) => Some(rest.value.to_string()),
                    _ => None,
                }
            }
            Expr::BinOp(op) if is_package(&op.left) => literal(&op.right).map(str::to_owned),
            _ if is_package(expr) => Some(".".to_owned()),
            _ => None,
        };
        match known {
            Some(text) => Word::Value(vec![Path::word(&text)]),
            None => Word::Value(Path::of(expr, &self.names())),
        }
    }

    /// Returns a constant of several words, or the variable that contains one.
    fn code(&self, expr: &Expr) -> Option<String> {
        let text = match expr {
            Expr::StringLiteral(literal) => literal.value.to_str(),
            Expr::Name(name) => match self.names().get(name.id.as_str()) {
                [only] => literal(only)?,
                _ => return None,
            },
            Expr::Call(call) if matches!(called(&call.func), "dedent" | "strip") => {
                let text = receiver(call).filter(|_| call.arguments.is_empty());
                return self.code(text.or(call.arguments.args.first())?);
            }
            // Inserted values are only known to be expressions.
            Expr::BinOp(op) if op.op == ast::Operator::Mod => {
                return Some(filled(&format::printf(&self.code(&op.left)?, &op.right)));
            }
            Expr::FString(text) => {
                return Some(filled(&format::interpolated(text))).filter(|text| is_code(text));
            }
            _ => return None,
        };
        Some(text.to_owned()).filter(|text| is_code(text))
    }

    /// Returns whether an expression is the path of the interpreter.
    fn is_python(&self, expr: &Expr, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let set = |name: &str| self.names().get(name).iter().any(|value| self.is_python(value, depth));
        match expr {
            Expr::Name(name) => self.interpreters.contains(name.id.as_str()) || set(name.id.as_str()),
            Expr::Attribute(a) => self.is_of_sys(expr, "executable") || set(a.attr.as_str()),
            Expr::BoolOp(op) => op.values.iter().any(|value| self.is_python(value, depth)),
            Expr::If(ternary) => {
                self.is_python(&ternary.body, depth) || self.is_python(&ternary.orelse, depth)
            }
            Expr::Call(call) => {
                matches!(called(&call.func), "str" | "fspath" | "quote" | "Path" | "abspath" | "realpath")
                    && call.arguments.args.first().is_some_and(|inner| self.is_python(inner, depth))
            }
            _ => false,
        }
    }

    /// Returns whether a sum is a text that begins with the interpreter.
    fn is_python_text(&self, expr: &Expr) -> bool {
        match expr {
            Expr::BinOp(op) if op.op == ast::Operator::Add => self.is_python_text(&op.left),
            other => self.is_python(other, 3),
        }
    }

    /// Returns the commands in a text that is composed by a sum.
    fn line_of(&self, parts: &[&Expr]) -> Vec<Words> {
        let mut text = String::new();
        let mut values = Vec::new();
        let mut queue: Vec<&Expr> = parts.iter().rev().copied().collect();
        while let Some(part) = queue.pop() {
            match part {
                Expr::BinOp(op) if op.op == ast::Operator::Add => queue.extend([&*op.right, &*op.left]),
                Expr::StringLiteral(literal) => text.push_str(literal.value.to_str()),
                other => {
                    text.push(GAP);
                    values.push(other);
                }
            }
        }
        vec![self.split(&text, &values)]
    }

    /// `f"{sys.executable} -m package"`
    fn interpolated(&self, expr: &Expr, text: &ast::ExprFString) -> Vec<Words> {
        let mut whole = String::new();
        let mut values = Vec::new();
        for element in text.value.elements() {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => whole.push_str(&literal.value),
                ast::InterpolatedStringElement::Interpolation(inner) => {
                    whole.push(GAP);
                    values.push(&*inner.expression);
                }
            }
        }
        if !values.first().is_some_and(|first| self.is_python(first, 3)) {
            return vec![vec![self.word(expr, DEPTH)]];
        }
        vec![self.split(&whole, &values)]
    }

    /// `"%s -m package" % sys.executable`
    fn formatted(&self, expr: &Expr, text: &Expr, mark: &str, values: &[&Expr]) -> Vec<Words> {
        let Expr::StringLiteral(literal) = text else { return Vec::new() };
        let whole = literal.value.to_str().replace(mark, &GAP.to_string());
        let words = self.split(&whole, values);
        // Code after `-c`, which is one word.
        if !words.iter().any(|word| matches!(word, Word::Python)) {
            return vec![vec![self.word(expr, DEPTH)]];
        }
        vec![words]
    }

    /// Returns the words of a text with inserted values.
    fn split(&self, text: &str, values: &[&Expr]) -> Words {
        let mut values = values.iter();
        let mut words = Vec::new();
        for word in text.split_whitespace().map(|word| word.trim_matches(['"', '\''])) {
            let gaps = word.matches(GAP).count();
            let inside: Vec<&Expr> = values.by_ref().take(gaps).copied().collect();
            words.push(match inside.as_slice() {
                [value] if word.chars().count() == 1 => self.word(value, DEPTH),
                [] => Word::Value(vec![Path::word(word)]),
                // `f"{folder}/script.py"`
                _ => Word::Value(Path::of_text(word.split(GAP), &inside, &self.names())),
            });
        }
        words
    }
}

/// Combines each command with each continuation.
fn join(commands: &[Words], more: &[Words]) -> Vec<Words> {
    if more.is_empty() {
        return commands.to_vec();
    }
    let both = commands.iter().flat_map(|start| more.iter().map(|end| [&start[..], end].concat()));
    both.take(MOST).collect()
}

fn is_text(expr: &Expr) -> bool {
    expr.is_string_literal_expr() || expr.is_f_string_expr()
}

/// Returns whether an expression is a list, or may be a composed one.
fn is_list(expr: &Expr) -> bool {
    match expr {
        Expr::List(_) | Expr::Tuple(_) | Expr::FString(_) => true,
        Expr::BinOp(op) => {
            matches!(op.op, ast::Operator::Add)
                && (is_list(&op.left) || is_list(&op.right) || is_text(&op.right))
                || matches!(op.op, ast::Operator::Mod)
        }
        Expr::Call(call) => matches!(called(&call.func), "list" | "tuple" | "split" | "format"),
        _ => false,
    }
}

/// Returns whether a text is more than one word.
fn is_code(text: &str) -> bool {
    text.trim().contains([' ', '\n'])
}

/// Returns a text with a constant for each value.
fn filled(parts: &[format::Part<'_>]) -> String {
    let text = |part: &format::Part<'_>| match part {
        format::Part::Text(text) => (*text).to_owned(),
        format::Part::Value(_) => "0".to_owned(),
    };
    parts.iter().map(text).collect()
}

/// Returns the modules that code imports, by absolute names; empty if the code does not parse.
fn imports_of(code: &str) -> Vec<String> {
    struct Imports(Vec<String>);
    impl Visitor<'_> for Imports {
        fn visit_stmt(&mut self, stmt: &Stmt) {
            match stmt {
                Stmt::Import(s) => self.0.extend(s.names.iter().map(|alias| alias.name.to_string())),
                Stmt::ImportFrom(ast::StmtImportFrom { module: Some(module), names, level: 0, .. }) => {
                    self.0.push(module.to_string());
                    self.0.extend(names.iter().map(|alias| format!("{module}.{}", alias.name)));
                }
                other => visitor::walk_stmt(self, other),
            }
        }
    }
    let mut imports = Imports(Vec::new());
    // Code in a text may be indented as a whole.
    let indent =
        code.lines().find(|line| !line.trim().is_empty()).map_or(0, |l| l.len() - l.trim_start().len());
    let lines = code.lines().map(|line| line.get(indent..).unwrap_or_else(|| line.trim_start()));
    let code = lines.collect::<Vec<_>>().join("\n");
    match ruff_python_parser::parse_module(&code) {
        Ok(parsed) => imports.visit_body(parsed.suite()),
        // Statements may be inserted at run time. The existing ones are on separate lines.
        Err(_) => {
            let statements = code.split(['\n', ';']).map(str::trim);
            for statement in statements.filter(|s| s.starts_with("import ") || s.starts_with("from ")) {
                if let Ok(parsed) = ruff_python_parser::parse_module(statement) {
                    imports.visit_body(parsed.suite());
                }
            }
        }
    }
    imports.0
}
