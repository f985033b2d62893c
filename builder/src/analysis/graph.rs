//! The module graph: the modules of a product, how each came in, and what analysis found besides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Warning;

/// Where the bytes of a file come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A member of a zip or egg on the search path.
    Zip {
        /// The zip file.
        archive: PathBuf,
        /// Name of the member.
        member: String,
    },
    /// Made by the builder.
    Bytes(Vec<u8>),
}

impl Source {
    /// The file on disk: the file itself, or the zip that holds the member.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Source::File(path) | Source::Zip { archive: path, .. } => Some(path),
            Source::Bytes(_) => None,
        }
    }
}

/// The modules of the product and how each came in.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Modules by dotted name. The entry of program `i` is `__main__` for the first, `__main__.<name>` for
    /// the others; runtime hooks are `__hook__.<i>`, code of rules `__hook__.rule.<i>`,
    /// that of `.pth` files `__hook__.site.<i>`.
    pub modules: BTreeMap<String, Module>,
    /// Imports that lead nowhere.
    pub missing: BTreeMap<String, Vec<Reason>>,
    /// Modules that may make those below them themselves.
    pub creates_submodules: Vec<String>,
    /// A module of an installed distribution may start the interpreter (`sys.executable`).
    pub starts_interpreter: bool,
    /// Names of modules that could have been collected and were not: those at the top of the search path, and those right
    /// inside collected packages.
    pub absent: Vec<String>,
    /// Installed distributions that own a collected module or were asked for.
    pub distributions: Vec<Distribution>,
    /// Files and folders that the modules use.
    pub used: Used,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Files and folders that modules use besides the modules that they import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// Module → file names of code in its strings; `*` stands for a part that is computed.
    pub named: BTreeMap<String, Vec<String>>,
    /// Packages that read the stub beside them (`__init__.pyi`) at run time.
    pub stubs: Vec<String>,
    /// Packages whose folders are listed, and how deep. Their modules are also collected as files.
    pub listed: BTreeMap<String, Depth>,
    /// Modules whose sources are read at run time.
    pub sources: BTreeMap<String, SourceUse>,
    /// Folders that code names and nothing is imported from, by the dotted names of their places. All their files are data.
    pub trees: BTreeMap<String, DataTree>,
    /// Path under the root → a file of the program's own that its strings name.
    pub own: BTreeMap<String, OwnFile>,
    /// Native libraries that code opens by name.
    pub opened: Vec<OpenedLibrary>,
    /// Folders under the root that are searched for modules and therefore have to exist.
    pub searched: BTreeSet<String>,
    /// Path under the root → the warning about a library that was left out although something may load it. The warning
    /// applies unless the product contains the library for another reason.
    pub left_out: BTreeMap<String, Warning>,
}

/// A module that goes into the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Dotted name.
    pub name: String,
    /// What it is and where it lies.
    pub kind: Kind,
    /// Whether it is a package.
    pub package: bool,
    /// Path under the root that `__file__` shows, with `/`: `numpy/__init__.py`.
    pub path: String,
    /// Place in [`Graph::distributions`] of the distribution that owns it.
    pub distribution: Option<usize>,
    /// Each way it came in, the first found first; never empty.
    pub reasons: Vec<Reason>,
}

impl Module {
    /// The file of a module; none without one, or in a zip.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Source(Source::File(file))
            | Kind::Bytecode(Source::File(file))
            | Kind::Extension(Source::File(file)) => Some(file),
            _ => None,
        }
    }

    /// The folder of a package, or the one that a module lies in; none in a zip or without a file.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.file().and_then(Path::parent)
    }
}

/// Kinds of modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Source text.
    Source(Source),
    /// Bytecode without source.
    Bytecode(Source),
    /// A native extension.
    Extension(Source),
    /// A namespace package; its portions, in order.
    Namespace(Vec<PathBuf>),
    /// Built into the interpreter, or frozen into it (PyImport_FrozenModules): nothing to collect.
    Builtin,
}

/// A file of the program's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Path under the root, with `/`.
    pub dest: String,
    /// What names it.
    pub reason: Reason,
}

/// A native library that code opens by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedLibrary {
    /// Its name.
    pub name: LibraryName,
    /// Place in the code, `app.py:3`, where this is the program's own.
    pub own_place: Option<String>,
    /// What opens it.
    pub reason: Reason,
}

/// The name of a native library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LibraryName {
    /// Of its file, as the loader takes it: `libx.so.1`.
    File(String),
    /// As linkers know it, and `ctypes.util.find_library`: `x`.
    Link(String),
}

/// The source of a module that code reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceUse {
    /// Whether it is opened as a file.
    pub file: bool,
    /// What reads it.
    pub reason: Reason,
}

