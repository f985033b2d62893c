//! The options of a build without a spec: name, help, and the equivalent key of a spec, each defined once.
//!
//! docs/reference/cli.md lists them; a test compares it with this table.

use std::path::PathBuf;

use clap::Args;

use crate::spec::schema::HIDE_CONSOLE;
use crate::spec::{Compression, Mode, Sources};

/// The meaning of an option apart from its effect on a build without a spec.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meaning {
    /// The equivalent key of a spec.
    pub key: Option<&'static str>,
    /// The systems on which it has an effect; `None` means all.
    pub on: Option<&'static str>,
    /// The reason why it has no effect, if that is the case.
    pub none: Option<&'static str>,
}

const fn key(key: &'static str) -> Meaning {
    Meaning { key: Some(key), on: None, none: None }
}

const fn on(systems: &'static str, key: &'static str) -> Meaning {
    Meaning { key: Some(key), on: Some(systems), none: None }
}

const fn none(why: &'static str) -> Meaning {
    Meaning { key: None, on: None, none: Some(why) }
}

/// Declares options for clap, with their meanings.
macro_rules! options {
    ($(#[$of:meta])* $name:ident, $meanings:ident: $($(#[$about:meta])* $field:ident: $type:ty => $meaning:expr;)*) => {
        #[derive(Clone, Debug, Default, Args)]
        $(#[$of])*
        pub struct $name {
            $($(#[$about])* pub $field: $type,)*
        }

        const $meanings: &[(&str, Meaning)] = &[$((stringify!($field), $meaning),)*];
    };
}

options! {
    /// Options shared with PyInstaller, with the same names, short forms and meanings.
    #[command(next_help_heading = "Without a spec")]
    Common, COMMON:

    /// Bundle everything in one executable file.
    #[arg(short = 'F', long, overrides_with = "onedir")]
    onefile: bool => key("`mode` in `[bundle]`");
    /// Create a folder with an executable (the default).
    #[arg(short = 'D', long, overrides_with = "onefile", hide_short_help = true)]
    onedir: bool => key("`mode` in `[bundle]`");
    /// Name of the product, instead of the script's.
    #[arg(short, long)]
    name: Option<String> => key("`name` in `[app]`");
    /// Also write these options as a spec to this folder.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    specpath: Option<PathBuf> => Meaning { key: None, on: None, none: None };
    /// Also search these folders for modules; separate them as in PYTHONPATH.
    #[arg(short, long, value_name = "DIRS", hide_short_help = true)]
    paths: Vec<String> => key("`paths` in `[python]`");
    /// Add a data file, a folder or a glob.
    #[arg(long, value_name = "SOURCE:DEST")]
    add_data: Vec<String> => key("a `[[data]]` table with `from` and `to`");
    /// Add a native library and its dependencies to a folder in the bundle.
    #[arg(long, value_name = "SOURCE:DEST", hide_short_help = true)]
    add_binary: Vec<String> => key("a `[[binary]]` table with `from` and `to`");
    /// Add a module that the analysis does not find.
    #[arg(long, alias = "hiddenimport", value_name = "MODULE")]
    hidden_import: Vec<String> => key("`include` in `[modules]`");
    /// Exclude a module.
    #[arg(long, value_name = "MODULE")]
    exclude_module: Vec<String> => key("`exclude` in `[modules]`");
    /// Collect all modules of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_submodules: Vec<String> => key("`include` in `[modules]`, as in `\"package.*\"`");
    /// Collect all data files of a package.
    #[arg(long, alias = "collect-datas", value_name = "MODULE", hide_short_help = true)]
    collect_data: Vec<String> => key("`collect-data` in `[modules]`");
    /// Collect all native libraries of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_binaries: Vec<String> => key("`collect-binaries` in `[modules]`");
    /// Collect all modules, data files and native libraries of a package.
    #[arg(long, value_name = "MODULE", hide_short_help = true)]
    collect_all: Vec<String> => key("`include`, `collect-data` and `collect-binaries` in `[modules]`");
    /// Collect all parts of a package, even those that the program does not use.
    #[arg(long, value_name = "PACKAGE", hide_short_help = true)]
    no_prune: Vec<String> => key("`whole` in `[modules]`");
    /// Skip the program's own files that its strings name, unless an option or the spec adds them.
    #[arg(long, hide_short_help = true)]
    no_own_data: bool => key("`own-data = false` in `[modules]`");
    /// Add the metadata of a distribution.
    #[arg(long, value_name = "PACKAGE", hide_short_help = true)]
    copy_metadata: Vec<String> => key("`include` in `[metadata]`");
    /// Add the metadata of a distribution and of all its dependencies.
    #[arg(long, value_name = "PACKAGE", hide_short_help = true)]
    recursive_copy_metadata: Vec<String> => key("`recursive` in `[metadata]`");
    /// Run a script before the program.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    runtime_hook: Vec<String> => key("`hooks` in `[runtime]`");
    /// Onedir: name of the folder next to the executable; `.` puts all files next to it.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    contents_directory: Option<String> => key("`contents-directory` in `[bundle]`");
    /// Onefile: folder in which the program extracts its files.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    runtime_tmpdir: Option<String> => key("`runtime-tmpdir` in `[bundle]`");
    /// Bytecode optimization level: 0, 1 (-O) or 2 (-OO).
    #[arg(long, value_name = "LEVEL", allow_negative_numbers = true, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(i8).range(-1..=2))]
    optimize: Option<i8> => key("`optimize` in `[python]`");
    /// Set an interpreter option for the program: u, v, O, OO, `X …`, `W …`, `hash_seed=…`.
    #[arg(long, value_name = "OPTION", hide_short_help = true)]
    python_option: Vec<String> => key("`options` in `[python]`");
    /// Strip everything from native files that loading does not need; debug information and symbols are always removed.
    #[arg(short, long, hide_short_help = true)]
    strip: bool => key("`strip` in `[bundle]`");
    /// Create a program for debugging: imports, bootloader, noarchive or all.
    #[arg(short, long, value_name = "WHAT", hide_short_help = true, hide_possible_values = true)]
    #[arg(value_parser = ["all", "imports", "bootloader", "noarchive"])]
    debug: Vec<String> => key("`debug` in `[runtime]`");
    /// Compression level: none, fast, default or max.
    #[arg(long, value_name = "LEVEL", default_value = "default", hide_short_help = true)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    compression: Compression => key("`compression` in `[bundle]`");
    /// Modules to bundle with their source: none, used (if the program reads it), own or all.
    #[arg(long, value_name = "WHICH", default_value = "used", hide_short_help = true)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    source: Sources => key("`source` in `[bundle]`");
}

options! {
    /// Options for other systems, and PyInstaller options without an equivalent.
    #[command(next_help_heading = "PyInstaller's options for other platforms")]
    Foreign, FOREIGN:

    /// Windows and macOS: run without a console.
    #[arg(short = 'w', long, alias = "noconsole", overrides_with = "console", hide_short_help = true)]
    windowed: bool => on("Windows and macOS", "`console` in `[windows]`");
    /// Windows and macOS: run with a console (the default).
    #[arg(short = 'c', long, alias = "nowindowed", overrides_with = "windowed", hide_short_help = true)]
    console: bool => on("Windows and macOS", "`console` in `[windows]`");
    /// Windows and macOS: icon of the executable.
    #[arg(short, long, value_name = "FILE", hide_short_help = true)]
    icon: Vec<String> => on("Windows and macOS", "`icon` in `[windows]` or `[macos]`");
    /// Windows: version resource.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    version_file: Option<PathBuf> => on("Windows", "`version-file` in `[windows]`");
    /// Windows: application manifest.
    #[arg(short, long, value_name = "FILE", hide_short_help = true)]
    manifest: Option<PathBuf> => on("Windows", "`manifest` in `[windows]`");
    /// Windows: request administrator rights.
    #[arg(long, hide_short_help = true)]
    uac_admin: bool => on("Windows", "`uac` in `[windows]`");
    /// Windows: allow access to elevated windows.
    #[arg(long, hide_short_help = true)]
    uac_uiaccess: bool => on("Windows", "`uiaccess` in `[windows]`");
    /// macOS: bundle identifier.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    osx_bundle_identifier: Option<String> => on("macOS", "`identifier` in `[macos]`");
    /// macOS: entitlements file.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    osx_entitlements_file: Option<PathBuf> => on("macOS", "`entitlements` in `[macos]`");
    /// macOS: target architecture: x86_64, arm64 or universal2.
    #[arg(long, alias = "target-arch", value_name = "ARCH", hide_short_help = true)]
    #[arg(value_parser = ["x86_64", "arm64", "universal2"])]
    target_architecture: Option<String> => on("macOS", "`architectures` in `[macos]`");
    /// macOS: signing identity.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    codesign_identity: Option<String> => on("macOS", "`sign` in `[macos]`");
    /// Windows: hide or minimize the console if no other program uses it.
    #[arg(long, value_name = "HOW", hide_short_help = true)]
    #[arg(value_parser = HIDE_CONSOLE)]
    hide_console: Option<String> => on("Windows", "`hide-console` in `[windows]`");
    /// Windows: do not show tracebacks if there is no console.
    #[arg(long, hide_short_help = true)]
    disable_windowed_traceback: bool => on("Windows", "`windowed-traceback` in `[windows]`");
    /// Windows: add resources, as `FILE[,TYPE[,NAME[,LANGUAGE]]]`.
    #[arg(short, long, value_name = "RESOURCE", hide_short_help = true)]
    resource: Vec<String> => on("Windows", "`resources` in `[windows]`");

    /// Accepted, but has no effect yet: Finder events are not turned into arguments.
    #[arg(long, hide = true)]
    argv_emulation: bool => Meaning { on: Some("macOS"), key: None, none: None };
    /// PyInstaller: folder of UPX.
    #[arg(long, hide = true)]
    upx_dir: Option<String> => none("has no effect: zstd compresses better than UPX, and starts faster");
    /// PyInstaller: do not use UPX.
    #[arg(long, hide = true)]
    noupx: bool => none("has no effect: UPX is never used");
    /// PyInstaller: file that UPX skips.
    #[arg(long, hide = true)]
    upx_exclude: Vec<String> => none("has no effect: UPX is never used");
    /// PyInstaller: splash screen.
    #[arg(long, hide = true)]
    splash: Option<String> => none("has no effect: a frozen program starts too fast for a splash screen");
    /// PyInstaller: ignore signals in the parent process.
    #[arg(long, hide = true)]
    bootloader_ignore_signals: bool =>
        none("has no effect: the program is one process and gets its signals itself");
    /// Folder of hooks that were written for PyInstaller.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    additional_hooks_dir: Vec<String> => key("`hooks` in `[rules]`");
    /// PyInstaller before 6: key for the bytecode.
    #[arg(long, hide = true)]
    key: Option<String> => none("has no effect: as in PyInstaller 6, bytecode is not encrypted");
}

impl Common {
    /// Returns the form of the application.
    pub fn mode(&self) -> Mode {
        if self.onefile { Mode::Onefile } else { Mode::Onedir }
    }
}

/// Returns all options, by the names of their fields, in the order of the help.
pub fn meanings() -> impl Iterator<Item = (&'static str, Meaning)> {
    COMMON.iter().chain(FOREIGN).copied()
}

/// Returns the command-line notation of an option.
pub fn written(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
}
