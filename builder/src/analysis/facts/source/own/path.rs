//! Evaluates expressions for paths, as far as they are known.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::TextRange;

use super::Names;
use crate::analysis::facts::own::Base;
use crate::analysis::facts::source::shapes::{called, elements, levels, receiver};

/// Maximum nesting of variables and calls that is followed.
const DEPTH: u32 = 10;
/// Maximum number of values per expression.
const MOST: usize = 8;
/// Maximum number of expressions per path, because assignments between many variables multiply.
const STEPS: u32 = 2000;

/// The known parts of a path.
#[derive(Clone, Debug)]
pub(in crate::analysis::facts::source) struct Path {
    pub base: Base,
    /// Its parts, with `*` for unknown text and `..` for parent folders.
    pub parts: Vec<String>,
    /// Whether it is the file of the module itself.
    pub is_file: bool,
    /// Whether it is relative to `sys.argv[0]`.
    pub by_command: bool,
    /// Whether it is a string, so that added text continues the last part.
    is_text: bool,
    /// The strings that it contains.
    pub strings: Vec<TextRange>,
}

impl Path {
    /// Returns the possible paths of an expression.
    pub(in crate::analysis::facts::source) fn of(expr: &Expr, names: &Names<'_>) -> Vec<Path> {
        names.left.set(STEPS);
        let mut found = evaluate(expr, names, DEPTH);
        found.truncate(MOST);
        found
    }

    /// Returns the possible paths of a text with values between its pieces.
    pub(in crate::analysis::facts::source) fn of_text<'t>(
        mut pieces: impl Iterator<Item = &'t str>,
        values: &[&Expr],
        names: &Names<'_>,
    ) -> Vec<Path> {
        let mut found = vec![Path::text(pieces.next().unwrap_or_default())];
        for (value, piece) in values.iter().zip(pieces) {
            found = combined(&found, &Path::of(value, names), |left, right| left.add(right));
            found = found.into_iter().map(|path| path.add(&Path::text(piece)).tidy()).collect();
        }
        found
    }

    /// Returns a word that is not a path.
    pub(in crate::analysis::facts::source) fn word(word: &str) -> Path {
        Path { parts: vec![word.to_owned()], is_text: true, ..Path::at(Base::Unknown) }
    }

    fn at(base: Base) -> Path {
        Path {
            base,
            parts: Vec::new(),
            is_file: false,
            by_command: false,
            is_text: false,
            strings: Vec::new(),
        }
    }

    fn unknown() -> Path {
        Path { parts: vec!["*".to_owned()], is_text: true, ..Path::at(Base::Unknown) }
    }

    fn text(text: &str) -> Path {
        let mut path = Path::at(Base::Unknown);
        path.is_text = true;
        path.parts = text.replace('\\', "/").split('/').map(str::to_owned).collect();
        path
    }

    /// Returns its parent folder.
    fn parent(mut self) -> Path {
        if std::mem::take(&mut self.is_file) {
            return self;
        }
        self.is_text = false;
        match self.parts.last().map(String::as_str) {
            Some("..") => self.parts.push("..".to_owned()),
            None if self.base != Base::Unknown => self.parts.push("..".to_owned()),
            Some("*") if self.base == Base::Unknown && self.parts.len() == 1 => {}
            _ => {
                self.parts.pop();
            }
        }
        self
    }

    /// Joins it with another path.
    fn join(mut self, other: &Path) -> Path {
        if other.base != Base::Unknown {
            // An absolute path replaces the path that it is joined to.
            return other.clone();
        }
        let is_gap = self.base == Base::Unknown && self.parts.iter().all(|p| p == "*");
        if is_gap {
            self.parts.clear();
        }
        if other.parts.first().is_some_and(String::is_empty) && other.parts.len() > 1 {
            self.base = Base::Unknown;
            self.parts.clear();
        }
        for part in &other.parts {
            match part.as_str() {
                "" | "." => {}
                part => self.parts.push(part.to_owned()),
            }
        }
        self.strings.extend(&other.strings);
        (self.is_text, self.is_file) = (false, false);
        self
    }

    /// Appends a text.
    fn add(mut self, other: &Path) -> Path {
        if other.base != Base::Unknown {
            return other.clone();
        }
        self.strings.extend(&other.strings);
        // `os.path.splitext(__file__)[0] + ".ini"`: a file beside the module, whose name is unknown here.
        if std::mem::take(&mut self.is_file) {
            self.parts.push("*".to_owned());
        }
        let mut more = other.parts.iter();
        if (self.is_text || !self.parts.is_empty())
            && let (Some(last), Some(first)) = (self.parts.last_mut(), more.next())
        {
            last.push_str(first);
        }
        self.parts.extend(more.cloned());
        self.parts.retain(|p| p != ".");
        self
    }

    /// Returns the path with another suffix. For the module's own file, every file beside it with that
    /// suffix matches.
    fn with_suffix(mut self, suffix: &str) -> Path {
        if std::mem::take(&mut self.is_file) {
            self.parts.push(format!("*{suffix}"));
        } else if let Some(last) = self.parts.last_mut() {
            let stem = last.rsplit_once('.').map_or(last.as_str(), |(stem, _)| stem);
            *last = format!("{stem}{suffix}");
        }
        self
    }

    /// Normalizes the parts: no repeated gaps, no empty parts.
    fn tidy(mut self) -> Path {
        // `"file:" + path + "?mode=ro"`
        if let Some(last) = self.parts.last_mut()
            && let Some((name, query)) = last.split_once('?')
            && query.contains('=')
        {
            *last = name.to_owned();
        }
        for part in &mut self.parts {
            while part.contains("**") && part != "**" {
                *part = part.replace("**", "*");
            }
        }
        self
    }
}

