//! Finds calls whose arguments name data: `client("s3")`.

mod constants;

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};
use ruff_text_size::{Ranged, TextRange};

use super::lines::Lines;
use super::shapes::{called, imported};
use crate::analysis::facts::Origin;
use crate::names::{Pattern, parent};
use constants::{Bindings, Value};

/// A function that selects data by its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    /// The function: `package.function`, `package.**`, or `.method` for a method of any object.
    pub function: String,
    /// The names of its positional arguments, in order.
    pub positions: Vec<String>,
    /// The arguments that select data, by the name under which they do so.
    pub arguments: Vec<(String, Chosen)>,
}

/// How a function that selects data gets an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// From its callers, through this parameter. If they do not pass it, it has one of these values; without
    /// values, it is unknown.
    Parameter(String, Vec<String>),
    /// It passes one of these values.
    Constants(Vec<String>),
    /// It passes a value that is only known at run time.
    Unknown,
}

/// A use of such a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Line, 1-based.
    pub line: u32,
    /// The index of the function.
    pub naming: usize,
    /// What it selects.
    pub chooses: Chooses,
}

/// What a use of a function selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chooses {
    /// Data by these values of its arguments, in their order. `None` is unknown.
    Data(Vec<Option<Vec<String>>>),
    /// What the callers of this function choose.
    Callers(Naming),
    /// The function is passed on, or all names of its package are imported.
    Anything,
}

impl Naming {
    /// Returns whether a call of a function is one of this function. `full` is its name with the module,
    /// if known, and `method` its name if it is the attribute of an object.
    fn is(&self, full: Option<&str>, method: Option<&str>) -> bool {
        match self.function.strip_prefix('.') {
            Some(wanted) => method == Some(wanted),
            None => full.is_some_and(|full| Pattern::levels(&self.function).matches(full)),
        }
    }

    /// Returns whether the function is a method, whose object is unknown.
    pub(crate) fn is_method(&self) -> bool {
        self.function.starts_with('.')
    }

    /// Returns the last part of its name, which each call contains; `None` if it is a wildcard.
    pub(crate) fn word(&self) -> Option<&str> {
        let last = self.function.rsplit('.').next()?;
        (!last.contains('*')).then_some(last)
    }
}

/// The functions whose uses [`choices`] finds.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'a> {
    pub namings: &'a [Naming],
    /// Functions that are none of them, although a pattern matches.
    pub exempt: &'a [String],
    /// The packages that define them.
    pub packages: &'a [&'a str],
}

/// Returns the uses of functions in a module.
pub(crate) fn choices(bytes: &[u8], minor: u8, module: (&str, bool), sought: Sought<'_>) -> Vec<Choice> {
    let text = super::decode(bytes);
    super::stack::deep(text.len(), || {
        let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
        let parsed = ruff_python_parser::parse_unchecked(&text, options).try_into_module();
        let Some(parsed) = parsed else { return Vec::new() };
        let lines = Lines::of(&text);
        let bindings = Bindings::of(parsed.suite());
        let mut finder = Finder {
            module,
            sought,
            lines: &lines,
            bindings: &bindings,
            imports: HashMap::new(),
            functions: Vec::new(),
            within: Vec::new(),
            lambdas: 0,
            called: HashSet::new(),
            found: Vec::new(),
        };
        Imports(&mut finder).visit_body(parsed.suite());
        finder.visit_body(parsed.suite());
        finder.found
    })
}

struct Finder<'a> {
    /// The module's name, and whether it is a package.
    module: (&'a str, bool),
    sought: Sought<'a>,
    lines: &'a Lines,
    bindings: &'a Bindings<'a>,
    /// Imported names, and the modules or attributes that they stand for.
    imports: HashMap<&'a str, String>,
    /// The enclosing functions.
    functions: Vec<&'a ast::StmtFunctionDef>,
    /// For each enclosing function and class, whether it is a class.
    within: Vec<bool>,
    /// The number of enclosing functions without a name.
    lambdas: usize,
    /// The functions of calls.
    called: HashSet<TextRange>,
    found: Vec<Choice>,
}

/// Collects the imports of a module before its calls are read.
struct Imports<'f, 'a>(&'f mut Finder<'a>);

