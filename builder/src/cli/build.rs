//! The options of a build, with PyInstaller's names, short forms and meanings.

use std::ffi::OsString;
use std::path::PathBuf;

use builder::error::{Error, Result, Warning};
use builder::foreign::configuration::Configuration;
use builder::spec::Overrides;
use builder::spec::options::{self, Common, Foreign, Meaning, Options};
use builder::spec::project::subject::Subject;
use builder::target::Os;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueHint};

use super::USAGE;
use super::environment::EnvironmentArgs;
use super::targets::{Output, Several, TargetArgs};

/// What to build, and how.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// A spec, a script, `package` (its `__main__`), `package.module`, `package.module:function`, a zip
    /// application, a pyproject.toml or its folder. Default: the project or the only spec in this folder.
    #[arg(value_name = "SPEC | SCRIPT | MODULE[:FUNCTION] | PROJECT", value_hint = ValueHint::AnyPath, hide_short_help = true)]
    what: Option<String>,
    /// Run the built program with these arguments, and exit with its exit code.
    #[arg(last = true, value_name = "ARGS", hide_short_help = true)]
    pub(super) args: Vec<OsString>,
    /// Build the installed console script with this name.
    #[arg(long, value_name = "NAME", conflicts_with = "what", hide_short_help = true)]
    entry_point: Option<String>,
    #[command(flatten)]
    pub(super) how: HowArgs,
}

/// How to build.
#[derive(Debug, Args)]
pub(super) struct HowArgs {
    /// Interpreter: an environment, an executable or a version.
    ///
    /// A version may be a range such as `>=3.11`. Default: $VIRTUAL_ENV, .venv, python3.
    #[arg(long, value_name = "PYTHON", help_heading = "Build", value_hint = ValueHint::AnyPath)]
    python: Option<String>,
    #[command(flatten)]
    environment: EnvironmentArgs,
    #[command(flatten)]
    targets: TargetArgs,
    /// Folder for the product [default: dist].
    #[arg(long, value_name = "DIR", help_heading = "Build", value_hint = ValueHint::DirPath)]
    distpath: Option<PathBuf>,
    /// Write the missing modules (warn-NAME.txt) and the report (xref-NAME.html) to DIR/NAME.
    #[arg(long, value_name = "DIR", help_heading = "Build", hide_short_help = true)]
    workpath: Option<PathBuf>,
    /// Ignore the cached results of earlier builds of this program.
    #[arg(long, help_heading = "Build", hide_short_help = true)]
    clean: bool,
    /// Replace an existing output folder without asking.
    #[arg(short = 'y', long, help_heading = "Build")]
    noconfirm: bool,
    /// Write a report of the product as a page (.html) or as JSON (.json).
    #[arg(long, value_name = "FILE", help_heading = "Build", hide_short_help = true)]
    report: Option<PathBuf>,
    /// Print the largest parts and their reasons.
    #[arg(long, help_heading = "Build")]
    bloat: bool,

    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    foreign: Foreign,
}

/// What a configuration is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Toml,
    Python,
    /// The configuration of cx_Freeze, py2exe or py2app.
    Setup,
    /// The configuration of another freezer.
    Foreign,
}

/// Fails if an option sets something that belongs in the spec.
pub(super) fn reject_contradictions(matches: &ArgMatches, spec: Written) -> Result<()> {
    let given = |id: &str| is_given(matches, id);
    if given("specpath") {
        let error = Error::new("`--specpath` cannot be used with a spec").exit_code(USAGE);
        return Err(error.hint("leave it out"));
    }
    let mut keys = std::iter::once(("entry_point", "`entry-point` in `[app]`"))
        .chain(options::meanings().filter_map(|(id, meaning)| Some((id, meaning.key?))));
    let Some((id, key)) = keys.find(|(id, _)| given(id)) else { return Ok(()) };
    let hint = match spec {
        Written::Toml => format!("change {key} of the spec, or build from the script without a spec"),
        Written::Python => "change the spec, or build from the script without a spec".to_owned(),
        Written::Setup => "change the setup script, or build from the program without it".to_owned(),
        Written::Foreign => "change the configuration, or keep it as a spec with `freeze convert`".to_owned(),
    };
    let what = match spec {
        Written::Toml | Written::Python => "spec",
        Written::Setup => "setup script",
        Written::Foreign => "configuration",
    };
    Err(Error::new(format!("`{}` cannot be used with the {what}", options::written(id)))
        .hint(hint)
        .exit_code(USAGE))
}

