//! `freeze trace`: determines the program to run.

use std::path::{Path, PathBuf};

use builder::error::{Context, Error, Result};
use builder::foreign::pyinstaller::{Build, is_python};
use builder::spec::options::{Common, Options};
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
}

/// Returns the program of a spec, a script or a module.
pub(super) fn program(
    what: &str,
    python: Option<String>,
    paths: Vec<String>,
    write: Write,
) -> Result<Traced> {
    if !is_python(Path::new(what)) || !what.ends_with(".spec") {
        return Ok(Traced::Request(Box::new(request(what, python, paths)?)));
    }
    if write.missed || write.order {
        let error = Error::new(format!("`{what}` is written in Python and stays as it is")).exit_code(USAGE);
        return Err(error.hint("trace it without `--write` and `--order`, and change it yourself"));
    }
    let overrides = Overrides { python, ..Overrides::default() };
    Ok(Traced::Spec(Box::new(Build { spec: PathBuf::from(what), overrides, arguments: Vec::new() })))
}

/// Returns the request for a spec in TOML, a script or a module.
fn request(what: &str, python: Option<String>, paths: Vec<String>) -> Result<Request> {
    let overrides = Overrides { python, ..Overrides::default() };
    if Path::new(what).extension().is_none_or(|e| e != "spec") {
        let entry = Some(what.to_owned());
        let common = Common { paths, ..Common::default() };
        return spec::options::request(Options { entry, common, ..Options::default() }, &overrides);
    }
    if !paths.is_empty() {
        let error = Error::new("`--paths` contradicts the spec").exit_code(USAGE);
        return Err(error.hint("change `paths` in `[python]` of the spec"));
    }
    spec::load(Path::new(what), &overrides)
}

/// Returns the only spec of the current folder.
pub(super) fn only_spec() -> Result<String> {
    let entries = std::fs::read_dir(".").context(|| "failed to look for a spec")?;
    let names = entries.flatten().map(|e| PathBuf::from(e.file_name()));
    let mut specs: Vec<PathBuf> = names.filter(|p| p.extension().is_some_and(|e| e == "spec")).collect();
    specs.sort();
    match &specs[..] {
        [spec] => Ok(spec.to_string_lossy().into_owned()),
        found => {
            let message =
                if found.is_empty() { "no spec in this folder" } else { "several specs in this folder" };
            Err(Error::new(message).hint("name a spec or a script: `freeze trace app.py`").exit_code(USAGE))
        }
    }
}
