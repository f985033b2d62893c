//! `freeze why`: determines where to search for the name.

use std::path::{Path, PathBuf};

use builder::error::{Error, Result};
use builder::foreign::Build;
use builder::foreign::configuration::Configuration;
use builder::foreign::product::Product;
use builder::foreign::pyinstaller::{self, is_python};
use builder::foreign::setup;
use builder::report::Reporter;
use builder::spec::options::Options;
use builder::spec::project::subject::Subject;
use builder::spec::{self, Overrides, Request};
use clap::Args;

use super::environment::EnvironmentArgs;
use super::targets::CrossArgs;

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
    environment: EnvironmentArgs,
    #[command(flatten)]
    cross: CrossArgs,
}

/// Where to search for a name.
#[derive(Debug)]
pub(crate) enum WhySubject {
    /// In a frozen program.
    Product(PathBuf),
    /// In the result of a build.
    Build(Box<Request>),
}

impl WhyArgs {
    fn named(&self) -> Result<Subject> {
        let with_example = |e: Error| match &self.what {
            Some(_) => e,
            None => e.hint("name a spec, a script or a frozen program: `freeze why NAME app.py`"),
        };
        Subject::of(self.what.as_deref()).map_err(with_example)
    }

    /// Determines where to search. Reads the spec.
    ///
    /// # Errors
    /// Nothing is given and the folder has nothing to build, or the spec is invalid.
    pub(crate) fn subject(&self, reporter: &mut Reporter) -> Result<WhySubject> {
        let overrides = Overrides {
            python: self.python.clone(),
            environment: self.environment.request(),
            ..Overrides::default()
        };
        let overrides = self.cross.clone().over(overrides);
        let configuration = Configuration::of(self.what.as_deref())?;
        if let Some(product) =
            configuration.map(|c| c.read(&Options::default(), &overrides)).transpose()?.and_then(first)
        {
            return Ok(WhySubject::Build(Box::new(product.into_request())));
        }
        let options = match self.named()? {
            Subject::Spec(spec) if !spec.is_dir() && is_python(&spec) => {
                let build = Build { path: spec, overrides, arguments: Vec::new() };
                return Ok(WhySubject::Build(Box::new(pyinstaller::request(&build, reporter)?)));
            }
            Subject::Setup(path) => {
                let build = Build { path, overrides, arguments: Vec::new() };
                return Ok(WhySubject::Build(Box::new(setup::request(&build, reporter)?)));
            }
            Subject::Spec(path) if !path.is_dir() => {
                return Ok(WhySubject::Build(Box::new(spec::load(&path, &overrides)?)));
            }
            Subject::Spec(path) => return Ok(WhySubject::Product(path)),
            Subject::Project(folder) => Options { project: Some(folder), ..Options::default() },
            Subject::Program(text) => {
                let path = Path::new(&text);
                let is_source = path
                    .extension()
                    .is_some_and(|e| ["py", "pyw", "pyz", "pyzw", "pex"].iter().any(|end| e == *end));
                if path.exists() && !is_source {
                    return Ok(WhySubject::Product(path.to_owned()));
                }
                Options { entry: Some(text), ..Options::default() }
            }
        };
        Ok(WhySubject::Build(Box::new(spec::options::request(options, &overrides)?)))
    }
}

/// Returns the first product of a configuration.
pub(super) fn first(products: Vec<Product>) -> Option<Product> {
    products.into_iter().next()
}
