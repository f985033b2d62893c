//! `freeze why`: determines where to search for the name.

use std::path::{Path, PathBuf};

use builder::error::{Context, Error, Result};
use builder::foreign::pyinstaller::{self, Build, is_python};
use builder::report::Reporter;
use builder::spec::options::Options;
use builder::spec::{self, Overrides, Request};
use clap::Args;

use super::build::CrossArgs;

/// What to explain, and where it is.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// A module, a data file, a library (its name or path) or a distribution.
    pub(crate) name: String,
    /// Spec, script, module or frozen program; by default the only spec in the current folder.
    #[arg(value_name = "SPEC | SCRIPT | APP")]
    what: Option<String>,
    /// Print all reasons instead of only the shortest chain.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Interpreter, as for a build; ignored for a frozen program.
    #[arg(long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    cross: CrossArgs,
}

/// Where to search for a name.
#[derive(Debug)]
pub(crate) enum Subject {
    /// In a frozen program.
    Product(PathBuf),
    /// In the result of a build.
    Build(Box<Request>),
}

impl WhyArgs {
    /// Determines where to search. Reads the spec.
    ///
    /// # Errors
    /// Nothing is given and the folder has no spec or several, or the spec is invalid.
    pub(crate) fn subject(&self, reporter: &mut Reporter) -> Result<Subject> {
        let what = match &self.what {
            Some(what) => what.clone(),
            None => only_spec()?,
        };
        let overrides = Overrides { python: self.python.clone(), ..Overrides::default() };
        let overrides = self.cross.clone().over(overrides);
        let path = Path::new(&what);
        let ends = |ends: &[&str]| path.extension().is_some_and(|e| ends.iter().any(|end| e == *end));
        if ends(&["spec"]) && !path.is_dir() {
            if is_python(path) {
                let build = Build { spec: path.to_owned(), overrides, arguments: Vec::new() };
                return Ok(Subject::Build(Box::new(pyinstaller::request(&build, reporter)?)));
            }
            return Ok(Subject::Build(Box::new(spec::load(path, &overrides)?)));
        }
        if path.exists() && !ends(&["py", "pyw"]) {
            return Ok(Subject::Product(path.to_owned()));
        }
        let options = Options { entry: Some(what), ..Options::default() };
        Ok(Subject::Build(Box::new(spec::options::request(options, &overrides)?)))
    }
}

/// Returns the only spec of the current folder.
fn only_spec() -> Result<String> {
    let failed = || "failed to list the current folder";
    let mut specs = Vec::new();
    for entry in std::fs::read_dir(".").context(failed)? {
        let name = entry.context(failed)?.file_name();
        specs.extend(name.into_string().ok().filter(|n| n.ends_with(".spec")));
    }
    specs.sort();
    match specs.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::new("there is no spec in the current folder")
            .hint("name a spec, a script or a frozen program: `freeze why NAME app.py`")),
        [first, ..] => Err(Error::new(format!("there are {} specs in the current folder", specs.len()))
            .hint(format!("name one: `freeze why NAME {first}`"))),
    }
}
