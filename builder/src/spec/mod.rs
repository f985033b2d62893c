//! What the user asked for: read from a spec, a script with options or a pyproject.toml, and resolved.

pub mod amend;
mod check;
mod document;
pub mod entry;
pub mod init;
mod keys;
mod nearest;
pub mod options;
mod resolve;
mod schema;
mod universal;
pub mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, Warning};
use crate::target::{Os, Target, UNIVERSAL, Wanted};
pub use schema::unknown_target;

/// Default name of the contents folder of a onedir bundle.
pub const CONTENTS_DIRECTORY: &str = "_internal";

/// What the command line says in addition to a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--python`: instead of `[python] interpreter`; a path counts from the current folder.
    pub python: Option<String>,
    /// `--distpath`; `dist` in the current folder by default.
    pub dist: Option<PathBuf>,
    /// `--workpath`; nothing is written if it is not given.
    pub work: Option<PathBuf>,
    /// `--clean`.
    pub clean: bool,
    /// `-y`.
    pub overwrite: bool,
    /// `--report`.
    pub report: Option<PathBuf>,
    /// `--bloat`.
    pub bloat: bool,
    /// `--target`: instead of `[bundle] target`; decides which `[target.*]` tables apply.
    pub target: Option<Wanted>,
    /// `--packages`: instead of `[python] packages`; paths count from the current folder.
    pub packages: Vec<PathBuf>,
    /// `--requirements`: instead of `[python] requirements`.
    pub requirements: Vec<PathBuf>,
}

impl Overrides {
    fn output(&self, cwd: &Path) -> Output {
        let path = |p: &Path| entry::absolute(&cwd.join(p));
        Output {
            dist: path(self.dist.as_deref().unwrap_or(Path::new("dist"))),
            work: self.work.as_deref().map(path),
            clean: self.clean,
            overwrite: self.overwrite,
            report: self.report.as_deref().map(path),
            bloat: self.bloat,
        }
    }
}

/// Reads a spec and resolves it.
///
/// # Errors
/// The file cannot be read, is not TOML, holds an unknown key or a wrong value, or names a file that is not
/// there; the error shows the line.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Request> {
    let doc = document::Document::read(path)?;
    if let Some(error) = foreign(&doc) {
        return Err(error);
    }
    let named = overrides.target.map_or_else(|| schema::Raw::target(&doc), |target| Ok(Some(target)))?;
    let for_target = |target: Option<Target>, universal: bool| {
        let mut names = target_names(&target.unwrap_or_else(Target::host));
        if universal {
            // More special than the system, less than the processor.
            names.insert(1, UNIVERSAL.to_owned());
        }
        let raw = schema::Raw::read(&doc, &names)?;
        resolve::request(&doc, raw, target, overrides)
    };
    let (target, is_named) = match named {
        Some(Wanted::Universal) => (Some(Target::UNIVERSAL[0]), true),
        Some(Wanted::One(target)) => (Some(target), false),
        None => (None, false),
    };
    let request = for_target(target, is_named)?;
    // The command line names one processor, and means that alone even where the spec lists several.
    let is_single = matches!(overrides.target, Some(Wanted::One(_)));
    if is_single || !universal::is_wanted(&request, named)? {
        return Ok(request);
    }
    let [first, rest @ ..] = Target::UNIVERSAL;
    let request = if is_named { request } else { for_target(Some(first), true)? };
    let others = rest.into_iter().map(|target| for_target(Some(target), true)).collect::<Result<_>>()?;
    universal::together(request, others)
}

/// An error for a spec of PyInstaller, which is a Python program.
fn foreign(doc: &document::Document) -> Option<Error> {
    let call = ["Analysis(", "EXE(", "COLLECT(", "PYZ("];
    let line = |l: &str| call.iter().any(|c| l.contains(c)) && !l.trim_start().starts_with('#');
    if !doc.text.lines().any(line) || doc.parse().is_ok() {
        return None;
    }
    let script = doc.text.split_once("Analysis(").and_then(|(_, rest)| {
        let quote = rest.find(['\'', '"'])?;
        let text = &rest[quote + 1..];
        Some(&text[..text.find(&rest[quote..=quote])?]).filter(|s| !s.contains('\n') && !s.is_empty())
    });
    let script = script.unwrap_or("app.py");
    let error = Error::new(format!("`{}` is a spec of PyInstaller, written in Python", doc.path.display()))
        .cause("expected a spec in TOML; those in Python cannot be read yet");
    Some(error.hint(format!(
        "`freeze {script} …` takes the options of `pyinstaller`; `freeze init {script}` writes a spec in TOML"
    )))
}