impl<'a> Visitor<'a> for Imports<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        for (bound, origin, name) in imported(stmt) {
            if let Some(name) = self.0.absolute(origin, &name) {
                self.0.imports.insert(bound, name);
            }
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

impl<'a> Finder<'a> {
    fn absolute(&self, origin: Origin, name: &str) -> Option<String> {
        let Origin::Package(levels) = origin else { return Some(name.to_owned()) };
        let (mut package, is_package) = self.module;
        for _ in u32::from(is_package)..levels {
            package = parent(package)?;
        }
        Some(format!("{package}.{name}"))
    }

    /// Returns the full name of an expression: of an imported name with attributes, or of a function of the
    /// module itself.
    fn full(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => match self.imports.get(name.id.as_str()) {
                Some(full) => Some(full.clone()),
                None => Some(format!("{}.{}", self.module.0, name.id)),
            },
            Expr::Attribute(_) => self.imported(expr),
            _ => None,
        }
    }

    /// Returns the full name of an imported name with attributes.
    fn imported(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => self.imports.get(name.id.as_str()).cloned(),
            Expr::Attribute(a) => Some(format!("{}.{}", self.imported(&a.value)?, a.attr)),
            _ => None,
        }
    }

    fn is_exempt(&self, full: &str) -> bool {
        self.sought.exempt.iter().any(|exempt| Pattern::levels(exempt).matches(full))
    }

    fn note(&mut self, at: TextRange, naming: usize, chooses: Chooses) {
        self.found.push(Choice { line: self.lines.at(at.start()), naming, chooses });
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        let method = match &*call.func {
            Expr::Attribute(a) => Some(a.attr.as_str()),
            _ => None,
        };
        let full = self.full(&call.func);
        if full.as_deref().is_some_and(|full| self.is_exempt(full)) {
            return;
        }
        let Sought { namings, .. } = self.sought;
        for (at, naming) in namings.iter().enumerate() {
            if naming.is(full.as_deref(), method)
                && let Some(chooses) = self.chosen(naming, &call.arguments)
            {
                self.note(call.range(), at, chooses);
            }
        }
        if let Some(at) = self.hands_on(call) {
            self.note(call.range(), at, Chooses::Anything);
        }
    }

    /// Returns the function that a call reads by name, or passes on: `getattr(cloud, kind)`,
    /// `partial(session.client, region="north")`.
    fn hands_on(&self, call: &'a ast::ExprCall) -> Option<usize> {
        const CALLERS: [&str; 5] = ["apply", "map", "partial", "submit", "to_thread"];
        let of_method = |name: &str| {
            let mut namings = self.sought.namings.iter();
            namings.position(|naming| naming.is_method() && naming.word() == Some(name))
        };
        let (name, first) = (called(&call.func), call.arguments.args.first()?);
        match (first, call.arguments.args.get(1)) {
            (_, Some(Expr::StringLiteral(attribute))) if name == "getattr" => {
                of_method(attribute.value.to_str())
            }
            (object, Some(_)) if name == "getattr" => {
                let full = self.full(object)?;
                self.sought.packages.iter().any(|package| full == *package).then_some(0)
            }
            (Expr::Attribute(method), _) if CALLERS.contains(&name) => of_method(method.attr.as_str()),
            _ => None,
        }
    }

    /// Returns what a call selects; `None` if a method has other arguments, so that it is a different one.
    fn chosen(&self, naming: &Naming, arguments: &'a ast::Arguments) -> Option<Chooses> {
        let is_starred = arguments.args.iter().any(Expr::is_starred_expr);
        let is_open = is_starred || arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
        let given = |name: &str| {
            let named = arguments.keywords.iter().find(|k| k.arg.as_ref().is_some_and(|arg| arg == name));
            let at = naming.positions.iter().position(|position| position == name);
            let positional = || arguments.args.get(at?).filter(|_| !is_starred);
            named.map(|keyword| &keyword.value).or_else(positional)
        };
        let mut chosen = Vec::new();
        for (name, from) in &naming.arguments {
            let value = match from {
                Chosen::Constants(values) => Chosen::Constants(values.clone()),
                Chosen::Unknown => Chosen::Unknown,
                Chosen::Parameter(parameter, default) => match given(parameter) {
                    Some(expr) => self.value(expr),
                    None if is_open => Chosen::Unknown,
                    None if !default.is_empty() => Chosen::Constants(default.clone()),
                    None if naming.is_method() => return None,
                    None => Chosen::Unknown,
                },
            };
            chosen.push((name.clone(), value));
        }
        let is_passed_on = chosen.iter().any(|(_, value)| matches!(value, Chosen::Parameter(..)));
        if is_passed_on {
            return Some(Chooses::Callers(self.caller(chosen)));
        }
        Some(Chooses::Data(chosen.into_iter().map(|(_, value)| value.constants()).collect()))
    }

    /// Returns the values of an argument.
    fn value(&self, expr: &'a Expr) -> Chosen {
        // A lambda and a class have names of their own.
        let has_other_names = self.lambdas > 0 || self.within.last() == Some(&true);
        if has_other_names && !expr.is_string_literal_expr() {
            return Chosen::Unknown;
        }
        match self.bindings.value(expr, &self.functions) {
            Value::Constants(values) => Chosen::Constants(values),
            Value::Parameter(name, default) if self.is_callable() => Chosen::Parameter(name, default),
            Value::Parameter(..) | Value::Unknown => Chosen::Unknown,
        }
    }

    /// Returns whether the current function can be called from elsewhere by its name.
    fn is_callable(&self) -> bool {
        let is_special = self.functions.last().is_none_or(|f| f.name.starts_with("__"));
        matches!(*self.within, [false] | [true, false]) && !is_special
    }

    /// Describes the current function, which passes its parameters on.
    fn caller(&self, arguments: Vec<(String, Chosen)>) -> Naming {
        let function = self.functions.last().map_or("", |f| f.name.as_str());
        let is_method = self.within.len() > 1;
        let parameters = self.functions.last().map(|f| &*f.parameters);
        let all = parameters.into_iter().flat_map(|p| p.posonlyargs.iter().chain(&p.args));
        let is_static = |f: &&ast::StmtFunctionDef| {
            let mut decorators = f.decorator_list.iter();
            decorators.any(|d| matches!(&d.expression, Expr::Name(n) if n.id.as_str() == "staticmethod"))
        };
        let skipped = usize::from(is_method && !self.functions.last().is_some_and(is_static));
        let positions = all.skip(skipped).map(|p| p.parameter.name.to_string()).collect();
        let function = match is_method {
            true => format!(".{function}"),
            false => format!("{}.{function}", self.module.0),
        };
        Naming { function, positions, arguments }
    }

    /// Handles a function that is mentioned but not called.
    fn mention(&mut self, expr: &'a Expr) {
        let Some(full) = self.full(expr).filter(|full| !self.is_exempt(full)) else { return };
        let last = full.rsplit('.').next().unwrap_or_default();
        let is_inside = self.sought.packages.iter().any(|package| crate::names::is_inside(&full, package));
        let is_meant = |naming: &Naming| match naming.function.strip_prefix('.') {
            Some(method) => is_inside && method == last,
            None => Pattern::levels(&naming.function).matches(&full),
        };
        if let Some(at) = self.sought.namings.iter().position(is_meant) {
            self.note(expr.range(), at, Chooses::Anything);
        }
    }
}