/// Returns whether a function composes a path, or returns its argument.
pub(super) fn is_path_call(name: &str) -> bool {
    const MAKING: [&str; 10] = [
        "join",
        "joinpath",
        "Path",
        "PurePath",
        "PosixPath",
        "with_name",
        "with_suffix",
        "with_stem",
        "replace",
        "format",
    ];
    MAKING.contains(&name) || is_same(name)
}

/// Returns whether a function returns the path that it receives.
fn is_same(name: &str) -> bool {
    matches!(
        name,
        "abspath"
            | "realpath"
            | "normpath"
            | "resolve"
            | "absolute"
            | "str"
            | "fspath"
            | "as_posix"
            | "normcase"
            | "strpath"
            | "QUrl"
            | "fromLocalFile"
    )
}

/// Returns the arguments of a call, one after the other.
pub(super) fn pieces(arguments: &[Expr]) -> Path {
    let mut path = Path::unknown();
    for argument in arguments {
        path = match argument {
            Expr::StringLiteral(text) => path.join(&literal(text)),
            _ => path.join(&Path::unknown()),
        };
    }
    path
}

/// `sys.path`
pub(super) fn is_sys_path(expr: &Expr) -> bool {
    matches!(expr, Expr::Attribute(a) if a.attr.as_str() == "path"
        && matches!(&*a.value, Expr::Name(n) if n.id.as_str() == "sys"))
}

fn literal(text: &ast::ExprStringLiteral) -> Path {
    Path { strings: vec![text.range], ..Path::text(text.value.to_str()) }
}

