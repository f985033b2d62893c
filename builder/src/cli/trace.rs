//! `freeze trace`: determines the program to run.

use std::path::Path;

use builder::error::{Error, Result};
use builder::spec::options::{Common, Options};
use builder::spec::project::subject::Subject;
use builder::spec::{self, Overrides, Request};

use super::USAGE;

fn subject(what: Option<&str>) -> Result<Subject> {
    let with_example = |e: Error| match what {
        Some(_) => e,
        None => e.hint("name a spec or a script: `freeze trace app.py`"),
    };
    Subject::of(what).map_err(with_example)
}

/// Returns the request for a spec, a project, a script or a module, and its name. Without a name, that of
/// the current folder.
pub(super) fn request(
    what: Option<&str>,
    paths: Vec<String>,
    overrides: &Overrides,
) -> Result<(String, Request)> {
    let common = Common { paths, ..Common::default() };
    let (shown, options) = match subject(what)? {
        Subject::Spec(_) if !common.paths.is_empty() => {
            let error = Error::new("`--paths` contradicts the spec").exit_code(USAGE);
            return Err(error.hint("change `paths` in `[python]` of the spec"));
        }
        Subject::Spec(path) => {
            return Ok((path.display().to_string(), spec::load(Path::new(&path), overrides)?));
        }
        Subject::Project(folder) => {
            let shown = what.unwrap_or(".").to_owned();
            (shown, Options { project: Some(folder), common, ..Options::default() })
        }
        Subject::Program(text) => (text.clone(), Options { entry: Some(text), common, ..Options::default() }),
    };
    Ok((shown, spec::options::request(options, overrides)?))
}