/// Returns whether an expression is a name with attributes.
fn is_dotted(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(a) => is_dotted(&a.value),
        other => other.is_name_expr(),
    }
}

impl Chosen {
    fn constants(self) -> Option<Vec<String>> {
        match self {
            Chosen::Constants(values) => Some(values),
            Chosen::Parameter(..) | Chosen::Unknown => None,
        }
    }
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(s) => {
                s.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&s.parameters);
                self.functions.push(s);
                self.within.push(false);
                self.visit_body(&s.body);
                self.within.pop();
                self.functions.pop();
            }
            Stmt::ClassDef(_) => {
                self.within.push(true);
                visitor::walk_stmt(self, stmt);
                self.within.pop();
            }
            Stmt::ImportFrom(s) if s.names.iter().any(|alias| alias.name.as_str() == "*") => {
                let module = s.module.as_ref().map_or("", |m| m.as_str());
                let is_meant =
                    self.sought.packages.iter().any(|package| crate::names::is_inside(module, package));
                if s.level == 0 && is_meant {
                    self.note(stmt.range(), 0, Chooses::Anything);
                }
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {}
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                self.called.insert(call.func.range());
                self.call(call);
            }
            Expr::Attribute(a) if a.ctx.is_load() && !self.called.contains(&expr.range()) => {
                self.mention(expr)
            }
            Expr::Name(name) if name.ctx.is_load() && !self.called.contains(&expr.range()) => {
                self.mention(expr)
            }
            _ => {}
        }
        match expr {
            // The parts of a dotted name are not names on their own.
            Expr::Attribute(_) if is_dotted(expr) => {}
            Expr::Lambda(lambda) => {
                self.lambdas += 1;
                self.visit_expr(&lambda.body);
                self.lambdas -= 1;
            }
            other => visitor::walk_expr(self, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(function: &str) -> Naming {
        let argument = ("service".to_owned(), Chosen::Parameter("service".to_owned(), Vec::new()));
        Naming {
            function: function.to_owned(),
            positions: vec!["service".to_owned()],
            arguments: vec![argument],
        }
    }

    fn found(text: &str) -> Vec<Chooses> {
        let namings = [naming("cloud.client"), naming(".client")];
        let found = choices(
            text.as_bytes(),
            12,
            ("app", false),
            Sought { namings: &namings, exempt: &["cloud.other".to_owned()], packages: &["cloud"] },
        );
        found.into_iter().map(|choice| choice.chooses).collect()
    }

    fn data(names: &[&str]) -> Chooses {
        Chooses::Data(vec![Some(names.iter().map(|name| (*name).to_owned()).collect())])
    }

    #[test]
    fn constant_arguments_are_followed_to_their_values() {
        for (text, expected) in [
            ("s.client('a')", "a"),
            ("s.client(region='x', service='a')", "a"),
            ("NAME = 'a'\ndef f(s):\n    s.client(NAME)", "a"),
            ("def f(s):\n    for name in ('a', 'b'):\n        s.client(name)", "a b"),
            ("all = [s.client(name) for name in ['a', 'b']]", "a b"),
            ("s.client('a' if test else 'b')", "a b"),
            ("print(s.client('a', **options).meta.url)", "a"),
        ] {
            assert_eq!(found(text), [data(&expected.split(' ').collect::<Vec<_>>())], "{text}");
        }
        // A function of the package matches both.
        assert_eq!(found("import cloud as c\nc.client('a')"), [data(&["a"]), data(&["a"])]);
        assert_eq!(found("from cloud import client\nclient('a')"), [data(&["a"])]);
    }

    #[test]
    fn names_that_may_be_others_are_unknown() {
        let unknown = Chooses::Data(vec![None]);
        for text in [
            "s.client(sys.argv[1])",
            "s.client(**options)",
            "s.client(*names)",
            "NAME = 'a'\nNAME = read()\ns.client(NAME)",
            "NAME = 'a'\nNAME += 'b'\ndef f(s):\n    s.client(NAME)",
            "NAME = 'a'\ndef g():\n    global NAME\n    NAME = read()\ndef f(s):\n    s.client(NAME)",
            "def f(s):\n    with read() as name:\n        s.client(name)",
            "from settings import NAME\ns.client(NAME)",
            "class A:\n    def f(self):\n        self.s.client(self.name)",
        ] {
            assert_eq!(found(text), std::slice::from_ref(&unknown), "{text}");
        }
        for text in [
            "import cloud\nf = cloud.client",
            "from cloud import *",
            "import cloud\ngetattr(cloud, x)",
            "partial(s.client, 'x')",
            "getattr(s, 'client')('a')",
        ] {
            assert!(found(text).contains(&Chooses::Anything), "{text}");
        }
        assert_eq!(found("app.client()"), []);
    }

    #[test]
    fn functions_that_pass_their_parameter_on_are_followed() {
        let text = "import cloud\ndef make(region, name='a'):\n    return cloud.client(name, region)\n";
        let Some(Chooses::Callers(make)) = found(text).into_iter().next() else { panic!("{text}") };
        assert_eq!((make.function.as_str(), make.positions.len()), ("app.make", 2));
        let namings = [make];
        let sought = Sought { namings: &namings, exempt: &[], packages: &[] };
        let uses = |text: &str| {
            choices(text.as_bytes(), 12, ("app", false), sought).pop().map(|choice| choice.chooses)
        };
        assert_eq!(uses("make('r', 'b')"), Some(data(&["b"])));
        assert_eq!(uses("make('r')"), Some(data(&["a"])));
        assert_eq!(uses("start(make)"), Some(Chooses::Anything));
        let text = "class A:\n    def make(self, name):\n        return self.s.client(name)\n";
        let [Chooses::Callers(make)] = &found(text)[..] else { panic!("{text}") };
        assert_eq!((make.function.as_str(), make.positions.len()), (".make", 1));
    }
}
