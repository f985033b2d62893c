//! What the user asked for: read from a spec, a script with options or a pyproject.toml, and resolved.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Warning;

/// A build request: every path absolute, every default filled in, nothing left to look up in the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The spec file, if there is one.
    pub spec: Option<PathBuf>,
    /// Folder that relative paths count from.
    pub base: PathBuf,
    /// Name of the app: of the executable, the folder and the cache folder.
    pub name: String,
    /// Version of the app.
    pub version: Option<String>,
    /// Executables to make; the first is the main one.
    pub programs: Vec<Program>,
    /// `[python]`.
    pub python: PythonRequest,
    /// `[bundle]`.
    pub bundle: Bundle,
    /// `[modules]`.
    pub modules: Modules,
    /// `[[data]]` and `--add-data`.
    pub data: Vec<Item>,
    /// `[[binary]]` and `--add-binary`.
    pub binaries: Vec<Item>,
    /// `[metadata]`.
    pub metadata: Metadata,
    /// `[rules] files`.
    pub rule_files: Vec<PathBuf>,
    /// `[runtime]`.
    pub runtime: Runtime,
    /// `[windows]`, used by Windows targets.
    pub windows: Windows,
    /// `[macos]`, used by macOS targets.
    pub macos: Macos,
    /// Where the product goes.
    pub output: Output,
    /// What the user should know of the request itself, as of an option without meaning.
    pub warnings: Vec<Warning>,
}

/// One executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// File name without extension.
    pub name: String,
    /// What it runs.
    pub entry: Entry,
    /// Where the spec says so, as `path:line`, for messages.
    pub place: Option<String>,
}

/// What an executable runs as `__main__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A script.
    Script(PathBuf),
    /// A module or the `__main__` of a package, as `python -m` does.
    Module(String),
    /// A function of a module: `sys.exit(module.function())`.
    Function {
        /// Dotted name of the module.
        module: String,
        /// Attribute path in the module.
        function: String,
    },
    /// An installed console (or gui) script, by the name under which it is installed.
    EntryPoint(String),
}

/// `[python]`: which interpreter and how it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonRequest {
    /// A venv, an interpreter or a version as in `3.12`; by default `$VIRTUAL_ENV`, `.venv` beside the
    /// spec or the current folder, `python3` on PATH.
    pub interpreter: Option<String>,
    /// 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    /// Options as on python's command line, without the dash: `u`, `X dev`, `W error`.
    pub options: Vec<String>,
    /// Folders searched before the interpreter's own.
    pub paths: Vec<PathBuf>,
}

/// Form of the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// One executable that holds everything.
    Onefile,
    /// An executable beside a folder with the files.
    #[default]
    Onedir,
}

/// Where a onefile program puts what must be a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extract {
    /// In a persistent cache, once.
    #[default]
    Cache,
    /// In a temporary folder, removed at exit.
    Temp,
    /// Nowhere: native libraries in memory.
    Memory,
}

/// How hard to compress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// For quick builds.
    Fast,
    /// A balance of build time and size.
    #[default]
    Default,
    /// For release: as small as it gets.
    Max,
}

/// What to remove from native files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strip {
    /// Nothing.
    None,
    /// Debug information.
    #[default]
    Debug,
    /// All symbols that loading does not need.
    All,
}

/// `[bundle]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Form of the product.
    pub mode: Mode,
    /// Onefile: where files go at run time.
    pub extract: Extract,
    /// How hard to compress.
    pub compression: Compression,
    /// What to remove from native files.
    pub strip: Strip,
    /// Highest glibc version that collected files may need, as in `2.28`.
    pub max_glibc: Option<(u32, u32)>,
    /// Onedir: name of the contents folder (`_internal`); `.` puts the contents beside the executable.
    pub contents_directory: String,
    /// Onefile: folder at run time to extract below.
    pub runtime_tmpdir: Option<String>,
}

/// `[modules]`; names may hold `*` (one level) and `**`; a trailing `.*` takes all submodules at any depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modules {
    /// Modules to include although no import names them (hidden imports, `--collect-submodules`).
    pub include: Vec<String>,
    /// Modules never to include.
    pub exclude: Vec<String>,
    /// Packages that also carry their source.
    pub source: Vec<String>,
    /// Packages that lie as files on disk instead of in the archive.
    pub files: Vec<String>,
    /// Packages all of whose data files are collected (`--collect-data`).
    pub collect_data: Vec<String>,
    /// Packages all of whose native libraries are collected (`--collect-binaries`).
    pub collect_binaries: Vec<String>,
}

/// A file, folder or glob to put into the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// A path or glob, absolute.
    pub from: String,
    /// Folder under the root that receives it (`.` is the root itself).
    pub to: String,
    /// Where the user says so, as `path:line` or the option, for messages.
    pub place: String,
}

/// `[metadata]`: distributions whose dist-info is collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Names of distributions.
    pub include: Vec<String>,
    /// Names of distributions that bring their requirements' metadata too.
    pub recursive: Vec<String>,
}

/// `[runtime]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runtime {
    /// Scripts run before the entry.
    pub hooks: Vec<PathBuf>,
    /// Environment of the app; `{root}` stands for the root folder.
    pub env: BTreeMap<String, String>,
    /// `app -m module` and `app -c code` work as with an interpreter.
    pub interpreter: bool,
    /// Debug options of `-d`: `all`, `imports`, `bootloader`, `noarchive`.
    pub debug: Vec<String>,
}

/// `[windows]`: how the executable presents itself there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Icon file (`.ico`, or an executable to take it from).
    pub icon: Option<PathBuf>,
    /// Whether the program has a console; `None` is the default of the target, a console.
    pub console: Option<bool>,
    /// Version resource: names as in `FileDescription`.
    pub version_info: BTreeMap<String, String>,
    /// Application manifest.
    pub manifest: Option<PathBuf>,
    /// Execution level: `as-invoker`, `highest-available` or `require-administrator`.
    pub uac: Option<String>,
    /// Works with elevated windows (remote desktop).
    pub uiaccess: bool,
}

/// `[macos]`: the app bundle and its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macos {
    /// Bundle identifier, as in `org.example.app`.
    pub identifier: Option<String>,
    /// Icon file (`.icns`).
    pub icon: Option<PathBuf>,
    /// Entries for `Info.plist`, as JSON values.
    pub plist: BTreeMap<String, serde_json::Value>,
    /// Identity to sign with; `-` signs ad hoc.
    pub sign: Option<String>,
    /// Entitlements file.
    pub entitlements: Option<PathBuf>,
    /// Architectures: `x86_64`, `arm64`, or both for a universal binary.
    pub architectures: Vec<String>,
}

/// Where the product and the report go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Folder that receives the product.
    pub dist: PathBuf,
    /// Folder for intermediate products (`--workpath`).
    pub work: PathBuf,
    /// Empty the builder's cache of this app first.
    pub clean: bool,
    /// Replace an existing onedir folder without asking.
    pub overwrite: bool,
    /// Report file: HTML, or JSON if it ends in `.json`.
    pub report: Option<PathBuf>,
}
