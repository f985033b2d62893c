//! Detects files of code that texts name, and modules that list the files of packages.

use ruff_python_ast::{self as ast, Expr};

use super::{Call, Detector, Format, mentions_paths};
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own that the end of the module looks at"
)]
pub(super) struct Files {
    /// Whether the module mentions its own path.
    has_paths: bool,
    /// Whether the module lists any folder.
    lists: bool,
    /// Whether it searches for the folder of a module that no statement imports.
    locates: bool,
    /// Whether it loads modules from files.
    loads: bool,
    /// Whether it names the suffix of sources.
    names_suffix: bool,
    /// Whether it names the suffix of stubs.
    names_stub: bool,
}

impl Files {
    /// Creates a detector for a source.
    pub(super) fn of(text: &str) -> Files {
        Files { has_paths: mentions_paths(text), ..Files::default() }
    }
}

impl<'a> Detector<'a> for Files {
    fn call(&mut self, call: &Call<'a>, scope: &Scope<'a>, _: &mut Found<'a>) {
        self.lists |= matches!(call.name, "glob" | "iglob" | "iterdir" | "listdir" | "scandir" | "walk");
        self.loads |=
            matches!(call.name, "spec_from_file_location" | "SourceFileLoader" | "load_source" | "run_path");
        // `dirname(module.__file__)`
        if call.name == "dirname"
            && let Some(Expr::Attribute(file)) = call.first()
            && file.attr.as_str() == "__file__"
            && let Expr::Name(module) = &*file.value
        {
            self.locates |= scope.variables.module(module.id.as_str()).is_none();
        }
    }

    fn text(&mut self, literal: &'a ast::ExprStringLiteral, _: &Scope<'a>, found: &mut Found<'a>) {
        let text = literal.value.to_str();
        self.names_suffix |= matches!(text, ".py" | "*.py" | "/*.py");
        self.names_stub |= text == ".pyi";
        file_of_code(text, found);
    }

    fn format(&mut self, format: &Format<'a>, _: &Scope<'a>, found: &mut Found<'a>) {
        // `f"{folder}/plugins/check.py"`, `f"{name}_v2.py"`
        let part = |element: &ast::InterpolatedStringElement| match element {
            ast::InterpolatedStringElement::Literal(literal) => literal.value.to_string(),
            ast::InterpolatedStringElement::Interpolation(_) => "{}".to_owned(),
        };
        let text: String = format.text.value.elements().map(part).collect();
        file_of_code(&text, found);
    }

    fn finish(self, _: &Scope<'a>, found: &mut Found<'a>) {
        // `Path(__file__).with_suffix(".pyi")`
        found.facts.stub |= self.names_stub && self.has_paths;
        found.facts.lists_files = self.lists && self.locates && self.names_suffix;
        found.facts.loads_files = found.facts.lists_files && self.loads;
    }
}

/// Records the file of code that a text names.
fn file_of_code(text: &str, found: &mut Found<'_>) {
    if let Some(file) = code_file(text)
        && !found.facts.files.contains(&file)
    {
        found.facts.files.push(file);
    }
}

/// Returns the name of a file of code in a text, with `*` for unknown parts. Such files are data only if a
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
    // A pattern made only of wildcards would match every file.
    (plain && pattern.bytes().any(|b| b.is_ascii_alphanumeric())).then(|| format!("{pattern}{suffix}"))
}
