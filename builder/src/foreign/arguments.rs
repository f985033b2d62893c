//! Arguments of PyInstaller that other tools keep in their configurations.

use clap::Parser;

use crate::error::{Error, Result};
use crate::spec::options::{Common, Foreign, Options};

/// The arguments.
#[derive(Debug, Default, Parser)]
#[command(name = "pyinstaller", infer_long_args = true, args_override_self = true, disable_help_flag = true)]
struct Arguments {
    #[arg(hide = true)]
    scripts: Vec<String>,
    /// Arguments that a build takes from its own command line.
    #[arg(long, hide = true)]
    distpath: Option<String>,
    #[arg(long, hide = true)]
    workpath: Option<String>,
    #[arg(long, hide = true)]
    log_level: Option<String>,
    #[arg(long, hide = true)]
    clean: bool,
    #[arg(short = 'y', long, hide = true)]
    noconfirm: bool,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    foreign: Foreign,
}

/// Parses arguments of PyInstaller.
///
/// # Errors
/// An argument is not known, or its value is invalid.
pub(super) fn parse(words: &[String]) -> Result<Options> {
    let words = std::iter::once("pyinstaller").chain(words.iter().map(String::as_str));
    let Arguments { scripts, mut common, foreign, .. } =
        Arguments::try_parse_from(words).map_err(|error| {
            let text = error.render().to_string();
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let tip = lines.find_map(|line| line.strip_prefix("tip: ")).map(str::to_owned);
            tip.into_iter().fold(Error::new(message), Error::hint)
        })?;
    common.specpath = None;
    let mut scripts = scripts.into_iter();
    let (entry, then) = (scripts.next(), scripts.collect());
    Ok(Options { entry, then, common, foreign, ..Options::default() })
}
