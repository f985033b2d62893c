//! The options of a build: PyInstaller's names, short forms and meanings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use builder::error::{Error, Result};
use builder::spec::options::Options;
use builder::spec::{self, Compression, Mode, Overrides, Sources};
use builder::target::Wanted;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueEnum};

use super::USAGE;
use super::foreign::ForeignArgs;

/// What to build, and how.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// A spec, a script, `package` (its `__main__`), `package.module` or `package.module:function`.
    #[arg(value_name = "SPEC | SCRIPT | MODULE[:FUNCTION]")]
    what: Option<String>,
    /// Arguments: run the built program with them, and end with its exit code.
    #[arg(last = true, value_name = "ARGS")]
    pub(super) args: Vec<OsString>,
    /// Build an installed console script, by its name.
    #[arg(long, value_name = "NAME", conflicts_with = "what")]
    entry_point: Option<String>,

    /// The interpreter to freeze with: a venv, a python or a version. By default $VIRTUAL_ENV, .venv, python3.
    #[arg(long, value_name = "PYTHON", help_heading = "Build")]
    python: Option<String>,
    #[command(flatten)]
    cross: CrossArgs,
    /// Where the product goes.
    #[arg(long, value_name = "DIR", default_value = "dist", help_heading = "Build")]
    distpath: PathBuf,
    /// Write what the build found into DIR/NAME: warn-NAME.txt, the missing modules, and xref-NAME.html, the report.
    #[arg(long, value_name = "DIR", help_heading = "Build", hide_short_help = true)]
    workpath: Option<PathBuf>,
    /// Build anew, with nothing that earlier builds of this program have learnt.
    #[arg(long, help_heading = "Build", hide_short_help = true)]
    clean: bool,
    /// Replace the output folder without asking.
    #[arg(short = 'y', long, help_heading = "Build")]
    noconfirm: bool,
    /// Write a page (.html) or a machine-readable file (.json) that explains the product.
    #[arg(long, value_name = "FILE", help_heading = "Build")]
    report: Option<PathBuf>,
    /// Print what takes the room in the product, and who pulled it in.
    #[arg(long, help_heading = "Build")]
    bloat: bool,

    #[command(flatten)]
    script: ScriptArgs,
    #[command(flatten)]
    pub(super) foreign: ForeignArgs,
}

/// The platform to build for, and the packages for it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
pub(super) struct CrossArgs {
    /// Build for another platform, as `windows-x86_64` or `linux-aarch64`, or for both processors of macOS,
    /// `macos-universal2`; `--python` then names the folder or the archive of a Python for it.
    #[arg(long, value_name = "TARGET", value_parser = target)]
    target: Option<Wanted>,
    /// A folder of wheels, or of installed packages, to take packages from.
    #[arg(long, value_name = "DIR")]
    packages: Vec<PathBuf>,
    /// A file of requirements: their wheels are downloaded for the target.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    requirements: Vec<PathBuf>,
}

impl CrossArgs {
    /// Adds them to what else is said besides a spec.
    pub(super) fn over(self, overrides: Overrides) -> Overrides {
        let CrossArgs { target, packages, requirements } = self;
        Overrides { target, packages, requirements, ..overrides }
    }
}

fn target(name: &str) -> Result<Wanted, String> {
    Wanted::named(name).ok_or_else(|| spec::unknown_target(name))
}

