//! Conditions in comments of Nuitka: Python expressions, evaluated without running anything.

use std::path::PathBuf;

use ruff_python_ast::{self as ast, Expr};

use crate::error::{Error, Result};
use crate::spec::entry;
use crate::spec::project::stated_version;
use crate::target::Os;

/// What conditions and values can refer to.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) os: Os,
    /// The processor, by the name that Python has for it.
    pub(super) machine: String,
    /// The folder of the script.
    pub(super) folder: PathBuf,
    /// Values that comments set, by the name with its braces.
    pub(super) own: Vec<(String, String)>,
}

/// A value of Python.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Value {
    None,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Value>),
    Environment,
}

impl Surroundings {
    fn system(&self) -> &'static str {
        match self.os {
            Os::Linux => "Linux",
            Os::Windows => "Windows",
            Os::Macos => "Darwin",
        }
    }

    /// Returns the values of the placeholders.
    fn placeholders(&self) -> [(&'static str, Value); 7] {
        let text = |text: &str| Value::Text(text.to_owned());
        // Conditions on the version ask for features of later ones.
        let newest = [99, 0, 0].map(Value::Number).to_vec();
        [
            ("{OS}", text(self.system())),
            ("{Arch}", text(&self.machine)),
            ("{MAIN_DIRECTORY}", text(&self.folder.to_string_lossy())),
            ("{Version}", Value::List(newest)),
            ("{Commercial}", Value::None),
            ("{Flavor}", text("CPython Official")),
            ("{Implementation}", text("CPython")),
        ]
    }

    /// Replaces the placeholders in the value of an option. Those that are for the program's start stay.
    pub(super) fn fill(&self, text: &str) -> String {
        let own = self.own.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        self.placeholders().iter().fold(own, |text, (name, value)| match value {
            Value::Text(value) => text.replace(name, value),
            _ => text,
        })
    }

    /// Sets a value: `NAME = EXPRESSION`.
    ///
    /// # Errors
    /// The text has another form, or the expression is not evaluated.
    pub(super) fn set(&mut self, text: &str) -> Result<()> {
        let named = text.split_once('=').map(|(name, value)| (name.trim(), value));
        let Some((name, value)) = named.filter(|(name, _)| entry::is_identifier(name)) else {
            return Err(Error::new("a value is set without a name")
                .hint("write `# nuitka-project-set: NAME = VALUE`"));
        };
        let value = match parsed(value, self)? {
            Value::Text(text) => text,
            other => literal(&other),
        };
        self.own.push((format!("{{{name}}}"), value));
        Ok(())
    }

    /// Replaces the placeholders in an expression: by a literal, or within a string by plain text.
    fn expression(&self, text: &str) -> String {
        let mut out = String::new();
        let (mut quote, mut rest) = (None, text);
        'next: while let Some(c) = rest.chars().next() {
            for (name, value) in self.placeholders() {
                if let Some(after) = rest.strip_prefix(name) {
                    match (quote, &value) {
                        (Some(_), Value::Text(text)) => out.push_str(&text.replace('\\', "/")),
                        _ => out.push_str(&literal(&value)),
                    }
                    rest = after;
                    continue 'next;
                }
            }
            quote = match quote {
                None if matches!(c, '"' | '\'') => Some(c),
                Some(open) if open == c => None,
                quote => quote,
            };
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }
}

/// Returns a value as Python writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{:?}", text.replace('\\', "/")),
        Value::Number(number) => number.to_string(),
        Value::List(items) => format!("({},)", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::None | Value::Environment => "None".to_owned(),
    }
}

/// Whether a condition holds.
///
/// # Errors
/// It is no expression, or one that is not evaluated.
pub(super) fn holds(text: &str, around: &Surroundings) -> Result<bool> {
    parsed(text, around).map(|value| value.is_true())
}

/// Returns the value of an expression.
fn parsed(text: &str, around: &Surroundings) -> Result<Value> {
    let text = around.expression(text.trim());
    let parsed = ruff_python_parser::parse_expression(&text)
        .map_err(|e| Error::new("expected a Python expression").cause(e.error.to_string().to_lowercase()))?;
    evaluate(parsed.expr(), around).ok_or_else(|| {
        Error::new("an expression cannot be evaluated without running it").hint(
            "compare `{OS}`, `{Arch}`, `os.environ.get(…)` or `os.path.exists(…)` with literals, joined by `and`, `or` and \
             `not`",
        )
    })
}