fn evaluate(expr: &Expr, names: &Names<'_>, depth: u32) -> Vec<Path> {
    let left = names.left.get();
    names.left.set(left.saturating_sub(1));
    let Some(depth) = depth.checked_sub(1).filter(|_| left > 0) else { return vec![Path::unknown()] };
    let inner = |expr: &Expr| evaluate(expr, names, depth);
    let found = match expr {
        Expr::StringLiteral(text) => vec![literal(text)],
        Expr::FString(text) => vec![interpolated(text, names, depth)],
        Expr::Name(name) => match name.id.as_str() {
            "__file__" => vec![Path { is_file: true, ..Path::at(Base::Module) }],
            "__path__" => vec![Path::at(Base::Module)],
            other => variable(other, names, depth),
        },
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "parent" => inner(&attribute.value).into_iter().map(Path::parent).collect(),
            "_MEIPASS" => vec![Path::at(Base::Program)],
            "pardir" => vec![Path::text("..")],
            "curdir" => vec![Path::text(".")],
            "sep" => vec![Path::text("/")],
            other => variable(other, names, depth),
        },
        Expr::Subscript(subscript) => subscripted(subscript, names, depth),
        Expr::BinOp(op) => {
            let combine = match op.op {
                ast::Operator::Div => |left: Path, right: &Path| left.join(right),
                ast::Operator::Add => |left: Path, right: &Path| left.add(right),
                ast::Operator::Mod => |left: Path, _: &Path| formatted(left, '%'),
                _ => return vec![Path::unknown()],
            };
            combined(&inner(&op.left), &inner(&op.right), combine)
        }
        Expr::Call(call) => called_path(call, names, depth),
        Expr::List(_) | Expr::Tuple(_) => elements(expr).iter().flat_map(inner).take(MOST).collect(),
        Expr::If(ternary) => inner(&ternary.body).into_iter().chain(inner(&ternary.orelse)).collect(),
        Expr::BoolOp(op) => op.values.iter().flat_map(inner).collect(),
        Expr::Await(a) => inner(&a.value),
        Expr::Starred(starred) => inner(&starred.value),
        _ => Vec::new(),
    };
    let found: Vec<Path> = found.into_iter().map(Path::tidy).take(MOST).collect();
    if found.is_empty() { vec![Path::unknown()] } else { found }
}

fn combined(left: &[Path], right: &[Path], combine: impl Fn(Path, &Path) -> Path) -> Vec<Path> {
    left.iter().flat_map(|l| right.iter().map(|r| combine(l.clone(), r))).take(MOST).collect()
}

/// Returns the values of a variable or an attribute.
fn variable(name: &str, names: &Names<'_>, depth: u32) -> Vec<Path> {
    let known = names.get(name).iter().flat_map(|value| evaluate(value, names, depth));
    let mut found: Vec<Path> = known.take(MOST - 1).collect();
    if !found.is_empty() && names.is_open(name) {
        found.push(Path::unknown());
    }
    found
}

fn subscripted(subscript: &ast::ExprSubscript, names: &Names<'_>, depth: u32) -> Vec<Path> {
    match &*subscript.value {
        Expr::Attribute(a) if a.attr.as_str() == "parents" => {
            let Some(up) = levels(&subscript.slice) else { return Vec::new() };
            let paths = evaluate(&a.value, names, depth).into_iter();
            paths.map(|path| (0..up).fold(path, |path, _| path.parent())).collect()
        }
        // `sys.path[0]`, and the file in `sys.argv[0]`.
        value if is_sys_path(value) => vec![Path::at(Base::Program)],
        Expr::Attribute(a) if a.attr.as_str() == "argv" => {
            vec![Path { is_file: true, by_command: true, ..Path::at(Base::Program) }]
        }
        // `os.path.split(__file__)[0]`, `__path__[0]`
        Expr::Call(call) if called(&call.func) == "split" => {
            let first = call.arguments.args.first().map(|a| evaluate(a, names, depth));
            first.into_iter().flatten().map(Path::parent).collect()
        }
        // `os.path.splitext(__file__)[0]`
        Expr::Call(call) if called(&call.func) == "splitext" => {
            let first = call.arguments.args.first().map(|a| evaluate(a, names, depth));
            first
                .into_iter()
                .flatten()
                .map(|path| if path.is_file { path } else { path.with_suffix("") })
                .collect()
        }
        value => evaluate(value, names, depth),
    }
}