/// Options without a spec, which has a key for each of them.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a table of options, most of them switches")]
#[command(next_help_heading = "Without a spec")]
struct ScriptArgs {
    /// Make a single executable file.
    #[arg(short = 'F', long, overrides_with = "onedir")]
    onefile: bool,
    /// Make a folder with an executable (the default).
    #[arg(short = 'D', long, overrides_with = "onefile")]
    onedir: bool,
    /// Name of the product; by default that of the script.
    #[arg(short, long)]
    name: Option<String>,
    /// Also write these options as a spec, into this folder.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    specpath: Option<PathBuf>,
    /// Search modules here too; several are separated as in PYTHONPATH.
    #[arg(short, long, value_name = "DIRS")]
    paths: Vec<String>,
    /// Add a file, folder or glob of data, and where it goes in the bundle.
    #[arg(long, value_name = "SOURCE:DEST")]
    add_data: Vec<String>,
    /// The same for a native library, with all that it needs.
    #[arg(long, value_name = "SOURCE:DEST")]
    add_binary: Vec<String>,
    /// Add a module that no import names.
    #[arg(long, alias = "hiddenimport", value_name = "MODULE")]
    hidden_import: Vec<String>,
    /// Leave a module out.
    #[arg(long, value_name = "MODULE")]
    exclude_module: Vec<String>,
    /// Add all modules of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_submodules: Vec<String>,
    /// Add all data files of a package.
    #[arg(long, alias = "collect-datas", value_name = "MODULE", hide_short_help = true)]
    collect_data: Vec<String>,
    /// Add all native libraries of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_binaries: Vec<String>,
    /// Add all modules, data files and native libraries of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_all: Vec<String>,
    /// Leave out the program's own files that its strings name, unless an option or the spec adds them.
    #[arg(long, hide_short_help = true)]
    no_own_data: bool,
    /// Add the metadata of a distribution.
    #[arg(long, value_name = "PACKAGE", hide_short_help = true)]
    copy_metadata: Vec<String>,
    /// The same with all distributions that it requires.
    #[arg(long, value_name = "PACKAGE", hide_short_help = true)]
    recursive_copy_metadata: Vec<String>,
    /// Run a script before the program.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    runtime_hook: Vec<String>,
    /// Onedir: name of the folder beside the executable; `.` puts all files beside it.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    contents_directory: Option<String>,
    /// Onefile: folder to extract below when the program runs.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    runtime_tmpdir: Option<String>,
    /// Bytecode optimisation: 0, 1 (-O) or 2 (-OO).
    #[arg(long, value_name = "LEVEL", allow_negative_numbers = true, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(i8).range(-1..=2))]
    optimize: Option<i8>,
    /// Run the program as with an option of python: u, v, O, OO, `X …`, `W …`, `hash_seed=…`.
    #[arg(long, value_name = "OPTION", hide_short_help = true)]
    python_option: Vec<String>,
    /// Remove all symbols from native files; debug information is removed in any case.
    #[arg(short, long, hide_short_help = true)]
    strip: bool,
    /// Make a program that helps to find errors: imports, bootloader, noarchive, or all of them.
    #[arg(short, long, value_name = "WHAT", hide_short_help = true, hide_possible_values = true)]
    debug: Vec<Debug>,
    /// How hard to compress: none, fast, default or max.
    #[arg(long, value_name = "LEVEL", default_value = "default", hide_short_help = true)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    compression: CompressionLevel,
    /// Which modules bring their source: none, used (those that code is seen to read), own or all.
    #[arg(long, value_name = "WHICH", default_value = "used", hide_short_help = true)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    source: SourceChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SourceChoice {
    None,
    Used,
    Own,
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Debug {
    All,
    Imports,
    Bootloader,
    Noarchive,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CompressionLevel {
    None,
    Fast,
    Default,
    Max,
}

/// Options that say what a spec says, and its key for each.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("onefile", "`mode` in `[bundle]`"),
    ("onedir", "`mode` in `[bundle]`"),
    ("name", "`name` in `[app]`"),
    ("entry_point", "`entry-point` in `[app]`"),
    ("paths", "`paths` in `[python]`"),
    ("add_data", "a `[[data]]` table with `from` and `to`"),
    ("add_binary", "a `[[binary]]` table with `from` and `to`"),
    ("hidden_import", "`include` in `[modules]`"),
    ("exclude_module", "`exclude` in `[modules]`"),
    ("collect_submodules", "`include` in `[modules]`, as in `\"package.*\"`"),
    ("collect_data", "`collect-data` in `[modules]`"),
    ("collect_binaries", "`collect-binaries` in `[modules]`"),
    ("collect_all", "`include`, `collect-data` and `collect-binaries` in `[modules]`"),
    ("no_own_data", "`own-data = false` in `[modules]`"),
    ("copy_metadata", "`include` in `[metadata]`"),
    ("recursive_copy_metadata", "`recursive` in `[metadata]`"),
    ("runtime_hook", "`hooks` in `[runtime]`"),
    ("contents_directory", "`contents-directory` in `[bundle]`"),
    ("runtime_tmpdir", "`runtime-tmpdir` in `[bundle]`"),
    ("optimize", "`optimize` in `[python]`"),
    ("python_option", "`options` in `[python]`"),
    ("strip", "`strip` in `[bundle]`"),
    ("debug", "`debug` in `[runtime]`"),
    ("compression", "`compression` in `[bundle]`"),
    ("source", "`source` in `[bundle]`"),
    ("icon", "`icon` in `[windows]` or `[macos]`"),
    ("windowed", "`console` in `[windows]`"),
    ("console", "`console` in `[windows]`"),
    ("manifest", "`manifest` in `[windows]`"),
    ("version_file", "`version-file` in `[windows]`"),
    ("hide_console", "`hide-console` in `[windows]`"),
    ("disable_windowed_traceback", "`windowed-traceback` in `[windows]`"),
    ("resource", "`resources` in `[windows]`"),
    ("uac_admin", "`uac` in `[windows]`"),
    ("uac_uiaccess", "`uiaccess` in `[windows]`"),
    ("osx_bundle_identifier", "`identifier` in `[macos]`"),
    ("osx_entitlements_file", "`entitlements` in `[macos]`"),
    ("codesign_identity", "`sign` in `[macos]`"),
    ("target_architecture", "`architectures` in `[macos]`"),
    ("additional_hooks_dir", "`hooks` in `[rules]`"),
];

/// Fails if an option says what the spec is there to say.
pub(super) fn reject_contradictions(matches: &ArgMatches) -> Result<()> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    if given("specpath") {
        let error = Error::new("`--specpath` has no meaning where there is a spec").exit_code(USAGE);
        return Err(error.hint("leave it out"));
    }
    let Some((id, key)) = KEYS.iter().find(|(id, _)| given(id)) else { return Ok(()) };
    let option = format!("--{}", id.replace('_', "-"));
    Err(Error::new(format!("`{option}` contradicts the spec"))
        .hint(format!("change {key} of the spec, or build from the script without a spec"))
        .exit_code(USAGE))
}

