//! The module graph: what the entry imports, found without running it.

mod attribute;
mod bytecode;
mod cache;
mod condition;
pub(crate) mod disk;
pub(crate) mod distributions;
pub(crate) mod entry;
mod graph;
mod info;
mod load;
mod missing;
mod named;
pub(crate) mod names;
mod native_names;
mod parse;
mod pickle;
mod record;
pub(crate) mod resolve;
mod syntax;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::info::Info;
pub(crate) use self::parse::{Plain, expression};
use crate::error::{Result, Warning};
use crate::python::Python;
use crate::rules::implicit;
use crate::rules::load::Rules;
use crate::spec::Request;
use crate::store::Store;

/// Finds the modules of a program: all that its entries can import on the target, without running anything. The graph
/// of an earlier build is taken again if nothing that it rests on has changed.
///
/// # Errors
/// An entry is missing or has a syntax error, or the build was interrupted.
pub fn modules(request: &Request, python: &Python, store: &Store) -> Result<Graph> {
    let key = cache::key(request, python, store);
    if let Some(graph) = key.as_ref().and_then(|key| cache::recall(store, key)) {
        return Ok(graph);
    }
    let disk = disk::Disk::default();
    let graph = find(request, python, store, &disk)?;
    if let Some(key) = key {
        cache::remember(store, &key, disk, &graph);
    }
    Ok(graph)
}

fn find(request: &Request, python: &Python, store: &Store, disk: &disk::Disk) -> Result<Graph> {
    let implicit = implicit::load()?;
    let rules = Rules::load(request)?;
    let own = entry::folders(request);
    let mut search_path = own.clone();
    search_path.extend(python.search_path.iter().cloned());
    let installed = distributions::Installed::scan(&search_path, disk);
    let inputs = graph::Inputs {
        request,
        python,
        store,
        disk,
        implicit: &implicit,
        rules: &rules,
        installed: &installed,
    };
    let mut list = graph::Worklist::new(inputs, &own);
    for start in entry::starts(request, &installed, disk)? {
        list.start(start);
    }
    list.include();
    list.interpreter();
    list.run()?;
    let mut graph = list.finish();
    entry::check(request, &graph, python, &installed, disk)?;
    missing::warn(&mut graph, python, &implicit);
    Ok(graph)
}

/// Looks for names in arbitrary bytes, as what a package may hold.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    let _ = pickle::modules(bytes);
    let _ = native_names::find(bytes, "pkg");
    let _ = named::names(bytes, "pkg");
    let _ = parse::source(bytes, 12, true);
    let opcodes = BTreeMap::from([("IMPORT_NAME".into(), 108), ("LOAD_CONST".into(), 100)]);
    let _ = bytecode::find(bytes, 12, &opcodes);
}

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
    /// the others; runtime hooks are `__hook__.<i>`, code of rules `__hook__.rule.<i>`.
    pub modules: BTreeMap<String, Module>,
    /// Imports that lead nowhere.
    pub missing: BTreeMap<String, Vec<Reason>>,
    /// Module → names of files of code that its texts give, `*` for what they leave open.
    pub named_files: BTreeMap<String, Vec<String>>,
    /// Modules that go up from their own folder by `..`: it has to exist, or the kernel does not find the way.
    pub climbing: Vec<String>,
    /// Modules that may make those below them themselves.
    pub making: Vec<String>,
    /// Packages whose folders are listed, and whether the folders below are: their modules are files too.
    pub listed: BTreeMap<String, bool>,
    /// A module of an installed distribution may start the interpreter (`sys.executable`).
    pub starts_interpreter: bool,
    /// Installed distributions that own a collected module or were asked for.
    pub distributions: Vec<Distribution>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
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