impl Value {
    fn is_true(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(on) => *on,
            Value::Number(number) => *number != 0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Environment => true,
        }
    }

    fn text(self) -> Option<String> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

fn evaluate(expr: &Expr, around: &Surroundings) -> Option<Value> {
    let of = |expr: &Expr| evaluate(expr, around);
    let all = |items: &[Expr]| items.iter().map(of).collect::<Option<Vec<_>>>().map(Value::List);
    Some(match expr {
        Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
        Expr::BooleanLiteral(on) => Value::Bool(on.value),
        Expr::NoneLiteral(_) => Value::None,
        Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(number) => Value::Number(number.as_i64()?),
            _ => return None,
        },
        Expr::Tuple(tuple) => all(&tuple.elts)?,
        Expr::List(list) => all(&list.elts)?,
        Expr::Set(set) => all(&set.elts)?,
        Expr::UnaryOp(op) if op.op == ast::UnaryOp::Not => Value::Bool(!of(&op.operand)?.is_true()),
        Expr::BoolOp(op) => {
            let is_and = op.op == ast::BoolOp::And;
            let mut value = Value::Bool(is_and);
            for part in &op.values {
                value = of(part)?;
                if value.is_true() != is_and {
                    break;
                }
            }
            value
        }
        Expr::Compare(compare) => {
            let mut left = of(&compare.left)?;
            for (op, right) in compare.ops.iter().zip(&compare.comparators) {
                let right = of(right)?;
                if !compared(*op, &left, &right)? {
                    return Some(Value::Bool(false));
                }
                left = right;
            }
            Value::Bool(true)
        }
        Expr::BinOp(op) if op.op == ast::Operator::Add => {
            Value::Text(of(&op.left)?.text()? + &of(&op.right)?.text()?)
        }
        Expr::Subscript(subscript) if of(&subscript.value)? == Value::Environment => {
            std::env::var(of(&subscript.slice)?.text()?).ok().map(Value::Text)?
        }
        Expr::Attribute(attribute) => match &*attribute.value {
            Expr::Call(call) => Value::Text(stated(call, &attribute.attr, around)?),
            _ => named(&dotted(expr)?, around)?,
        },
        Expr::Call(call) => called(call, around)?,
        _ => return None,
    })
}

fn compared(op: ast::CmpOp, left: &Value, right: &Value) -> Option<bool> {
    let is_in = || match (left, right) {
        (left, Value::List(items)) => Some(items.contains(left)),
        (Value::Text(left), Value::Text(right)) => Some(right.contains(left.as_str())),
        (Value::Text(name), Value::Environment) => Some(std::env::var_os(name).is_some()),
        _ => None,
    };
    let is_order = matches!(op, ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE);
    if is_order && std::mem::discriminant(left) != std::mem::discriminant(right) {
        return None;
    }
    Some(match op {
        ast::CmpOp::Eq | ast::CmpOp::Is => left == right,
        ast::CmpOp::NotEq | ast::CmpOp::IsNot => left != right,
        ast::CmpOp::Lt => left < right,
        ast::CmpOp::LtE => left <= right,
        ast::CmpOp::Gt => left > right,
        ast::CmpOp::GtE => left >= right,
        ast::CmpOp::In => is_in()?,
        ast::CmpOp::NotIn => !is_in()?,
    })
}

fn named(name: &str, around: &Surroundings) -> Option<Value> {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    match (name, around.os) {
        ("os.environ", _) => Some(Value::Environment),
        ("sys.platform", Os::Linux) => text("linux"),
        ("sys.platform", Os::Windows) => text("win32"),
        ("sys.platform", Os::Macos) => text("darwin"),
        ("os.name", Os::Windows) => text("nt"),
        ("os.name", _) => text("posix"),
        ("os.sep" | "os.path.sep", Os::Windows) => text("\\"),
        ("os.sep" | "os.path.sep", _) => text("/"),
        _ => None,
    }
}