/// The names in `[target.<name>]` that apply to a platform, the general ones first.
fn target_names(target: &Target) -> Vec<String> {
    let name = target.name();
    let os = name.split('-').next().unwrap_or_default().to_owned();
    let mut names = vec![os];
    if target.musl {
        names.push("linux-musl".into());
    }
    names.push(name);
    names
}

impl Request {
    /// Checks what concerns several values at once.
    fn finish(&mut self) -> Result<()> {
        let onedir = self.bundle.mode == Mode::Onedir;
        let contents = &self.bundle.contents_directory;
        if let Some(p) = self.programs.iter().find(|p| onedir && p.name == *contents) {
            let error = Error::new(format!("the program `{}` has the name of the contents folder", p.name));
            return Err(error.hint("choose another `contents-directory` in `[bundle]`"));
        }
        if self.output.work.as_ref() == Some(&self.output.dist) {
            let error = Error::new("`--workpath` and `--distpath` are the same folder");
            return Err(error.hint("name another folder for one of them").exit_code(options::USAGE));
        }
        let as_files = !self.modules.files.is_empty() || self.runtime.debugs("noarchive");
        if !self.writes_files() && as_files {
            let error = Error::new("modules cannot lie as files in a program that writes none");
            return Err(error.hint(
                "remove `extract = \"memory\"` from `[bundle]`, or `files` from `[modules]` and `noarchive` from `debug`",
            ));
        }
        Ok(())
    }

    /// What builds write: folders, and the product where others find it.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = PathBuf> {
        let Output { dist, work, report, .. } = &self.output;
        let names = self.programs.iter().flat_map(|p| ["", ".exe", ".app"].map(|e| format!("{}{e}", p.name)));
        let product = names.map(|name| dist.join(name));
        let folders = std::iter::once(dist).chain(work).chain(report).cloned();
        folders.chain(product)
    }

    /// Whether it is to be an app bundle on macOS: as `[macos]` says, else where there is no console.
    pub fn is_bundle(&self) -> bool {
        self.macos.bundle.unwrap_or(self.windows.console == Some(false))
    }

    /// Onedir: the folder of the contents as it is reached from that of the executable.
    pub fn contents_directory(&self, os: Os) -> &str {
        if os == Os::Macos && self.is_bundle() { "../Frameworks" } else { &self.bundle.contents_directory }
    }

    /// Whether the program has a folder for files that are no native libraries.
    pub fn writes_files(&self) -> bool {
        self.bundle.mode == Mode::Onedir || self.bundle.extract != Extract::Memory
    }

    /// Sets the keys that the debug options stand for; `bootloader` is one of its own.
    fn expand_debug(&mut self) {
        let all = "**".to_owned();
        if self.runtime.debugs("noarchive") && !self.modules.files.contains(&all) {
            self.modules.files.push(all);
        }
        if self.runtime.debugs("imports") && !self.python.options.iter().any(|o| o.starts_with('v')) {
            self.python.options.push("v".to_owned());
        }
    }
}

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
    /// The platform to build for, where it is named; else that of the interpreter.
    pub target: Option<Target>,
    /// A universal program of macOS: the same for each further processor.
    pub others: Vec<Request>,
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
    /// `shipped = false` in `[rules]`: without the rules that are shipped.
    pub only_own_rules: bool,
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
    /// Folders of wheels or of installed packages, searched behind the standard library.
    pub packages: Vec<PathBuf>,
    /// Files of requirements, whose wheels are downloaded.
    pub requirements: Vec<PathBuf>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
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