fn called_path(call: &ast::ExprCall, names: &Names<'_>, depth: u32) -> Vec<Path> {
    let arguments = &call.arguments.args;
    let inner = |expr: &Expr| evaluate(expr, names, depth);
    let receiver = || receiver(call).map(inner).unwrap_or_default();
    let below = |base: Vec<Path>, parts: &[Expr]| {
        parts.iter().fold(base, |left, part| combined(&left, &inner(part), |l, r| l.join(r)))
    };
    match names.actual(called(&call.func)) {
        "dirname" => arguments.first().map(inner).into_iter().flatten().map(Path::parent).collect(),
        "getcwd" | "cwd" => vec![Path::at(Base::Program)],
        // `os.path.join` rather than the method of a string.
        "join" if arguments.len() > 1 => below(inner(&arguments[0]), &arguments[1..]),
        "joinpath" => below(receiver(), arguments),
        "with_suffix" | "replace" if call.func.is_attribute_expr() => match arguments.last() {
            Some(Expr::StringLiteral(text)) if text.value.to_str().starts_with('.') => {
                receiver().into_iter().map(|path| path.with_suffix(text.value.to_str())).collect()
            }
            _ => Vec::new(),
        },
        "with_stem" => match arguments.first() {
            Some(Expr::StringLiteral(stem)) => {
                let stem = Path::text(&format!("{}.*", stem.value.to_str()));
                receiver().into_iter().map(|path| path.parent().join(&stem)).collect()
            }
            _ => Vec::new(),
        },
        "with_name" => below(receiver().into_iter().map(Path::parent).collect(), arguments),
        "glob" | "rglob" if call.func.is_attribute_expr() && !arguments.is_empty() => {
            let is_module = matches!(&*call.func, Expr::Attribute(a)
                if matches!(&*a.value, Expr::Name(n) if n.id.as_str() == "glob"));
            if is_module { inner(&arguments[0]) } else { below(receiver(), arguments) }
        }
        "Path" | "PurePath" | "PosixPath" => match arguments.split_first() {
            Some((first, rest)) => below(inner(first), rest),
            None => vec![Path::at(Base::Program)],
        },
        "format" => receiver().into_iter().map(|path| formatted(path, '{')).collect(),
        "getattr" => attribute_or_default(arguments, names, depth),
        "files" => Vec::new(),
        // `inspect.getfile(inspect.currentframe())`
        "getfile" | "getsourcefile" if matches!(arguments.first(), Some(Expr::Call(_))) => {
            vec![Path { is_file: true, ..Path::at(Base::Module) }]
        }
        name if is_same(name) => match arguments.first() {
            Some(path) => inner(path),
            None => receiver(),
        },
        // Limit the depth for functions that call each other.
        name => {
            let values = names.returned(name).iter();
            values.flat_map(|value| evaluate(value, names, depth / 2)).take(MOST).collect()
        }
    }
}

/// `getattr(sys, "_MEIPASS", default)`
fn attribute_or_default(arguments: &[Expr], names: &Names<'_>, depth: u32) -> Vec<Path> {
    let [_, Expr::StringLiteral(name), default @ ..] = arguments else { return Vec::new() };
    let mut found = match name.value.to_str() {
        "_MEIPASS" => vec![Path::at(Base::Program)],
        other => variable(other, names, depth),
    };
    found.extend(default.iter().flat_map(|value| evaluate(value, names, depth)));
    found
}

/// Returns a format with gaps for the inserted values.
fn formatted(mut path: Path, mark: char) -> Path {
    for part in &mut path.parts {
        let mut rest = part.as_str();
        let mut pattern = String::new();
        while let Some((text, field)) = rest.split_once(mark) {
            pattern.push_str(text);
            pattern.push('*');
            rest = if mark == '{' {
                field.split_once('}').map_or("", |(_, rest)| rest)
            } else {
                let end = field.find(|c: char| c.is_ascii_alphabetic()).map_or(field.len(), |i| i + 1);
                &field[end..]
            };
        }
        pattern.push_str(rest);
        *part = pattern;
    }
    path
}

/// `f"images/{name}.png"`
fn interpolated(text: &ast::ExprFString, names: &Names<'_>, depth: u32) -> Path {
    let mut path: Option<Path> = None;
    for element in text.value.elements() {
        let piece = match element {
            ast::InterpolatedStringElement::Literal(literal) => Path::text(&literal.value),
            ast::InterpolatedStringElement::Interpolation(inner) => {
                let known = evaluate(&inner.expression, names, depth);
                match known.as_slice() {
                    [one] => one.clone(),
                    _ => Path::unknown(),
                }
            }
        };
        path = Some(match path {
            None => piece,
            // `f"{folder}/a"`: a folder ends here.
            Some(path) if !path.is_text && piece.parts.first().is_some_and(String::is_empty) => {
                let rest = Path { parts: piece.parts[1..].to_vec(), ..piece };
                path.join(&rest)
            }
            Some(path) => path.add(&piece),
        });
    }
    path.unwrap_or_else(Path::unknown)
}
