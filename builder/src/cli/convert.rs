//! `freeze convert`: determines what to convert.

use std::ffi::OsString;
use std::path::PathBuf;

use builder::convert::{Conversion, Source};
use builder::error::{Error, Result};
use builder::foreign::Build;
use builder::foreign::configuration::Configuration;
use builder::foreign::pyinstaller::is_python;
use builder::spec::Overrides;
use builder::spec::init::Existing;
use builder::spec::project::subject::Subject;
use clap::Args;

use super::USAGE;
use super::targets::CrossArgs;

/// What to convert, and where to.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    /// Spec of PyInstaller, setup script of cx_Freeze, py2exe or py2app, script with `# nuitka-project:`
    /// comments, file of auto-py-to-exe, pyproject.toml, or a script or Makefile that calls Nuitka.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// File to write. By default, `<name>.toml` next to FILE.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(short, long)]
    force: bool,
    /// Interpreter that runs a spec of PyInstaller or a setup script, as for a build.
    #[arg(long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    cross: CrossArgs,
    /// Without FILE: a command line of Nuitka or PyInstaller. Otherwise, arguments for the spec or setup script.
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<OsString>,
}

impl ConvertArgs {
    /// Returns the conversion.
    ///
    /// # Errors
    /// There is nothing to convert.
    pub(super) fn conversion(self) -> Result<Conversion> {
        let ConvertArgs { file, output, force, python, cross, args } = self;
        let overrides = cross.over(Overrides { python, ..Overrides::default() });
        let (source, shown) = source(file, args, &overrides)?;
        let existing = if force { Existing::Replace } else { Existing::Keep };
        Ok(Conversion { source, shown, overrides, output, existing })
    }
}

/// Returns what to convert, and its name.
fn source(file: Option<PathBuf>, args: Vec<OsString>, overrides: &Overrides) -> Result<(Source, String)> {
    let Some(file) = file else {
        let words: Vec<String> = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let Some(configuration) = Configuration::of_line(&words) else {
            let error = Error::new("expected a file to convert, or a command line of Nuitka or PyInstaller");
            let hint =
                "`freeze convert app.spec`, or `freeze convert -- python -m nuitka --standalone app.py`";
            return Err(error.hint(hint).exit_code(USAGE));
        };
        return Ok((Source::Configuration(configuration), format!("`{}`", words.join(" "))));
    };
    let shown = file.display().to_string();
    if !file.exists() {
        let error = Error::new(format!("`{shown}` not found")).exit_code(USAGE);
        return Err(error.hint("name the configuration of another freezer"));
    }
    let name = file.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    if file.extension().is_some_and(|e| e == "spec") {
        if !is_python(&file) {
            let error = Error::new(format!("`{shown}` is already a spec of freeze")).exit_code(USAGE);
            return Err(error.hint(format!("build it with `freeze {shown}`")));
        }
        let build = Build { path: file, overrides: overrides.clone(), arguments: args };
        return Ok((Source::Spec(build), name));
    }
    if let Ok(Subject::Setup(path)) = Subject::of(Some(&shown)) {
        let build = Build { path, overrides: overrides.clone(), arguments: args };
        return Ok((Source::Setup(build), name));
    }
    match Configuration::of_file(&file)? {
        Some(configuration) => Ok((Source::Configuration(configuration), name)),
        None => {
            let error =
                Error::new(format!("`{shown}` has no configuration of another freezer")).exit_code(USAGE);
            Err(error.hint(format!("`freeze init {shown}` writes a spec for a script or a project")))
        }
    }
}
