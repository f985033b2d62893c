//! `freeze init`: writes a spec from a script or from the scripts of a pyproject.toml.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::document::Document;
use super::options::{self, Options};
use super::write::{self, Style};
use super::{Bundle, Entry, Mode, Overrides, Program, Request, entry};
use crate::error::{Context, Error, Result};
use crate::names;

/// Files next to a program that are not programs themselves.
const NO_PROGRAMS: &[&str] = &["setup.py", "conftest.py", "noxfile.py", "__init__.py"];

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
            .hint(format!("build it with `freeze {}`, or write it anew with `--force`", file_name(&path))));
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
        Some("spec") => Err(Error::new(format!("`{source}` is a spec already"))
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
    let entries = fs_err::read_dir(cwd).context(|| "failed to look for programs")?;
    let mut scripts: Vec<PathBuf> =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| is_script(p)).collect();
    scripts.sort();
    match &scripts[..] {
        [script] => Ok(from_entry(Entry::Script(script.clone()))),
        [] => Err(Error::new("no Python program in this folder").hint("name it: `freeze init app.py`")),
        several => {
            let names: Vec<String> = several.iter().map(|p| format!("`{}`", file_name(p))).collect();
            Err(Error::new(format!("several Python files in this folder: {}", names.join(", ")))
                .hint(format!("name the program: `freeze init {}`", file_name(&several[0]))))
        }
    }
}

fn is_script(path: &Path) -> bool {
    let name = file_name(path);
    let python = name.ends_with(".py") || name.ends_with(".pyw");
    python && path.is_file() && !name.starts_with("test_") && !NO_PROGRAMS.contains(&name.as_str())
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
    let named = write::relative(path, cwd);
    let text = fs_err::read_to_string(path).context(|| format!("failed to read `{named}`"))?;
    let doc = Document { path: PathBuf::from(write::relative(path, cwd)), text };
    doc.parse().map_err(|e| Error { message: format!("failed to parse `{named}`"), ..e })?;
    let table: Table = toml::from_str(&doc.text).context(|| format!("failed to parse `{named}`"))?;
    let at = |keys: &[&str]| {
        keys.iter()
            .try_fold(None, |v: Option<&Value>, k| {
                Some(Some(match v {
                    None => table.get(*k)?,
                    Some(v) => v.get(k)?,
                }))
            })
            .flatten()
    };
    let scripts = |keys: &[&str]| -> Vec<(String, String)> {
        let table = at(keys).and_then(Value::as_table);
        table.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), reference(v)?))).collect()
    };
    let gui = scripts(&["project", "gui-scripts"]);
    let mut all = scripts(&["project", "scripts"]);
    all.extend(scripts(&["tool", "poetry", "scripts"]));
    let only_gui = all.is_empty() && !gui.is_empty();
    all.extend(gui);
    let text_at = |keys: &[&str]| at(keys).and_then(Value::as_str).map(str::to_owned);
    let project = text_at(&["project", "name"]).or_else(|| text_at(&["tool", "poetry", "name"]));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut programs: Vec<Program> = Vec::new();
    for (name, reference) in all {
        if programs.iter().any(|p| p.name == name) {
            continue;
        }
        let entry = entry::parse(&reference, folder)
            .map_err(|e| e.context(format!("invalid script `{name}` in `{named}`")))?;
        programs.push(Program::new(name, entry, None));
    }
    let Some(first) = programs.first() else { return Ok(None) };
    // The program with the project's name is the main one.
    let same = |p: &Program| project.as_deref().is_some_and(|n| normal(n) == normal(&p.name));
    let name = match (programs.iter().position(same), &project) {
        (Some(i), _) => {
            programs[..=i].rotate_right(1);
            programs[0].name.clone()
        }
        (None, Some(project)) if programs.len() > 1 => project.clone(),
        _ => first.name.clone(),
    };
    let mut request = request(name, programs);
    request.version = text_at(&["project", "version"]).or_else(|| text_at(&["tool", "poetry", "version"]));
    let declared = [
        text_at(&["tool", "setuptools", "package-dir", ""]),
        at(&["tool", "setuptools", "packages", "find", "where"])
            .and_then(|v| Some(v.as_array()?.first()?.as_str()?.to_owned())),
        at(&["tool", "poetry", "packages"])
            .and_then(|v| Some(v.as_array()?.first()?.get("from")?.as_str()?.to_owned())),
    ];
    request.python.paths = search_paths(&request.programs, folder, declared.into_iter().flatten());
    if only_gui {
        request.windows.console = Some(false);
    }
    Ok(Some(request))
}

/// Returns `module:function` of a script. Poetry also uses a table.
fn reference(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value.get("reference")?.as_str());
    text.or_else(|| value.get("callable")?.as_str()).map(str::to_owned)
}

/// Returns the folders of the project that contain the packages of its programs.
fn search_paths(programs: &[Program], folder: &Path, declared: impl Iterator<Item = String>) -> Vec<PathBuf> {
    let folders: Vec<PathBuf> =
        declared.chain(["src".into(), ".".into()]).map(|f| entry::absolute(&folder.join(f))).collect();
    let mut paths = Vec::new();
    for program in programs {
        let (Entry::Module(module) | Entry::Function { module, .. }) = &program.entry else { continue };
        let top = names::top(module);
        let holds = |f: &&PathBuf| f.join(top).is_dir() || f.join(format!("{top}.py")).is_file();
        if let Some(found) = folders.iter().find(holds).filter(|f| !paths.contains(*f)) {
            paths.push(found.clone());
        }
    }
    paths
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
