//! Facts about a file, such as its imports: names as written, without lookups, the same for every target.

pub(in crate::analysis) mod bytecode;
pub(in crate::analysis) mod condition;
pub(in crate::analysis) mod handed;
pub(in crate::analysis) mod looks;
pub(in crate::analysis) mod native;
pub(in crate::analysis) mod own;
pub(in crate::analysis) mod pickle;
pub(in crate::analysis) mod source;
pub(in crate::analysis) mod texts;
pub(in crate::analysis) mod typelib;
pub(in crate::analysis) mod ways;

use serde::{Deserialize, Serialize};

use self::condition::Condition;
use self::handed::{Handed, Importer};
use self::looks::Look;
use self::native::NativeNames;
use self::own::Own;
use self::ways::{Opened, Program, Searched, Started};
use crate::analysis::graph::Guard;

/// The owner of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Whose {
    /// The program.
    Own,
    /// A library.
    Library,
}

/// The facts from one source (or bytecode) file. Stored by content hash.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a table: what a module says, kept in the cache")]
pub(in crate::analysis) struct Facts {
    /// Imports in the order of the source.
    pub imports: Vec<Import>,
    /// Conditions, which [`Import::condition`] refers to, from 1.
    pub conditions: Vec<Condition>,
    /// Constant strings of `__all__`.
    pub all: Vec<String>,
    /// Whether the module extends its `__path__` with `pkgutil` or `pkg_resources`, as old namespace
    /// packages do.
    pub extends_path: bool,
    /// Constant strings that look like dotted names of modules, with their lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<(u32, String)>,
    /// Lists of such texts in the program's own modules, including plain words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// Texts of a module that imports computed names, or that stands for a table of modules (PEP 562). Each
    /// may name a module of its package, with or without leading dots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<(u32, String)>,
    /// Texts of a module that reads entry points. Each may be a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(u32, String)>,
    /// Whether the stub beside the module defines its imports (`lazy_loader.attach_stub`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stub: bool,
    /// Distributions whose metadata it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// Files of code that it names, with `*` for unknown parts of the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Whether it imports a completely unknown name, which its user provides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Lines of these imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_at: Vec<u32>,
    /// Lines of other imports of computed names; only for the program's own code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computed_at: Vec<u32>,
    /// Whether it uses the path of the interpreter (`sys.executable`), usually to start it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interpreter: bool,
    /// Words that may name folders beside it which it adds to `sys.path`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    /// Whether it uses finders of its own (`sys.meta_path`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finds: bool,
    /// Whether it creates entries of `sys.modules` under names other than its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub makes: bool,
    /// Whether it lists the module files in folders of packages and imports from them by computed names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lists_files: bool,
    /// Whether it also loads listed files by their paths.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loads_files: bool,
    /// Whether it lists modules of an unknown package.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scans: bool,
    /// Names found in a native extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeNames>,
    /// Names and files in a module of the program's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
    /// Folders that it adds to the searched ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searched: Vec<Searched>,
    /// Modules and scripts that it runs as main.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<Started>,
    /// Programs that it starts or searches for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<Program>,
    /// Native libraries that it opens by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Opened>,
    /// Versions of libraries that it requires for GObject introspection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Required>,
    /// Its uses of the files of modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// Its functions that import their arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importers: Vec<Importer>,
    /// Arguments that it passes to functions and that may name modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// Whether it reads the metadata of distributions without naming them there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_metadata: bool,
    /// Whether the parser rejects the file, or parts of it for this Python version. The interpreter then
    /// decides.
    pub doubtful: bool,
}

/// A list of texts that all look like names of modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct List {
    /// Its line.
    pub line: u32,
    /// The texts.
    pub names: Vec<String>,
    /// Whether the name of the list shows that it contains modules: `INSTALLED_APPS`, `plugins`.
    pub certain: bool,
}

/// A version of a library for GObject introspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Required {
    /// Its line.
    pub line: u32,
    /// The name of the library: `Gtk`.
    pub namespace: String,
    /// The version: `3.0`.
    pub version: String,
}

/// One import, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Import {
    /// Line, 1-based; 0 in bytecode.
    #[serde(rename = "l", default, skip_serializing_if = "is_zero")]
    pub line: u32,
    /// Its context.
    #[serde(rename = "g")]
    pub guard: Guard,
    /// Index of its condition in [`Facts::conditions`] plus one; 0: none.
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    pub condition: u32,
    /// The base of `module`.
    #[serde(rename = "o")]
    pub origin: Origin,
    /// Dotted name; may be empty in `from . import x`. For [`Form::Prefix`], the known beginning.
    #[serde(rename = "m")]
    pub module: String,
    /// Its form.
    #[serde(rename = "f")]
    pub form: Form,
    /// Names after `from … import`; `*` for a star.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// The base of an imported name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Origin {
    /// The top level.
    Absolute,
    /// The package of the importing module, this many levels up (1: the package itself).
    Package(u32),
    /// The importing module's own name (`f"{__name__}.x"`), this many levels up.
    Own(u32),
}

/// Forms of imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Form {
    /// `import m`.
    Import,
    /// `from m import names`.
    From,
    /// A call with a constant name: `import_module("m")`.
    Call,
    /// A call with a name whose beginning is known: `import_module(f"m.{x}")`.
    Prefix,
    /// All modules below a package: `pkgutil.walk_packages(m.__path__)`.
    Tree,
    /// A module that runs in a child process: `[sys.executable, "-m", "m"]`.
    Run,
    /// A path inside a package, which may be a package with data:
    /// `os.path.join(os.path.dirname(__file__), "a")`.
    Path,
    /// The modules directly inside a package, by their files: `os.listdir(os.path.dirname(__file__))`.
    Folder,
    /// The same including subfolders: `os.walk(os.path.dirname(__file__))`.
    Folders,
}

impl Form {
    /// Returns whether it is a folder or a path rather than a name.
    pub(in crate::analysis) fn is_folder(self) -> bool {
        matches!(self, Form::Path | Form::Folder | Form::Folders)
    }
}