impl BuildArgs {
    /// Whether nothing to build was named.
    pub(super) fn is_empty(&self) -> bool {
        self.what.is_none() && self.entry_point.is_none()
    }

    /// The spec to build from, if it is one.
    pub(super) fn spec(&self) -> Option<PathBuf> {
        self.what
            .as_deref()
            .filter(|w| Path::new(w).extension().is_some_and(|e| e == "spec"))
            .map(PathBuf::from)
    }

    pub(super) fn overrides(&self) -> Overrides {
        self.cross.clone().over(Overrides {
            python: self.python.clone(),
            dist: Some(self.distpath.clone()),
            work: self.workpath.clone(),
            clean: self.clean,
            overwrite: self.noconfirm,
            report: self.report.clone(),
            bloat: self.bloat,
            ..Overrides::default()
        })
    }

    pub(super) fn options(self) -> Result<Options> {
        if let Some(what) = self.what.as_deref().filter(|w| w.ends_with(".toml")) {
            let error = Error::new(format!("expected a spec or a program, got `{what}`")).exit_code(USAGE);
            return Err(error.hint(format!("`freeze init {what}` writes a spec from its scripts")));
        }
        let s = self.script;
        let word = |d: &Debug| d.to_possible_value().map(|v| v.get_name().to_owned());
        Ok(Options {
            entry: self.what,
            entry_point: self.entry_point,
            name: s.name,
            mode: if s.onefile { Mode::Onefile } else { Mode::Onedir },
            spec_path: s.specpath,
            paths: s.paths,
            data: s.add_data,
            binaries: s.add_binary,
            hidden_imports: s.hidden_import,
            excludes: s.exclude_module,
            collect_submodules: s.collect_submodules,
            collect_data: s.collect_data,
            collect_binaries: s.collect_binaries,
            collect_all: s.collect_all,
            no_own_data: s.no_own_data,
            metadata: s.copy_metadata,
            recursive_metadata: s.recursive_copy_metadata,
            runtime_hooks: s.runtime_hook,
            contents_directory: s.contents_directory,
            runtime_tmpdir: s.runtime_tmpdir,
            // PyInstaller's default, -1, takes the level of the interpreter that runs it.
            optimize: s.optimize.and_then(|level| u8::try_from(level).ok()),
            python_options: s.python_option,
            strip: s.strip,
            debug: s.debug.iter().filter_map(word).collect(),
            compression: match s.compression {
                CompressionLevel::None => Compression::None,
                CompressionLevel::Fast => Compression::Fast,
                CompressionLevel::Default => Compression::Default,
                CompressionLevel::Max => Compression::Max,
            },
            source: match s.source {
                SourceChoice::None => Sources::None,
                SourceChoice::Used => Sources::Used,
                SourceChoice::Own => Sources::Own,
                SourceChoice::All => Sources::All,
            },
            windows: self.foreign.windows(),
            macos: self.foreign.macos(),
        })
    }
}
