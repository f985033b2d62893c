//! The build request: read from a spec, a script with options or a pyproject.toml, and resolved.

pub mod amend;
mod bundle;
mod check;
mod document;
pub mod entry;
mod extend;
pub mod init;
mod json_schema;
mod keys;
pub mod options;
mod paths;
pub mod project;
mod resolve;
mod schema;
mod shapes;
pub(crate) mod universal;
mod windows;
pub mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, Warning};
use crate::target::{Os, Target, UNIVERSAL, Wanted};
pub use bundle::{Bundle, Companions, Compression, Extract, Mode, Sources, Strip};
pub(crate) use check::{
    contents_directory as checked_contents_directory, current_dir, folder as checked_folder,
    glob as checked_glob, item as checked_item, module as checked_module, name as checked_name,
    python_option as checked_python_option,
};
pub(crate) use entry::above_packages;
pub use json_schema::json_schema;
pub use schema::unknown_target;

/// Default name of the contents folder of a onedir bundle.
pub const CONTENTS_DIRECTORY: &str = "_internal";

/// Values of the command line in addition to a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--python`: overrides `[python] interpreter`. A path is relative to the current folder.
    pub python: Option<String>,
    /// `--distpath`; the default is `dist` in the current folder.
    pub dist: Option<PathBuf>,
    /// `--workpath`; without it, nothing is written.
    pub work: Option<PathBuf>,
    /// `--clean`.
    pub clean: bool,
    /// `-y`.
    pub overwrite: bool,
    /// `--report`.
    pub report: Option<PathBuf>,
    /// `--bloat`.
    pub bloat: bool,
    /// `--target`: overrides `[bundle] target`. Selects the `[target.*]` tables that apply.
    pub target: Option<Wanted>,
    /// `--packages`: overrides `[python] packages`. Paths are relative to the current folder.
    pub packages: Vec<PathBuf>,
    /// `--requirements`: overrides `[python] requirements`.
    pub requirements: Vec<PathBuf>,
    /// `--sync` and what belongs to it: overrides `[python] sync` and adds to the rest.
    pub environment: EnvironmentRequest,
}

impl Overrides {
    /// Returns the system to build for.
    pub(crate) fn os(&self) -> Os {
        match self.target {
            Some(Wanted::One(target)) => target.os,
            Some(Wanted::Universal) => Os::Macos,
            None => Target::host().os,
        }
    }

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
/// The file cannot be read, is not TOML, contains an unknown key or an invalid value, or refers to a missing
/// file. The error shows the line.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Request> {
    let mut doc = document::Document::read(path)?;
    extend::extend(&mut doc)?;
    let project = if doc.is_pyproject() { Some(project::Project::read(path)?) } else { None };
    let named = overrides.target.map_or_else(|| schema::Raw::target(&doc), |target| Ok(Some(target)))?;
    let for_target = |target: Option<Target>, universal: bool| {
        let mut names = target_names(&target.unwrap_or_else(Target::host));
        if universal {
            // More specific than the system, less specific than the processor.
            names.insert(1, UNIVERSAL.to_owned());
        }
        let raw = schema::Raw::read(&doc, &names)?;
        resolve::request(&doc, raw, target, overrides, project.as_ref())
    };
    let (target, is_named) = match named {
        Some(Wanted::Universal) => (Some(Target::UNIVERSAL[0]), true),
        Some(Wanted::One(target)) => (Some(target), false),
        None => (None, false),
    };
    let request = for_target(target, is_named)?;
    // If the command line selects one processor, build for that one only, even if the spec lists several.
    let is_single = matches!(overrides.target, Some(Wanted::One(_)));
    if is_single || !universal::is_wanted(&request, named)? {
        return Ok(request);
    }
    let [first, rest @ ..] = Target::UNIVERSAL;
    let request = if is_named { request } else { for_target(Some(first), true)? };
    let others = rest.into_iter().map(|target| for_target(Some(target), true)).collect::<Result<_>>()?;
    universal::together(request, others)
}

/// Returns the names in `[target.<name>]` that apply to a platform, the most general first.
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