/// Which modules bring their source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sources {
    /// None but what `[modules]` names and what libraries need of themselves.
    None,
    /// Those that code is seen to read.
    #[default]
    Used,
    /// Those, and all of the program's own.
    Own,
    /// All.
    All,
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
    /// Which modules bring their source.
    pub source: Sources,
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
    /// Files of the program's own that its strings name are not taken unasked (`own-data = false`, `--no-own-data`).
    pub no_own_data: bool,
    /// Modules in the order in which a run imported them.
    pub order: Vec<String>,
    /// The file that says so.
    pub order_file: Option<PathBuf>,
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
    /// The program's command line takes `--freeze-…`.
    pub switches: bool,
    /// Debug options of `-d`: `all`, `imports`, `bootloader`, `noarchive`.
    pub debug: Vec<String>,
}

impl Runtime {
    /// Whether a debug option is set, by its name or by `all`.
    pub fn debugs(&self, option: &str) -> bool {
        self.debug.iter().any(|d| d == option || d == "all")
    }
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
    /// What the version resource is taken from: a text as `pyi-grab_version` writes it, or an executable.
    pub version_file: Option<PathBuf>,
    /// What becomes of a console that is the program's own: `hide-early`, `hide-late`, `minimize-early` or `minimize-late`.
    pub hide_console: Option<String>,
    /// Without a console: whether the window that tells of an uncaught exception shows its traceback.
    pub windowed_traceback: Option<bool>,
    /// More resources.
    pub resources: Vec<Resource>,
    /// Application manifest.
    pub manifest: Option<PathBuf>,
    /// Execution level: `as-invoker`, `highest-available` or `require-administrator`.
    pub uac: Option<String>,
    /// Works with elevated windows (remote desktop).
    pub uiaccess: bool,
}

/// Resources of a file: the whole of it under a type and a name, or those that an executable has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The file.
    pub file: PathBuf,
    /// A number, `RT_…` or a name; of an executable `None` and `*` mean any.
    pub kind: Option<String>,
    /// A number or a name.
    pub name: Option<String>,
    /// The number of a language; 0 for none.
    pub language: Option<String>,
}

impl Resource {
    /// Reads `FILE[,TYPE[,NAME[,LANGUAGE]]]`.
    pub fn parse(text: &str) -> Resource {
        let mut parts = text.split(',').map(str::trim);
        let file = PathBuf::from(parts.next().unwrap_or_default());
        let mut part = || parts.next().filter(|p| !p.is_empty()).map(str::to_owned);
        Resource { file, kind: part(), name: part(), language: part() }
    }
}

/// `[macos]`: the app bundle and its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macos {
    /// Whether to make an app bundle; `None` makes one where there is no console.
    pub bundle: Option<bool>,
    /// Bundle identifier, as in `org.example.app`.
    pub identifier: Option<String>,
    /// Icon file (`.icns` or `.png`).
    pub icon: Option<PathBuf>,
    /// Entries for `Info.plist`, as JSON values.
    pub plist: BTreeMap<String, serde_json::Value>,
    /// Identity to sign with: a file with a certificate and its key; `-` signs ad hoc.
    pub sign: Option<String>,
    /// Entitlements file.
    pub entitlements: Option<PathBuf>,
    /// Whether an identity signs for the hardened runtime, as notarisation wants it.
    pub hardened_runtime: Option<bool>,
    /// Address of the service that tells the time of a signature by an identity; `none` for no time.
    pub timestamp: Option<String>,
    /// File with a key of App Store Connect, to have the product notarised.
    pub notarize: Option<PathBuf>,
    /// Architectures: `x86_64`, `arm64`, or both for a universal binary.
    pub architectures: Vec<String>,
}

/// Where the product and the report go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Folder that receives the product.
    pub dist: PathBuf,
    /// Folder in which `<name>/` receives what the build found (`--workpath`).
    pub work: Option<PathBuf>,
    /// Make everything anew, with nothing of earlier builds (`--clean`).
    pub clean: bool,
    /// Replace an existing onedir folder without asking.
    pub overwrite: bool,
    /// Report file: HTML, or JSON if it ends in `.json`.
    pub report: Option<PathBuf>,
    /// Whether to print what takes the room.
    pub bloat: bool,
}

#[cfg(test)]
mod tests;
