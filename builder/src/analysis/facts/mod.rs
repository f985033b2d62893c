//! What a file says about imports: names as written, nothing looked up, the same for every target.

pub(in crate::analysis) mod bytecode;
pub(in crate::analysis) mod condition;
pub(in crate::analysis) mod handed;
pub(in crate::analysis) mod looks;
pub(in crate::analysis) mod native;
pub(in crate::analysis) mod own;
pub(in crate::analysis) mod pickle;
pub(in crate::analysis) mod source;
pub(in crate::analysis) mod texts;
pub(in crate::analysis) mod ways;

use serde::{Deserialize, Serialize};

use self::condition::Condition;
use self::handed::{Handed, Importer};
use self::looks::Look;
use self::native::NativeNames;
use self::own::Own;
use self::ways::{Opened, Program, Searched, Started};
use crate::analysis::graph::Guard;

/// Whose code a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Whose {
    /// The program's own.
    Own,
    /// That of a library.
    Library,
}

/// What was found in one source (or bytecode) file. Kept by content hash.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a table: what a module says, kept in the cache")]
pub(in crate::analysis) struct Facts {
    /// Imports in the order of the source.
    pub imports: Vec<Import>,
    /// Conditions that [`Import::condition`] counts into, from 1.
    pub conditions: Vec<Condition>,
    /// Constant strings of `__all__`.
    pub all: Vec<String>,
    /// The module extends its `__path__` by `pkgutil` or `pkg_resources`: a namespace package in the old style.
    pub extends_path: bool,
    /// Constant strings that look like dotted names of modules, with their lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<(u32, String)>,
    /// Lists of such texts in the program's own modules, with words that are no more than that among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// Texts of a module that imports names it computes, or that stands for a table of modules (PEP 562): each may
    /// name a module of its package, with dots before it or without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<(u32, String)>,
    /// Texts of a module that reads entry points: each may be a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(u32, String)>,
    /// The stub beside the module tells what it imports (`lazy_loader.attach_stub`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stub: bool,
    /// Distributions the metadata of which it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// Files of code that it names, with `*` for what is not known of the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// It imports a name of which nothing is known: one that whoever uses it gives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Lines of the imports that make it so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_at: Vec<u32>,
    /// Lines of other imports of names that are computed; of the program's own code only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computed_at: Vec<u32>,
    /// It knows the interpreter by its path (`sys.executable`): as a rule to start it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interpreter: bool,
    /// Words that may name folders beside it which it puts on `sys.path`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    /// It has to do with finders of its own (`sys.meta_path`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finds: bool,
    /// It makes entries of `sys.modules` under other names than its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub makes: bool,
    /// It lists the files of modules in the folders of packages that it imports by computed names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lists_files: bool,
    /// It lists modules of a package that is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scans: bool,
    /// Names found in a native extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeNames>,
    /// What a module of the program's own says of its names and files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
    /// Folders that it has searched for modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searched: Vec<Searched>,
    /// Modules and scripts that it runs as main.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<Started>,
    /// Programs that it starts or looks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<Program>,
    /// Native libraries that it opens by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Opened>,
    /// What it does with the files of modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// Functions of it that import what they are given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importers: Vec<Importer>,
    /// What it hands to functions, where that may name a module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// It asks for the metadata of distributions that it does not name there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_metadata: bool,
    /// The parser rejects the file, or parts of it for this Python version: the interpreter has the last word.
    pub doubtful: bool,
}

/// A list of texts that all look like names of modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct List {
    /// Its line.
    pub line: u32,
    /// The texts.
    pub names: Vec<String>,
    /// What it is called says that they are modules: `INSTALLED_APPS`, `plugins`.
    pub certain: bool,
}

/// One import, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Import {
    /// Line, 1-based; 0 in bytecode.
    #[serde(rename = "l", default, skip_serializing_if = "is_zero")]
    pub line: u32,
    /// How it stands.
    #[serde(rename = "g")]
    pub guard: Guard,
    /// Place of its condition in [`Facts::conditions`] plus one; 0: none.
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    pub condition: u32,
    /// What `module` counts from.
    #[serde(rename = "o")]
    pub origin: Origin,
    /// Dotted name; may be empty in `from . import x`. For [`Form::Prefix`], the known beginning.
    #[serde(rename = "m")]
    pub module: String,
    /// What it is.
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

/// What the name of an import counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Origin {
    /// The top.
    Absolute,
    /// The package of the importing module, so many levels up (1: the package itself).
    Package(u32),
    /// The importing module's own name (`f"{__name__}.x"`), so many levels up.
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
    /// A call with a name of which only the beginning is known: `import_module(f"m.{x}")`.
    Prefix,
    /// All modules below a package: `pkgutil.walk_packages(m.__path__)`.
    Tree,
    /// A module that a child is to run: `[sys.executable, "-m", "m"]`.
    Run,
    /// A path inside a package, which may be that of a package with data: `os.path.join(os.path.dirname(__file__), "a")`.
    Path,
    /// The modules right inside a package, by their files: `os.listdir(os.path.dirname(__file__))`.
    Folder,
    /// The same of the folders below: `os.walk(os.path.dirname(__file__))`.
    Folders,
}

impl Form {
    /// Whether it is a folder or a path, not a name.
    pub(in crate::analysis) fn is_folder(self) -> bool {
        matches!(self, Form::Path | Form::Folder | Form::Folders)
    }
}