/// Returns a request that only has what the command line says, for a build script that says the rest.
///
/// # Errors
/// The interpreter, or a folder or file of the command line, does not exist.
pub(crate) fn template(path: &Path, name: String, overrides: &Overrides) -> Result<Request> {
    let cwd = check::current_dir()?;
    let base = path.parent().unwrap_or(Path::new("/")).to_owned();
    let interpreter = overrides.python.as_deref().map(|p| check::interpreter(p, &cwd)).transpose()?;
    Ok(Request {
        spec: Some(path.to_owned()),
        base,
        name,
        target: match overrides.target {
            Some(Wanted::One(target)) => Some(target),
            Some(Wanted::Universal) => Some(Target::UNIVERSAL[0]),
            None => None,
        },
        python: PythonRequest {
            interpreter,
            packages: check::all_existing(&overrides.packages, "packages")?,
            requirements: check::all_existing(&overrides.requirements, "requirements")?,
            environment: EnvironmentRequest {
                offline: overrides.environment.offline,
                mirror: overrides.environment.mirror.clone(),
                ..EnvironmentRequest::default()
            },
            ..PythonRequest::default()
        },
        bundle: Bundle { contents_directory: CONTENTS_DIRECTORY.to_owned(), ..Bundle::default() },
        output: overrides.output(&cwd),
        ..Request::default()
    })
}

impl Request {
    /// Checks and completes a request that a build script has made.
    pub(crate) fn complete(&mut self) -> Result<()> {
        self.finish()?;
        self.expand_debug();
        Ok(())
    }

    /// Checks combinations of values.
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
            let error = Error::new("modules cannot be files in a program that writes none");
            return Err(error.hint(
                "remove `extract = \"memory\"` from `[bundle]`, or `files` from `[modules]` and `noarchive` from `debug`",
            ));
        }
        Ok(())
    }

    /// Returns the outputs of builds: folders, and the destinations of the application.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = PathBuf> {
        let Output { dist, work, report, .. } = &self.output;
        let names = self.programs.iter().flat_map(|p| ["", ".exe", ".app"].map(|e| format!("{}{e}", p.name)));
        let product = names.map(|name| dist.join(name));
        let folders = std::iter::once(dist).chain(work).chain(report).cloned();
        folders.chain(product)
    }

    /// Returns the file of the spec, which is no part of the program; a pyproject.toml may be.
    pub(crate) fn spec_file(&self) -> Option<&Path> {
        self.spec.as_deref().filter(|spec| spec.file_name().is_some_and(|name| name != "pyproject.toml"))
    }

    /// Whether to create an app bundle on macOS: as set in `[macos]`, or else if there is no console.
    pub fn is_bundle(&self) -> bool {
        self.macos.bundle.unwrap_or(self.windows.console == Some(false))
    }

    /// Onedir: returns the path of the contents folder, relative to the folder of the executable.
    pub fn contents_directory(&self, os: Os) -> &str {
        if os == Os::Macos && self.is_bundle() { "../Frameworks" } else { &self.bundle.contents_directory }
    }

    /// Whether the program has a folder for files other than native libraries.
    pub fn writes_files(&self) -> bool {
        self.bundle.mode == Mode::Onedir || self.bundle.extract != Extract::Memory
    }

    /// Sets the keys that the debug options imply. `bootloader` has no key.
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

/// A build request: all paths are absolute and all defaults are filled in, so the spec is no longer needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The spec file, if there is one.
    pub spec: Option<PathBuf>,
    /// Folder that relative paths are based on.
    pub base: PathBuf,
    /// Name of the application, which is also that of the executable, the folder and the cache folder.
    pub name: String,
    /// Version of the application.
    pub version: Option<String>,
    /// Executables to create. The first one is the main one.
    pub programs: Vec<Program>,
    /// The platform to build for, if specified; otherwise, that of the interpreter.
    pub target: Option<Target>,
    /// For a universal macOS program, the requests for each further processor.
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
    /// `shipped = false` in `[rules]`: disables the built-in rules.
    pub only_own_rules: bool,
    /// Hooks written for PyInstaller.
    pub hooks: Hooks,
    /// What these hooks say about modules.
    pub hook_rules: Vec<HookRule>,
    /// Modules that others create at run time, as hooks say.
    pub made_modules: Vec<String>,
    /// Package → a further folder of it, as hooks say.
    pub package_folders: Vec<(String, PathBuf)>,
    /// `[runtime]`.
    pub runtime: Runtime,
    /// `[windows]`, used by Windows targets.
    pub windows: Windows,
    /// `[macos]`, used by macOS targets.
    pub macos: Macos,
    /// Destination of the application.
    pub output: Output,
    /// Warnings about the request itself, such as those about options without effect.
    pub warnings: Vec<Warning>,
    /// The distribution of the project that is built. Its metadata is made if it is not installed.
    pub project: Option<project::OwnDistribution>,
    /// The pyproject.toml of this distribution.
    pub project_file: Option<PathBuf>,
    /// `cache-size`: the limit of the builder's cache in bytes.
    pub cache_size: Option<u64>,
}

/// Hooks written for PyInstaller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Folders of hooks.
    pub folders: Vec<PathBuf>,
    /// Whether to run the hooks of installed distributions (entry points `pyinstaller40`).
    pub of_packages: bool,
    /// Values for hooks, by module.
    pub config: serde_json::Value,
}