/// Whether a command line sets an option, if it has one of this name.
pub(super) fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// Whether a command line sets an option of a build.
pub(super) fn gives_options(matches: &ArgMatches) -> bool {
    options::meanings().any(|(id, _)| is_given(matches, id))
}

/// Returns one line for each option that has no effect for a system.
pub(super) fn notices(matches: &ArgMatches, os: Os) -> Vec<Warning> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let here = match os {
        Os::Windows => "Windows",
        Os::Macos => "macOS",
        Os::Linux => "Linux",
    };
    let notice = |(id, meaning): (&str, Meaning)| {
        let option = options::written(id);
        match (meaning.on.filter(|on| !on.contains(here)), meaning.none) {
            (Some(on), _) => Some(Warning::new(format!("`{option}` has an effect only on {on}"))),
            (None, Some(why)) => Some(Warning::new(format!("`{option}` {why}"))),
            (None, None) => None,
        }
    };
    options::meanings().filter(|(id, _)| given(id)).filter_map(notice).collect()
}

impl BuildArgs {
    /// Returns the configuration of another freezer to build from, if it is one.
    pub(super) fn configuration(&self) -> Result<Option<Configuration>> {
        if self.entry_point.is_some() { Ok(None) } else { Configuration::of(self.what.as_deref()) }
    }

    /// Returns what to build.
    pub(super) fn subject(&self) -> Result<Subject> {
        match &self.entry_point {
            Some(name) => Ok(Subject::Program(name.clone())),
            None => Subject::of(self.what.as_deref()),
        }
    }

    /// Returns the options that add to a configuration.
    pub(super) fn into_options(self) -> Options {
        let HowArgs { common, foreign, .. } = self.how;
        Options { common, foreign, ..Options::default() }
    }

    /// Returns the options for a build of something else than a spec.
    pub(super) fn options(self, subject: Subject) -> Options {
        let BuildArgs { what: entry, entry_point, how, .. } = self;
        let HowArgs { common, foreign, .. } = how;
        let project = match subject {
            Subject::Project(folder) => Some(folder),
            Subject::Program(_) | Subject::Spec(_) | Subject::Setup(_) => None,
        };
        let entry = entry.filter(|_| project.is_none());
        Options { entry, entry_point, common, foreign, project, ..Options::default() }
    }
}

impl HowArgs {
    pub(super) fn overrides(&self) -> Overrides {
        self.targets.clone().over(Overrides {
            python: self.python.clone(),
            dist: self.distpath.clone(),
            work: self.workpath.clone(),
            clean: self.clean,
            overwrite: self.noconfirm,
            report: self.report.clone(),
            bloat: self.bloat,
            environment: self.environment.request(),
            ..Overrides::default()
        })
    }

    /// Returns the builds for several platforms, if the options name more than one.
    ///
    /// # Errors
    /// The product is to be run.
    pub(super) fn several(&self, argv: &[OsString]) -> Result<Option<Several>> {
        let targets = self.targets.chosen();
        if targets.len() < 2 {
            return Ok(None);
        }
        let output = Output {
            dist: self.distpath.as_deref(),
            work: self.workpath.as_deref(),
            report: self.report.as_deref(),
        };
        Several::new(argv, &targets, &output).map(Some)
    }

    pub(super) fn into_options(self) -> (Common, Foreign) {
        (self.common, self.foreign)
    }
}
