//! `freeze init`: writes a spec from a script or from the scripts of a pyproject.toml.

use std::path::{Path, PathBuf};

use super::options::{self, Options};
use super::project::{self, Project};
use super::write::{self, Style};
use super::{Bundle, Entry, Mode, Overrides, Program, Request, entry};
use crate::error::{Context, Error, Result};

/// What to do with a spec that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Fail and keep it unchanged.
    Keep,
    /// Overwrite it.
    Replace,
}

/// Writes `<name>.spec` to `cwd` and returns its path. Without a source, uses a pyproject.toml with scripts,
/// or the only Python file in the folder.
///
/// # Errors
/// There is no source, or the spec exists and must be kept.
pub fn run(source: Option<&str>, existing: Existing, cwd: &Path) -> Result<PathBuf> {
    let request = match source {
        Some(source) => from_source(source, cwd)?,
        None => guess(cwd)?,
    };
    write_spec(&request, existing, cwd)
}

/// Writes the options of a build as `<name>.spec` to `--specpath`, or else to `cwd`, and returns its path.
///
/// # Errors
/// An option is invalid, or the spec exists and must be kept.
pub fn from_options(mut options: Options, existing: Existing, cwd: &Path) -> Result<PathBuf> {
    let folder = options.common.specpath.take();
    let folder = folder.map_or_else(|| cwd.to_owned(), |folder| entry::absolute(&cwd.join(folder)));
    let request = options::request(options, &Overrides::default())?;
    fs_err::create_dir_all(&folder).context(|| "failed to create the folder of the spec")?;
    write_spec(&request, existing, &folder)
}

fn write_spec(request: &Request, existing: Existing, cwd: &Path) -> Result<PathBuf> {
    let path = cwd.join(format!("{}.spec", request.name));
    if path.exists() && existing == Existing::Keep {
        return Err(Error::new(format!("spec `{}` exists", file_name(&path)))
            .hint(format!("build it with `freeze {}`, or overwrite it with `--force`", file_name(&path))));
    }
    fs_err::write(&path, write::text(request, cwd, Style::Commented))
        .context(|| format!("failed to write spec `{}`", path.display()))?;
    Ok(path)
}

fn from_source(source: &str, cwd: &Path) -> Result<Request> {
    let mut path = entry::absolute(&cwd.join(source));
    if path.is_dir() && path.join("pyproject.toml").is_file() {
        path.push("pyproject.toml");
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("toml") => from_pyproject(&path, cwd)?.ok_or_else(|| {
            Error::new(format!("no `[project.scripts]` in `{source}`"))
                .hint("add one, or name the program: `freeze init app.py`")
        }),
        Some("spec") => Err(Error::new(format!("`{source}` is already a spec"))
            .hint(format!("build it with `freeze {source}`"))),
        _ => Ok(from_entry(entry::parse(source, cwd)?)),
    }
}

fn guess(cwd: &Path) -> Result<Request> {
    let pyproject = cwd.join("pyproject.toml");
    if pyproject.is_file()
        && let Some(request) = from_pyproject(&pyproject, cwd)?
    {
        return Ok(request);
    }
    match &project::scripts_in(cwd)[..] {
        [script] => Ok(from_entry(Entry::Script(script.clone()))),
        [] => Err(Error::new("no Python program in this folder").hint("name it: `freeze init app.py`")),
        several => {
            let names: Vec<String> = several.iter().map(|p| format!("`{}`", file_name(p))).collect();
            Err(Error::new(format!("several Python files in this folder: {}", names.join(", ")))
                .hint(format!("name the program: `freeze init {}`", file_name(&several[0]))))
        }
    }
}

fn from_entry(entry: Entry) -> Request {
    let name = entry::default_name(&entry);
    request(name.clone(), vec![Program::new(name, entry, None)])
}

fn request(name: String, programs: Vec<Program>) -> Request {
    let contents_directory = super::CONTENTS_DIRECTORY.to_owned();
    let bundle = Bundle { mode: Mode::Onefile, contents_directory, ..Bundle::default() };
    Request { name, programs, bundle, ..Request::default() }
}

/// Returns the programs of a project, or `None` if it has none.
fn from_pyproject(path: &Path, cwd: &Path) -> Result<Option<Request>> {
    let project = Project::read_as(path, Path::new(&write::relative(path, cwd)))?;
    let Some(found) = project.programs()? else { return Ok(None) };
    let tops = project::tops(&found.programs);
    let mut request = request(found.name, found.programs);
    request.version = project.version();
    request.python.paths = project.search_paths(&tops);
    request.modules.collect_data = project.packages(&tops);
    request.data = project.items();
    if found.only_windows {
        request.windows.console = Some(false);
    }
    Ok(Some(request))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