/// What a hook says about the modules that a module needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRule {
    /// The module that the hook is for.
    pub module: String,
    /// File name of the hook.
    pub file: String,
    /// Modules that it needs.
    pub imports: Vec<String>,
    /// Modules whose imports in it and below it are not followed.
    pub excluded: Vec<String>,
}

/// One executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// File name without extension.
    pub name: String,
    /// The code that it runs.
    pub entry: Entry,
    /// The folder that the program's script adds to the search path, if not its own.
    pub folder: Option<PathBuf>,
    /// Scripts that run after it in the same namespace, unless it ends the program.
    pub then: Vec<PathBuf>,
    /// Its properties on Windows, if they differ from those of the application.
    pub windows: Option<Box<Windows>>,
    /// Its location in the spec, as `path:line`, for messages.
    pub place: Option<String>,
}

impl Program {
    /// Creates a program of one entry, with the properties of the application.
    pub(crate) fn new(name: String, entry: Entry, place: Option<String>) -> Program {
        Program { name, entry, folder: None, then: Vec::new(), windows: None, place }
    }
}

/// The code that an executable runs as `__main__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A script.
    Script(PathBuf),
    /// A module or the `__main__` of a package, as with `python -m`.
    Module(String),
    /// A function of a module: `sys.exit(module.function())`.
    Function {
        /// Dotted name of the module.
        module: String,
        /// Attribute path in the module.
        function: String,
    },
    /// An installed console (or GUI) script, by its installed name.
    EntryPoint(String),
}

/// `[python]`: the interpreter and its options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonRequest {
    /// A venv, an interpreter or a version such as `3.12`. The default is `$VIRTUAL_ENV`, `.venv` next to the
    /// spec or in the current folder, or `python3` on PATH.
    pub interpreter: Option<String>,
    /// 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    /// Options of python's command line, without the dash: `u`, `X dev`, `W error`.
    pub options: Vec<String>,
    /// Folders that are searched before the interpreter's own.
    pub paths: Vec<PathBuf>,
    /// Folders of wheels or installed packages, which are searched after the standard library.
    pub packages: Vec<PathBuf>,
    /// Requirements files, whose wheels are downloaded.
    pub requirements: Vec<PathBuf>,
    /// The environment to create for the program.
    pub environment: EnvironmentRequest,
    /// Folders that are searched last: metadata of the project itself.
    pub fallback: Vec<PathBuf>,
}

/// Which environment to create for the program, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentRequest {
    /// Whether to create one. `None` creates one for a script with inline metadata, unless an interpreter or
    /// environment is named.
    pub sync: Option<bool>,
    /// Whether to use only versions that a lock file pins.
    pub locked: bool,
    /// Whether to use only what is cached.
    pub offline: bool,
    /// Address or folder to fetch Pythons for other platforms from.
    pub mirror: Option<String>,
    /// Optional dependencies of the project to install.
    pub extras: Vec<String>,
    /// Dependency groups of the project to install.
    pub groups: Vec<String>,
}

impl EnvironmentRequest {
    /// Combines the settings of a spec with those of the command line.
    fn overridden(mut self, over: &EnvironmentRequest) -> EnvironmentRequest {
        self.sync = over.sync.or(self.sync);
        self.locked |= over.locked;
        self.offline |= over.offline;
        self.mirror = over.mirror.clone().or(self.mirror);
        self.extras.extend(over.extras.iter().cloned());
        self.groups.extend(over.groups.iter().cloned());
        self
    }
}

/// `[modules]`. Names may contain `*` (one level) and `**`. A trailing `.*` matches all submodules at any
/// depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modules {
    /// Modules to include even if no import refers to them (hidden imports, `--collect-submodules`).
    pub include: Vec<String>,
    /// Modules never to include.
    pub exclude: Vec<String>,
    /// Packages that include their source.
    pub source: Vec<String>,
    /// Packages that are stored as files on disk instead of in the archive.
    pub files: Vec<String>,
    /// Packages whose data files are all collected (`--collect-data`).
    pub collect_data: Vec<String>,
    /// Packages whose native libraries are all collected (`--collect-binaries`).
    pub collect_binaries: Vec<String>,
    /// File names of libraries that are never collected; globs.
    pub exclude_binaries: Vec<String>,
    /// File names of libraries that are collected although they usually stay on the host; globs.
    pub include_binaries: Vec<String>,
    /// Packages that are collected with all their parts (`--no-prune`).
    pub whole: Vec<String>,
    /// Locales whose translations are collected; all if empty.
    pub locales: Vec<String>,
    /// Disables collecting the program's own files that its strings refer to (`own-data = false`,
    /// `--no-own-data`).
    pub no_own_data: bool,
    /// Modules in the order that a run imported them.
    pub order: Vec<String>,
    /// The file that contains this order.
    pub order_file: Option<PathBuf>,
}

