//! What to build if the command line names nothing, a folder or a pyproject.toml.

use std::path::{Path, PathBuf};

use super::setup_script::{is_setup_script, names_freezer};
use super::{Project, scripts_in};
use crate::error::{Error, Result, USAGE};
use crate::os;

/// What to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A spec (`*.spec`, `*.toml`), or a pyproject.toml with a table `[tool.freeze]`.
    Spec(PathBuf),
    /// A folder with a pyproject.toml, by its `[project]`.
    Project(PathBuf),
    /// A setup script of another freezer, or a pyproject.toml with a table `[tool.cxfreeze]`.
    Setup(PathBuf),
    /// A script, a module or a function.
    Program(String),
}

impl Subject {
    /// Returns what a text of the command line names, or what the current folder contains.
    ///
    /// # Errors
    /// There is nothing to build. The error states what was looked for.
    pub fn of(text: Option<&str>) -> Result<Subject> {
        let Some(text) = text else { return of_folder(Path::new("")) };
        let path = Path::new(text);
        let ends = |end: &str| path.extension().is_some_and(|e| e == end);
        if ends("spec") {
            return Ok(Subject::Spec(path.to_owned()));
        }
        let is_spec = ends("toml") && path.file_name().is_none_or(|name| name != "pyproject.toml");
        if is_spec && path.is_file() {
            return Ok(Subject::Spec(path.to_owned()));
        }
        let project = if path.is_dir() { path.join("pyproject.toml") } else { path.to_owned() };
        if is_setup_script(path) {
            return Ok(Subject::Setup(path.to_owned()));
        }
        if !(ends("toml") || path.is_dir() && project.is_file()) {
            return Ok(Subject::Program(text.to_owned()));
        }
        if !project.is_file() {
            return Err(Error::new(format!("`{text}` not found")).exit_code(USAGE));
        }
        let read = Project::read(&project)?;
        if read.has_spec() {
            return Ok(Subject::Spec(project));
        }
        if read.has_cxfreeze() {
            return Ok(Subject::Setup(project));
        }
        match read.programs()? {
            Some(_) => Ok(Subject::Project(read.folder)),
            None => {
                let message = format!("no program in `{}`: {NO_PROGRAM}", project.display());
                let error = Error::new(message).exit_code(USAGE);
                Err(error.hint("add `[project.scripts]`, or `[tool.freeze.app]` with `entry = \"app.py\"`"))
            }
        }
    }
}

const NO_PROGRAM: &str = "neither `[tool.freeze]` nor `[project.scripts]`, and no package with `__main__.py`";

/// Returns what a folder contains: a project with a table for `freeze`, its only spec, or a project.
fn of_folder(folder: &Path) -> Result<Subject> {
    let project = Project::of(folder)?;
    if let Some(project) = project.as_ref().filter(|project| project.has_spec()) {
        return Ok(Subject::Spec(project.path.clone()));
    }
    let here = Path::new(".").join(folder);
    let specs =
        os::list(&here).into_iter().filter(|p| p.is_file() && p.extension().is_some_and(|e| e == "spec"));
    let specs: Vec<PathBuf> = specs.filter_map(|p| Some(folder.join(p.file_name()?))).collect();
    if let [spec] = &specs[..] {
        return Ok(Subject::Spec(spec.clone()));
    }
    if let Some(project) = project.as_ref().filter(|project| project.has_cxfreeze()) {
        return Ok(Subject::Setup(project.path.clone()));
    }
    if let Some(project) = &project
        && project.programs()?.is_some()
    {
        return Ok(Subject::Project(project.folder.clone()));
    }
    // One that names no freezer is that of a project to install.
    let script = folder.join("setup.py");
    if names_freezer(&script) {
        return Ok(Subject::Setup(script));
    }
    let scripts = scripts_in(&here);
    let names = |paths: &[PathBuf]| -> String {
        let name = |p: &PathBuf| format!("`{}`", p.file_name().unwrap_or_default().to_string_lossy());
        paths.iter().take(5).map(name).collect::<Vec<_>>().join(", ")
    };
    let shown = crate::spec::entry::absolute(&here);
    let error = Error::new(format!("nothing to build in `{}`", shown.display()))
        .cause(match &project {
            None => "no `pyproject.toml`".to_owned(),
            Some(_) => format!("`pyproject.toml` names no program: {NO_PROGRAM}"),
        })
        .cause(match &specs[..] {
            [] => "no spec (`*.spec`)".to_owned(),
            several => format!("{} specs, of which none is named: {}", several.len(), names(several)),
        })
        .cause(match &scripts[..] {
            [] => "no Python file".to_owned(),
            files => format!("no program is named on the command line; Python files here: {}", names(files)),
        });
    let example =
        specs.first().or(scripts.first()).and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned()));
    let example = example.unwrap_or_else(|| "app.py".to_owned());
    Err(error
        .exit_code(USAGE)
        .hint(format!("name a program or a spec: `freeze {example}`; see `freeze --help`")))
}
