//! `freeze pyinstaller`: the command line of PyInstaller, word for word.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use builder::error::Result;
use builder::foreign::{Build, pyinstaller};
use builder::spec::options::{self, Options};
use builder::target::Target;
use clap::{ArgMatches, Parser};

use super::build::{HowArgs, Written, notices, reject_contradictions};
use super::{Action, GlobalArgs};

/// Options of earlier versions, which PyInstaller 6 does not have.
const REMOVED: [&str; 6] = [
    "-a",
    "--ascii",
    "--win-private-assemblies",
    "--win-no-prefer-redirects",
    "--embed-manifest",
    "--no-embed-manifest",
];

/// Builds with the command line of PyInstaller.
#[derive(Debug, Parser)]
#[command(name = "freeze pyinstaller", version, infer_long_args = true, args_override_self = true)]
pub(super) struct PyinstallerCli {
    /// A script, further scripts that run after it, or a spec.
    #[arg(value_name = "SCRIPTS | SPEC", required = true)]
    what: Vec<String>,
    /// Arguments for a spec in Python.
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<OsString>,
    #[command(flatten)]
    pub(super) how: HowArgs,
    #[command(flatten)]
    pub(super) global: GlobalArgs,
}

/// A parsed command line of PyInstaller.
pub(super) struct Line {
    pub(super) cli: PyinstallerCli,
    matches: ArgMatches,
    /// Removed options that were given.
    removed: Vec<String>,
}

/// Returns the words of a command line that the parser takes, and the removed options among them.
pub(super) fn words(argv: &[OsString]) -> (Vec<OsString>, Vec<String>) {
    let (mut words, mut removed) = (vec![OsString::from("freeze pyinstaller")], Vec::new());
    let mut is_option = true;
    for word in argv {
        is_option &= word != "--";
        let text = word.to_string_lossy();
        if is_option && REMOVED.contains(&text.as_ref()) {
            removed.push(text.into_owned());
        } else if is_option && text == "-v" {
            words.push("--version".into());
        } else {
            words.push(word.clone());
        }
    }
    (words, removed)
}

impl Line {
    pub(super) fn new(cli: PyinstallerCli, matches: ArgMatches, removed: Vec<String>) -> Line {
        Line { cli, matches, removed }
    }

    /// Returns the action to perform.
    pub(super) fn action(self) -> Result<Action> {
        let Line { cli, matches, removed } = self;
        let PyinstallerCli { what, args, how, .. } = cli;
        let overrides = how.overrides();
        let is_spec = |what: &str| Path::new(what).extension().is_some_and(|e| e == "spec");
        let mut request = match &what[..] {
            [spec] if is_spec(spec) => {
                let path = PathBuf::from(spec);
                if pyinstaller::is_python(&path) {
                    reject_contradictions(&matches, Written::Python)?;
                    let build = Build { path, overrides, arguments: args };
                    return Ok(Action::Spec(Box::new(build)));
                }
                reject_contradictions(&matches, Written::Toml)?;
                builder::spec::load(&path, &overrides)?
            }
            _ => {
                let (common, foreign) = how.into_options();
                let mut scripts = what.into_iter();
                let entry = scripts.next();
                let then = scripts.collect();
                let options =
                    Options { entry, then, common, foreign, package_hooks: true, ..Options::default() };
                options::request(options, &overrides)?
            }
        };
        request.warnings.extend(notices(&matches, request.target.unwrap_or_else(Target::host).os));
        for option in removed {
            request.warnings.push(builder::error::Warning::new(format!(
                "`{option}` has no effect: it was removed from PyInstaller"
            )));
        }
        Ok(Action::Build(Box::new(request), None))
    }
}