/// A file, folder or glob to add to the bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// An absolute path or glob.
    pub from: String,
    /// Destination folder below the root (`.` is the root itself).
    pub to: String,
    /// The name of a file in that folder, if it is not its own.
    pub name: Option<String>,
    /// Globs of files and folders to leave out. A glob without a slash matches a name in any folder, others
    /// match the path below the folder.
    pub exclude: Vec<String>,
    /// Its origin, as `path:line` or the option, for messages.
    pub place: String,
}

/// `[metadata]`: distributions whose dist-info is collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Names of distributions.
    pub include: Vec<String>,
    /// Names of distributions whose requirements' metadata is also collected.
    pub recursive: Vec<String>,
}

/// `[runtime]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runtime {
    /// Scripts to run before the entry point.
    pub hooks: Vec<PathBuf>,
    /// Environment of the application; `{root}` is replaced with the root folder.
    pub env: BTreeMap<String, String>,
    /// Whether `app -m module` and `app -c code` work as with an interpreter.
    pub interpreter: bool,
    /// Whether the program accepts `--freeze-…` on its command line.
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

/// `[windows]`: properties of the executable on Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Icon file (`.ico`, or an executable with an icon).
    pub icon: Option<PathBuf>,
    /// Whether the program has a console. `None` is the default of the target, which is a console.
    pub console: Option<bool>,
    /// Version resource: names such as `FileDescription`.
    pub version_info: BTreeMap<String, String>,
    /// Source of the version resource: a text in the format of `pyi-grab_version`, or an executable.
    pub version_file: Option<PathBuf>,
    /// How to hide a console that only the program uses: `hide-early`, `hide-late`, `minimize-early` or
    /// `minimize-late`.
    pub hide_console: Option<String>,
    /// Without a console, whether the window for an uncaught exception shows its traceback.
    pub windowed_traceback: Option<bool>,
    /// Additional resources.
    pub resources: Vec<Resource>,
    /// Application manifest.
    pub manifest: Option<PathBuf>,
    /// Execution level: `as-invoker`, `highest-available` or `require-administrator`.
    pub uac: Option<String>,
    /// Whether it works with elevated windows (remote desktop).
    pub uiaccess: bool,
}

/// Resources of a file: the whole file under a type and a name, or the resources of an executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The file.
    pub file: PathBuf,
    /// A number, `RT_…` or a name. For an executable, `None` and `*` match any.
    pub kind: Option<String>,
    /// A number or a name.
    pub name: Option<String>,
    /// The number of a language; 0 for none.
    pub language: Option<String>,
}

impl Resource {
    /// Parses `FILE[,TYPE[,NAME[,LANGUAGE]]]`.
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
    /// Whether to create an app bundle. `None` creates one if there is no console.
    pub bundle: Option<bool>,
    /// Bundle identifier, such as `org.example.app`.
    pub identifier: Option<String>,
    /// Icon file (`.icns` or `.png`).
    pub icon: Option<PathBuf>,
    /// Entries for `Info.plist`, as JSON values.
    pub plist: BTreeMap<String, serde_json::Value>,
    /// Identity for signing: a file with a certificate and its key; `-` signs ad hoc.
    pub sign: Option<String>,
    /// Entitlements file.
    pub entitlements: Option<PathBuf>,
    /// Whether an identity signs for the hardened runtime, which notarization requires.
    pub hardened_runtime: Option<bool>,
    /// URL of the timestamp server for signatures by an identity; `none` for no timestamp.
    pub timestamp: Option<String>,
    /// File with a key of App Store Connect, for notarization.
    pub notarize: Option<PathBuf>,
    /// Architectures: `x86_64`, `arm64`, or both for a universal binary.
    pub architectures: Vec<String>,
}

/// Destination of the application and the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Folder for the application.
    pub dist: PathBuf,
    /// Folder for information about the build, in `<name>/` (`--workpath`).
    pub work: Option<PathBuf>,
    /// Whether to ignore results of earlier builds (`--clean`).
    pub clean: bool,
    /// Whether to replace an existing onedir folder without confirmation.
    pub overwrite: bool,
    /// Report file: HTML, or JSON if it ends in `.json`.
    pub report: Option<PathBuf>,
    /// Whether to print the largest parts of the application.
    pub bloat: bool,
}

#[cfg(test)]
pub(crate) mod tests;