/// A folder of data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataTree {
    /// Where it lies.
    pub folder: PathBuf,
    /// What names it.
    pub reason: Reason,
}

/// How surely a module is needed, if the one that asks for it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// A table or a computed name may ask for it: it brings in distributions that its own requires, and no others.
    Likely,
    /// It is imported, or named without doubt: it brings in whatever it imports.
    Certain,
}

/// How far down code looks into a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Depth {
    /// What lies right inside.
    #[default]
    Folder,
    /// The folders below too.
    Tree,
}

/// How an import stands in the importing code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Guard {
    /// At the top level of the module: it fails if the import fails.
    None,
    /// In a function or method.
    Function,
    /// Under a condition that is not decided at build time.
    Conditional,
    /// In `try … except ImportError` (or a broader handler).
    Optional,
}

/// Why something is in the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the importing module, distribution, rule or file; empty for the request itself.
    pub from: String,
    /// What kind of link it is.
    pub by: By,
    /// Line in the importing file, 1-based; 0 if there is none.
    pub line: u32,
    /// How the import stands.
    pub guard: Guard,
    /// The heuristic that found it, by its name in the table (docs/analysis.md); empty for statements, rules and what the
    /// request names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heuristic: String,
}

impl Reason {
    /// A reason that nothing gives.
    pub(crate) fn none() -> Reason {
        Reason::new("", By::Package)
    }

    /// A reason without a line, which holds whenever `from` is loaded.
    pub fn new(from: impl Into<String>, by: By) -> Reason {
        Reason { from: from.into(), by, line: 0, guard: Guard::None, heuristic: String::new() }
    }

    /// The same with a line of the importing file, 1-based.
    #[must_use]
    pub fn at(self, line: u32) -> Reason {
        Reason { line, ..self }
    }

    /// The same for an import that stands so.
    #[must_use]
    pub fn under(self, guard: Guard) -> Reason {
        Reason { guard, ..self }
    }
}

/// Kinds of links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// An import statement.
    Import,
    /// A call that imports, with evaluable arguments.
    Call,
    /// The parent package of a collected module.
    Parent,
    /// A key of the spec or an option, named here.
    Request(String),
    /// Needed by the interpreter itself.
    Interpreter,
    /// A rule, named here.
    Rule(String),
    /// A dotted string.
    Text(String),
    /// A name in a native file.
    Native,
    /// An entry point, `group: name`.
    EntryPoint(String),
    /// A file of a collected package or distribution.
    Package,
    /// A native dependency (DT_NEEDED, import table, load command).
    Needed,
}

/// An installed distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// Name as its metadata spells it.
    pub name: String,
    /// Version.
    pub version: String,
    /// Its metadata.
    pub info: Info,
    /// Folder (or zip) that the paths of [`Distribution::files`] count from.
    pub location: PathBuf,
    /// Files it owns (RECORD, installed-files.txt), relative to `location`, with `/`; empty if unknown.
    pub files: Vec<String>,
    /// `Requires-Dist`, as written.
    pub requires: Vec<String>,
}

/// Where the metadata of a distribution lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Info {
    /// A `.dist-info` or `.egg-info` folder, or the `EGG-INFO` of an egg.
    Folder(PathBuf),
    /// An `.egg-info` file, as distutils left it.
    File(PathBuf),
    /// The same as [`Info::Folder`] in a zip file on the search path.
    Zip {
        /// The zip file.
        archive: PathBuf,
        /// Name of the folder in it.
        folder: String,
        /// What the folder holds, relative to it, sorted.
        names: Vec<String>,
    },
}

impl Info {
    /// Name of the folder or file.
    pub fn name(&self) -> String {
        match self {
            Info::Folder(path) | Info::File(path) => {
                path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Info::Zip { folder, .. } => folder.clone(),
        }
    }

    /// The name of the egg that holds it. Python finds the metadata of an egg by this name, even if the metadata contains another one.
    pub fn egg(&self) -> Option<&str> {
        if self.name() != "EGG-INFO" {
            return None;
        }
        let stem = self.location().file_name()?.to_str()?.strip_suffix(".egg")?;
        stem.split('-').next()
    }

    /// The folder on the search path, or the zip, that the paths of the distribution's files count from.
    pub fn location(&self) -> &Path {
        match self {
            Info::Folder(path) | Info::File(path) => path.parent().unwrap_or(Path::new("")),
            Info::Zip { archive, .. } => archive,
        }
    }

    /// Where the bytes of one of its files come from; of a file, those of the file itself.
    pub fn source(&self, name: &str) -> Source {
        match self {
            Info::Folder(path) => Source::File(path.join(name)),
            Info::File(path) => Source::File(path.clone()),
            Info::Zip { archive, folder, .. } => {
                Source::Zip { archive: archive.clone(), member: format!("{folder}/{name}") }
            }
        }
    }
}
