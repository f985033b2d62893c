//! `freeze trace`: determines the program to run.

use std::path::Path;

use builder::error::{Error, Result};
use builder::foreign::Build;
use builder::foreign::configuration::Configuration;
use builder::foreign::pyinstaller::is_python;
use builder::spec::options::{Common, Options};
use builder::spec::project::subject::Subject;
use builder::spec::{self, Overrides, Request};
use builder::trace::Write;

use super::USAGE;

/// The program to run.
#[derive(Debug)]
pub(crate) enum Traced {
    /// As a request says.
    Request(Box<Request>),
    /// As a spec in Python says.
    Spec(Box<Build>),
    /// As the configuration of another freezer says.
    Setup(Box<Build>),
}

fn subject(what: Option<&str>) -> Result<Subject> {
    let with_example = |e: Error| match what {
        Some(_) => e,
        None => e.hint("name a spec or a script: `freeze trace app.py`"),
    };
    Subject::of(what).map_err(with_example)
}

/// Returns the program of a spec, a project, a script or a module, and its name. Without a name, that of
/// the current folder.
pub(super) fn program(
    what: Option<&str>,
    paths: Vec<String>,
    overrides: &Overrides,
    write: Write,
) -> Result<(String, Traced)> {
    let common = Common { paths, ..Common::default() };
    if let Some(configuration) = Configuration::of(what)? {
        let options = Options { common, ..Options::default() };
        let product = super::why::first(configuration.read(&options, overrides)?);
        let request = product.ok_or_else(|| Error::new("there is no product to trace"))?.into_request();
        return Ok((what.unwrap_or(".").to_owned(), Traced::Request(Box::new(request))));
    }
    let (shown, options) = match subject(what)? {
        Subject::Spec(_) if !common.paths.is_empty() => {
            let error = Error::new("`--paths` cannot be used with the spec").exit_code(USAGE);
            return Err(error.hint("change `paths` in `[python]` of the spec"));
        }
        Subject::Spec(spec) => return of_spec(&spec, overrides, write),
        Subject::Setup(path) => {
            let shown = path.display().to_string();
            only_traced(&shown, write)?;
            let build = Build { path, overrides: overrides.clone(), arguments: Vec::new() };
            return Ok((shown, Traced::Setup(Box::new(build))));
        }
        Subject::Project(folder) => {
            let shown = what.unwrap_or(".").to_owned();
            (shown, Options { project: Some(folder), common, ..Options::default() })
        }
        Subject::Program(text) => (text.clone(), Options { entry: Some(text), common, ..Options::default() }),
    };
    Ok((shown, Traced::Request(Box::new(spec::options::request(options, overrides)?))))
}

fn of_spec(spec: &Path, overrides: &Overrides, write: Write) -> Result<(String, Traced)> {
    let shown = spec.display().to_string();
    if !is_python(spec) {
        return Ok((shown, Traced::Request(Box::new(spec::load(spec, overrides)?))));
    }
    only_traced(&shown, write)?;
    let build = Build { path: spec.to_owned(), overrides: overrides.clone(), arguments: Vec::new() };
    Ok((shown, Traced::Spec(Box::new(build))))
}

/// Fails if a configuration that is not a spec in TOML would have to change.
fn only_traced(shown: &str, write: Write) -> Result<()> {
    if write.missed || write.order {
        let error = Error::new(format!("`{shown}` is written in Python, and `freeze` does not change it"))
            .exit_code(USAGE);
        return Err(error.hint("trace it without `--write` and `--order`, and change it yourself"));
    }
    Ok(())
}
