//! Strings in the source: names of modules, of files and of groups of entry points, sources in texts.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Finder;
use crate::analysis::facts::{Form, List, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

impl<'a> Finder<'a> {
    /// An attribute whose name tells what the module is about.
    pub(super) fn attribute(&mut self, attribute: &ast::ExprAttribute) {
        let name = attribute.attr.as_str();
        self.groups |= super::ENTRY_POINTS.contains(&name);
        if matches!(name, "meta_path" | "executable") && self.scope.is_module(&attribute.value, "sys") {
            self.record.finds |= name == "meta_path";
            self.record.interpreter |= name == "executable";
        }
    }

    /// Remembers a string that looks like `package.module` or `package.module:attribute`.
    pub(super) fn text(&mut self, literal: &'a ast::ExprStringLiteral) {
        let text = literal.value.to_str();
        if !text.is_empty()
            && text.len() < 80
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:/".contains(&b))
        {
            self.candidates.push((literal.range.start(), text));
        }
        self.names_suffix |= matches!(text, ".py" | "*.py" | "/*.py");
        if let Some(file) = code_file(text)
            && !self.record.files.contains(&file)
        {
            self.record.files.push(file);
        }
        // `^app_.+$`: plugins by the beginning of their names.
        if let Some(start) = text.strip_prefix('^').and_then(|t| t.trim_end_matches('$').strip_suffix(".+"))
            && start.ends_with('_')
            && is_dotted_name(start)
        {
            let (at, start) = (literal.range().start(), start.to_owned());
            self.under(Guard::Optional, None, |f| {
                f.push(at, Origin::Absolute, start, Form::Prefix, Vec::new());
            });
        }
        self.statement(literal);
        if self.scope.words && text.len() >= 80 {
            self.names_inside(literal);
        }
        // The beginning of names that code completes.
        if let Some(package) = text.strip_suffix('.')
            && package.contains('.')
            && is_dotted_name(package)
        {
            let at = literal.range().start();
            self.under(Guard::Optional, None, |f| {
                f.push(at, Origin::Absolute, text.to_owned(), Form::Prefix, Vec::new());
            });
        }
        // `module:attribute`
        if let Some((module, attribute)) = text.split_once(':')
            && is_dotted_name(attribute)
        {
            self.named_text(literal, module);
        }
        let name = text.split_once(':').map_or(text, |(module, _)| module);
        if name.len() < 120
            && (self.scope.words || name.contains('.'))
            && is_dotted_name(name)
            && self.texts.insert(name)
        {
            let line = self.scope.line(literal.range.start());
            self.record.texts.push((line, name.to_owned()));
        }
    }

    /// Remembers a list in the program's own modules each text of which may be the name of a module.
    pub(super) fn list(&mut self, list: &'a Expr, certain: bool) {
        let (Expr::List(ast::ExprList { elts, .. })
        | Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. })) = list
        else {
            return;
        };
        if !self.scope.words {
            return;
        }
        let texts = elts.iter().filter_map(|e| match e {
            Expr::StringLiteral(s) => Some(s.value.to_str()),
            _ => None,
        });
        let names: Vec<String> = texts.map(str::to_owned).collect();
        let tells = certain || names.iter().any(|n| n.contains('.'));
        if tells && !names.is_empty() && names.iter().all(|n| n.len() < 120 && is_dotted_name(n)) {
            self.record.lists.push(List { line: self.scope.line(list.range().start()), names, certain });
        }
    }

    /// A value with the name that it is given: whether that tells that it holds names of modules.
    pub(super) fn named_list(&mut self, name: &str, value: &'a Expr) {
        const HOLDS_MODULES: [&str; 8] =
            ["apps", "imports", "include", "module", "modules", "packages", "plugins", "urlconf"];
        if !self.scope.words || !HOLDS_MODULES.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
            return;
        }
        match value {
            Expr::StringLiteral(literal) => self.named_text(literal, literal.value.to_str()),
            Expr::BinOp(op) => {
                self.named_list(name, &op.left);
                self.named_list(name, &op.right);
            }
            other => self.list(other, true),
        }
    }

    /// The same for what is assigned to: a variable, an attribute or a key.
    pub(super) fn named_target(&mut self, target: &Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.named_list(name.id.as_str(), value),
            Expr::Attribute(attribute) => self.named_list(attribute.attr.as_str(), value),
            Expr::Subscript(subscript) => {
                if let Expr::StringLiteral(key) = &*subscript.slice {
                    self.named_list(key.value.to_str(), value);
                }
            }
            _ => {}
        }
    }

    /// A text of which it is known that it names a module.
    fn named_text(&mut self, literal: &ast::ExprStringLiteral, name: &str) {
        if self.scope.words && name.len() < 120 && is_dotted_name(name) {
            let line = self.scope.line(literal.range.start());
            self.record.lists.push(List { line, names: vec![name.to_owned()], certain: true });
        }
    }

    /// Dotted names inside a longer text of the program's: settings that it writes, sources that it runs.
    fn names_inside(&mut self, literal: &'a ast::ExprStringLiteral) {
        let line = self.scope.line(literal.range.start());
        let words =
            literal.value.to_str().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        for name in words.map(|w| w.trim_matches('.')) {
            if name.contains('.') && is_dotted_name(name) && self.texts.insert(name) {
                self.record.texts.push((line, name.to_owned()));
            }
        }
    }

    /// Source in a text, as for `exec`: what it imports.
    fn statement(&mut self, literal: &'a ast::ExprStringLiteral) {
        let text = literal.value.to_str().trim_start();
        let mut words = text.split_whitespace();
        if !matches!(words.next(), Some("from" | "import")) || text.len() > 400 {
            return;
        }
        if let Some(name) = words.next().map(|w| w.trim_end_matches([',', ';']))
            && name.contains('.')
            && is_dotted_name(name)
            && self.texts.insert(name)
        {
            let line = self.scope.line(literal.range.start());
            self.record.texts.push((line, name.to_owned()));
        }
    }
}

