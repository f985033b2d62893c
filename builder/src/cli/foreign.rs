//! Options of PyInstaller that have no meaning here, or none on this platform: accepted with a word on why.

use std::path::PathBuf;

use builder::error::Warning;
use builder::spec::{Macos, Resource, Windows, entry};
use builder::target::{Os, Target};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

/// Options for other platforms, and options without meaning.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a table of options, most of them switches")]
#[command(next_help_heading = "PyInstaller's options for other platforms")]
pub(super) struct ForeignArgs {
    /// Windows and macOS: no console.
    #[arg(short = 'w', long, alias = "noconsole", overrides_with = "console", hide_short_help = true)]
    windowed: bool,
    /// Windows and macOS: a console (the default).
    #[arg(short = 'c', long, alias = "nowindowed", overrides_with = "windowed", hide_short_help = true)]
    console: bool,
    /// Windows and macOS: icon of the executable.
    #[arg(short, long, value_name = "FILE", hide_short_help = true)]
    icon: Vec<String>,
    /// Windows: version resource.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    version_file: Option<PathBuf>,
    /// Windows: application manifest.
    #[arg(short, long, value_name = "FILE", hide_short_help = true)]
    manifest: Option<PathBuf>,
    /// Windows: ask for administrator rights.
    #[arg(long, hide_short_help = true)]
    uac_admin: bool,
    /// Windows: work with elevated windows.
    #[arg(long, hide_short_help = true)]
    uac_uiaccess: bool,
    /// macOS: bundle identifier.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    osx_bundle_identifier: Option<String>,
    /// macOS: entitlements file.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    osx_entitlements_file: Option<PathBuf>,
    /// macOS: architecture: x86_64, arm64 or universal2.
    #[arg(long, alias = "target-arch", value_name = "ARCH", hide_short_help = true)]
    #[arg(value_parser = ["x86_64", "arm64", "universal2"])]
    target_architecture: Option<String>,
    /// macOS: identity to sign with.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    codesign_identity: Option<String>,

    /// Windows: hide or minimise a console that is the program's own.
    #[arg(long, value_name = "HOW", hide_short_help = true)]
    #[arg(value_parser = ["hide-early", "hide-late", "minimize-early", "minimize-late"])]
    hide_console: Option<String>,
    /// Windows: show no traceback where there is no console.
    #[arg(long, hide_short_help = true)]
    disable_windowed_traceback: bool,
    /// Windows: more resources, as `FILE[,TYPE[,NAME[,LANGUAGE]]]`.
    #[arg(short, long, value_name = "RESOURCE", hide_short_help = true)]
    resource: Vec<String>,

    #[arg(long, hide = true)]
    argv_emulation: bool,
    #[arg(long, hide = true)]
    upx_dir: Option<String>,
    #[arg(long, hide = true)]
    noupx: bool,
    #[arg(long, hide = true)]
    upx_exclude: Vec<String>,
    #[arg(long, hide = true)]
    splash: Option<String>,
    #[arg(long, hide = true)]
    bootloader_ignore_signals: bool,
    #[arg(long, hide = true)]
    additional_hooks_dir: Vec<String>,
    #[arg(long, hide = true)]
    key: Option<String>,
}

/// Platforms on which an option has an effect.
const PLATFORMS: &[(&str, &str)] = &[
    ("windowed", "Windows and macOS"),
    ("console", "Windows and macOS"),
    ("icon", "Windows and macOS"),
    ("version_file", "Windows"),
    ("manifest", "Windows"),
    ("uac_admin", "Windows"),
    ("uac_uiaccess", "Windows"),
    ("hide_console", "Windows"),
    ("resource", "Windows"),
    ("disable_windowed_traceback", "Windows"),
    ("osx_bundle_identifier", "macOS"),
    ("osx_entitlements_file", "macOS"),
    ("target_architecture", "macOS"),
    ("codesign_identity", "macOS"),
    ("argv_emulation", "macOS"),
];

/// Why an option has no effect anywhere.
const MEANINGLESS: &[(&str, &str)] = &[
    ("upx_dir", "has no effect: zstd compresses better than UPX, and starts faster"),
    ("noupx", "has no effect: UPX is never used"),
    ("upx_exclude", "has no effect: UPX is never used"),
    ("splash", "has no effect: a frozen program starts too fast for a splash screen"),
    ("bootloader_ignore_signals", "has no effect: the program is one process and gets its signals itself"),
    (
        "additional_hooks_dir",
        "has no effect: hooks written for PyInstaller are not run; a rule file can say what they do",
    ),
    ("key", "has no effect: as in PyInstaller 6, bytecode is not encrypted"),
];

/// One line for each option that does nothing in a program for a system.
pub(super) fn notices(matches: &ArgMatches, os: Os) -> Vec<Warning> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let option = |id: &str| format!("`--{}`", id.replace('_', "-"));
    let here = match os {
        Os::Windows => "Windows",
        Os::Macos => "macOS",
        Os::Linux => "Linux",
    };
    let elsewhere = PLATFORMS
        .iter()
        .filter(|(id, on)| given(id) && !on.contains(here))
        .map(|(id, on)| Warning::new(format!("{} takes effect on {on} only", option(id))));
    let nowhere = MEANINGLESS
        .iter()
        .filter(|(id, _)| given(id))
        .map(|(id, why)| Warning::new(format!("{} {why}", option(id))));
    elsewhere.chain(nowhere).collect()
}

/// A resource as it counts from the current folder.
fn resource(text: &str) -> Resource {
    let resource = Resource::parse(text);
    Resource { file: entry::absolute(&resource.file), ..resource }
}

/// Whether an option of this id is listed here.
#[cfg(test)]
pub(super) fn is_known(id: &str) -> bool {
    PLATFORMS.iter().chain(MEANINGLESS).any(|(known, _)| *known == id)
}

impl ForeignArgs {
    pub(super) fn windows(&self) -> Windows {
        let console = if self.windowed { Some(false) } else { self.console.then_some(true) };
        Windows {
            icon: self.icon_with(&[".ico", ".exe", ".png"]),
            console,
            manifest: self.manifest.as_deref().map(entry::absolute),
            uac: self.uac_admin.then(|| "require-administrator".to_owned()),
            uiaccess: self.uac_uiaccess,
            version_file: self.version_file.as_deref().map(entry::absolute),
            hide_console: self.hide_console.clone(),
            windowed_traceback: self.disable_windowed_traceback.then_some(false),
            resources: self.resource.iter().map(|text| resource(text)).collect(),
            ..Windows::default()
        }
    }

    pub(super) fn macos(&self) -> Macos {
        let architectures = match self.target_architecture.as_deref() {
            Some("universal2") => Target::UNIVERSAL.map(|target| target.machine().to_owned()).into(),
            Some(arch) => vec![arch.to_owned()],
            None => Vec::new(),
        };
        Macos {
            identifier: self.osx_bundle_identifier.clone(),
            icon: self.icon_with(&[".icns", ".png"]),
            sign: self.codesign_identity.clone(),
            entitlements: self.osx_entitlements_file.as_deref().map(entry::absolute),
            architectures,
            ..Macos::default()
        }
    }

    fn icon_with(&self, suffixes: &[&str]) -> Option<PathBuf> {
        let fits = |icon: &&String| suffixes.iter().any(|s| icon.to_lowercase().ends_with(s));
        self.icon.iter().find(fits).map(|icon| entry::absolute(icon.as_ref()))
    }
}