/// Returns the text that a module of the program assigns to a name, without importing it:
/// `__import__("module").name`.
fn stated(call: &ast::ExprCall, name: &str, around: &Surroundings) -> Option<String> {
    if !matches!(dotted(&call.func)?.as_str(), "__import__" | "importlib.import_module") {
        return None;
    }
    let module = evaluate(call.arguments.args.first()?, around)?.text()?.replace('.', "/");
    let folders = [around.folder.clone(), around.folder.join("src"), around.folder.join("..")];
    let files = folders
        .iter()
        .flat_map(|folder| [format!("{module}/__init__.py"), format!("{module}.py")].map(|f| folder.join(f)));
    let texts = files.filter_map(|file| std::fs::read_to_string(file).ok());
    texts.into_iter().find_map(|text| stated_version(&text, &[name]))
}

fn called(call: &ast::ExprCall, around: &Surroundings) -> Option<Value> {
    let Expr::Attribute(function) = &*call.func else { return None };
    if !call.arguments.keywords.is_empty() {
        return None;
    }
    let arguments = call.arguments.args.iter().map(|a| evaluate(a, around)).collect::<Option<Vec<_>>>()?;
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next()?.text();
    let path = |text: String| around.folder.join(text.replace('\\', "/"));
    match dotted(&call.func).as_deref() {
        Some("os.environ.get" | "os.getenv") => {
            let name = next()?;
            let value = std::env::var(name).ok().map(Value::Text);
            return Some(value.or_else(|| arguments.next()).unwrap_or(Value::None));
        }
        Some("os.path.exists") => return Some(Value::Bool(path(next()?).exists())),
        Some("os.path.isfile") => return Some(Value::Bool(path(next()?).is_file())),
        Some("os.path.isdir") => return Some(Value::Bool(path(next()?).is_dir())),
        Some("os.path.join") => {
            let parts = arguments.map(Value::text).collect::<Option<Vec<_>>>()?;
            return Some(Value::Text(parts.join("/")));
        }
        Some("platform.system") => return Some(Value::Text(around.system().to_owned())),
        Some("platform.machine") => return Some(Value::Text(around.machine.clone())),
        _ => {}
    }
    let text = evaluate(&function.value, around)?.text()?;
    Some(match function.attr.as_str() {
        "lower" => Value::Text(text.to_lowercase()),
        "upper" => Value::Text(text.to_uppercase()),
        "strip" => Value::Text(text.trim().to_owned()),
        "startswith" => Value::Bool(text.starts_with(&next()?)),
        "endswith" => Value::Bool(text.ends_with(&next()?)),
        _ => return None,
    })
}

fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(a) => Some(format!("{}.{}", dotted(&a.value)?, a.attr)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(os: Os, text: &str) -> Result<bool> {
        let folder = std::env::temp_dir();
        holds(text, &Surroundings { os, machine: "x86_64".into(), folder, own: Vec::new() })
    }

    #[test]
    fn usual_conditions_are_evaluated() {
        for (text, linux, windows) in [
            ("{OS} in (\"Windows\", \"Linux\")", true, true),
            ("{OS} in (\"Windows\")", false, true),
            ("\"{OS}\" == \"Linux\"", true, false),
            ("{OS} not in (\"Windows\", \"Darwin\") and {Arch} == \"x86_64\"", true, false),
            ("not {OS}.lower().startswith('win')", true, false),
            ("os.environ.get(\"FREEZE_SURELY_UNSET\", \"no\") == \"yes\"", false, false),
            ("os.getenv('FREEZE_SURELY_UNSET') is None or 1", true, true),
            ("'FREEZE_SURELY_UNSET' in os.environ", false, false),
            ("os.path.exists(\"{MAIN_DIRECTORY}/nothing-there.xml\")", false, false),
            ("os.path.isdir({MAIN_DIRECTORY})", true, true),
            ("{Version} >= (2, 1, 0)", true, true),
            ("{Commercial} is not None", false, false),
            ("sys.platform == 'win32'", false, true),
        ] {
            assert_eq!(on(Os::Linux, text).unwrap(), linux, "{text}");
            assert_eq!(on(Os::Windows, text).unwrap(), windows, "{text}");
        }
    }

    #[test]
    fn other_expressions_are_errors() {
        assert!(on(Os::Linux, "{OS} =").unwrap_err().message.contains("expected a Python expression"));
        for text in ["open('x').read()", "unknown", "__import__('os')", "{OS} < 1 in 2"] {
            let error = on(Os::Linux, text).unwrap_err().message;
            assert!(error.contains("cannot be evaluated"), "{text}: {error}");
        }
    }
}