/// The name of a file of code that a text gives, with `*` for what it leaves open: such files are no data, unless a
/// module names them.
fn code_file(text: &str) -> Option<String> {
    const CODE: [&str; 12] =
        [".py", ".pyi", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp", ".rs"];
    let name = text.rsplit('/').next().unwrap_or(text);
    let (stem, suffix) = name.split_at(name.rfind('.')?);
    if stem.is_empty() || name.len() > 60 || !CODE.contains(&suffix) || name.starts_with("__") {
        return None;
    }
    let mut pattern = String::new();
    let mut rest = stem;
    while let Some(at) = rest.find(['{', '%', '*']) {
        pattern.push_str(&rest[..at]);
        pattern.push('*');
        rest = match rest.as_bytes()[at] {
            b'{' => rest[at..].split_once('}')?.1,
            b'%' => rest.get(at + 2..)?,
            _ => &rest[at + 1..],
        };
    }
    pattern.push_str(rest);
    let plain = pattern.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.*".contains(&b));
    // A pattern of nothing but wildcards tells nothing.
    (plain && pattern.bytes().any(|b| b.is_ascii_alphanumeric())).then(|| format!("{pattern}{suffix}"))
}

impl Finder<'_> {
    /// `f"package.{part}.{name}"`, which may be the name of a module where names are imported that are not known.
    pub(super) fn format(&mut self, text: &ast::ExprFString, expr: &Expr) {
        let Some(ast::InterpolatedStringElement::Literal(first)) = text.value.elements().next() else {
            return;
        };
        if !first.value.split_once('.').is_some_and(|(top, _)| is_dotted_name(top)) {
            return;
        }
        let line = self.scope.line(text.range.start());
        for known in self.scope.variables.texts(expr) {
            let is_name = known.text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.*".contains(&b));
            if !known.whole && known.origin == Origin::Absolute && is_name {
                self.formats.push((line, known.text));
            }
        }
    }
}
