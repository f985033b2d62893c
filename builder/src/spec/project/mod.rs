//! A pyproject.toml: the programs, the version and the layout of a project, read without running anything.

mod layout;
mod setup_cfg;
mod setup_script;
pub mod subject;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

pub(crate) use self::version::variable as stated_version;

use super::document::Document;
use super::{Entry, Program, Request, entry};
use crate::error::{Context, Error, Result, Warning};
use crate::names;

/// Files next to a program that are not programs themselves.
const NO_PROGRAMS: &[&str] =
    &["setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "__init__.py"];

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The pyproject.toml, as named in messages.
    pub(crate) path: PathBuf,
    /// Its folder, as an absolute path.
    pub(crate) folder: PathBuf,
    table: Table,
}

/// The programs of a project.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The name of the application.
    pub(crate) name: String,
    /// The programs, the main one first.
    pub(crate) programs: Vec<Program>,
    /// Whether all of them have a window instead of a console.
    pub(crate) only_windows: bool,
}

/// The distribution that a project describes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnDistribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The content of its `entry_points.txt`.
    pub entry_points: String,
    /// Its requirements.
    pub requires: Vec<String>,
}

impl Project {
    /// Reads a pyproject.toml.
    ///
    /// # Errors
    /// It cannot be read, or is not TOML.
    pub(crate) fn read(path: &Path) -> Result<Project> {
        Project::read_as(path, path)
    }

    /// The same for a file that has another name in messages.
    ///
    /// # Errors
    /// As [`Project::read`].
    pub(crate) fn read_as(path: &Path, shown: &Path) -> Result<Project> {
        let named = shown.display();
        let text = fs_err::read_to_string(path).context(|| format!("failed to read `{named}`"))?;
        let doc = Document::new(shown, text);
        doc.parse().map_err(|e| Error { message: format!("failed to parse `{named}`"), ..e })?;
        let mut table: Table = toml::from_str(&doc.text).context(|| format!("failed to parse `{named}`"))?;
        let folder = entry::absolute(path).parent().unwrap_or(Path::new("/")).to_owned();
        let states_project =
            table.contains_key("project") || table.get("tool").is_some_and(|t| t.get("poetry").is_some());
        if !states_project && let Ok(text) = std::fs::read_to_string(folder.join("setup.cfg")) {
            setup_cfg::add(&mut table, &text);
        }
        Ok(Project { path: shown.to_owned(), folder, table })
    }

    /// Reads the pyproject.toml of a folder, if it has one.
    ///
    /// # Errors
    /// As [`Project::read`].
    pub(crate) fn of(folder: &Path) -> Result<Option<Project>> {
        let path = folder.join("pyproject.toml");
        if path.is_file() { Project::read(&path).map(Some) } else { Ok(None) }
    }

    /// Returns the value at a path of keys.
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&Value> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.table.get(*first)?, |value, key| value.get(*key))
    }

    /// Returns the text at a path of keys.
    pub(crate) fn text(&self, keys: &[&str]) -> Option<String> {
        self.at(keys)?.as_str().map(str::to_owned)
    }

    /// Returns the texts of the list at a path of keys.
    pub(crate) fn texts(&self, keys: &[&str]) -> Vec<String> {
        let list = self.at(keys).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    /// Whether it has a table `[tool.freeze]`.
    pub(crate) fn has_spec(&self) -> bool {
        self.at(&["tool", "freeze"]).is_some()
    }

    /// Whether it has a table `[tool.cxfreeze]` that names programs.
    pub(crate) fn has_cxfreeze(&self) -> bool {
        self.at(&["tool", "cxfreeze", "executables"]).is_some()
    }

    /// Returns the name of the project.
    pub(crate) fn name(&self) -> Option<String> {
        self.text(&["project", "name"]).or_else(|| self.text(&["tool", "poetry", "name"]))
    }

    /// Returns the distribution that the project describes, if its name and version are known.
    pub(crate) fn distribution(&self) -> Option<OwnDistribution> {
        let (name, version) = (self.name()?, self.version()?);
        let requires = self.texts(&["project", "dependencies"]);
        Some(OwnDistribution { name, version, entry_points: self.entry_points(), requires })
    }

    /// Returns the programs: the scripts of the project, or else the `__main__` of its package, or its only
    /// script. `None` if it has none of these.
    ///
    /// # Errors
    /// A script is not a reference to a function.
    pub(crate) fn programs(&self) -> Result<Option<Programs>> {
        let named = self.path.display();
        let scripts = |keys: &[&str]| -> Vec<(String, String)> {
            let table = self.at(keys).and_then(Value::as_table);
            table.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), reference(v)?))).collect()
        };
        let windows = scripts(&["project", "gui-scripts"]);
        let mut all = scripts(&["project", "scripts"]);
        all.extend(scripts(&["tool", "poetry", "scripts"]));
        let only_windows = all.is_empty() && !windows.is_empty();
        all.extend(windows);
        let project = self.name();
        let mut programs: Vec<Program> = Vec::new();
        for (name, reference) in all {
            if programs.iter().any(|p| p.name == name) {
                continue;
            }
            let entry = entry::parse(&reference, &self.folder)
                .map_err(|e| e.context(format!("invalid script `{name}` in `{named}`")))?;
            programs.push(Program::new(name, entry, None));
        }
        let Some(first) = programs.first() else {
            let Some((entry, name)) = self.main().zip(project) else { return Ok(None) };
            let programs = vec![Program::new(name.clone(), entry, None)];
            return Ok(Some(Programs { name, programs, only_windows }));
        };
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
        Ok(Some(Programs { name, programs, only_windows }))
    }

    /// Returns the entry of a project without scripts: the `__main__` of its package, or its only script.
    fn main(&self) -> Option<Entry> {
        let folders = self.folders();
        let runs = |package: &&String| folders.iter().any(|f| f.join(package).join("__main__.py").is_file());
        if let Some(package) = self.packages(&[]).iter().find(runs) {
            return Some(Entry::Module(package.clone()));
        }
        match &scripts_in(&self.folder)[..] {
            [script] => Some(Entry::Script(script.clone())),
            _ => None,
        }
    }

    /// Returns the content of `entry_points.txt`.
    fn entry_points(&self) -> String {
        let mut text = String::new();
        let mut group = |name: &str, value: Option<&Value>| {
            let Some(table) = value.and_then(Value::as_table).filter(|t| !t.is_empty()) else { return };
            text.push_str(&format!("[{name}]\n"));
            let entries = table.iter().filter_map(|(name, value)| Some((name, reference(value)?)));
            entries.for_each(|(name, reference)| text.push_str(&format!("{name} = {reference}\n")));
        };
        let scripts = self.at(&["project", "scripts"]).or_else(|| self.at(&["tool", "poetry", "scripts"]));
        group("console_scripts", scripts);
        group("gui_scripts", self.at(&["project", "gui-scripts"]));
        for keys in [["project", "entry-points"], ["tool", "poetry"]] {
            let key = if keys[0] == "project" { None } else { Some("plugins") };
            let groups = self.at(&keys).and_then(|v| key.map_or(Some(v), |key| v.get(key)));
            for (name, value) in groups.and_then(Value::as_table).into_iter().flatten() {
                group(name, Some(value));
            }
        }
        text
    }
}

/// Adds to a request what a project says about its own packages: where they are, their data and metadata, and
/// the version.
pub(crate) fn complete(request: &mut Request, project: &Project) {
    let tops = tops(&request.programs);
    for path in project.search_paths(&tops) {
        if !request.python.paths.contains(&path) {
            request.python.paths.push(path);
        }
    }
    for package in project.packages(&tops) {
        if !request.modules.collect_data.contains(&package) {
            request.modules.collect_data.push(package);
        }
    }
    request.data.extend(project.items());
    if request.version.is_none() {
        request.version = project.version();
    }
    request.project = project.distribution();
    request.project_file = Some(project.folder.join("pyproject.toml"));
    if request.project.is_none() && project.name().is_some() {
        let message = format!("the version of the project is not stated in `{}`", project.path.display());
        request
            .warnings
            .push(Warning::minor(message).hint("it is that of the installed distribution, if there is one"));
    }
    request.metadata.include.extend(request.project.as_ref().map(|own| own.name.clone()));
}

/// Returns name, version and description of the project in a folder, as far as its pyproject.toml states them.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub(crate) fn metadata(folder: &Path) -> Result<BTreeMap<&'static str, String>> {
    let Some(project) = Project::of(folder)? else { return Ok(BTreeMap::new()) };
    let stated = [
        ("name", project.name()),
        ("version", project.version()),
        ("description", project.text(&["project", "description"])),
    ];
    Ok(stated.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// Returns the Python files in a folder that may be programs, sorted.
pub(crate) fn scripts_in(folder: &Path) -> Vec<PathBuf> {
    let is_script = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let python = name.ends_with(".py") || name.ends_with(".pyw");
        python && path.is_file() && !name.starts_with("test_") && !NO_PROGRAMS.contains(&name.as_ref())
    };
    crate::os::list(folder).into_iter().filter(is_script).collect()
}

/// Returns `module:function` of a script. Poetry also uses a table.
fn reference(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value.get("reference")?.as_str());
    text.or_else(|| value.get("callable")?.as_str()).map(str::to_owned)
}

/// Returns the top-level modules of programs.
pub(crate) fn tops(programs: &[Program]) -> Vec<String> {
    let top = |program: &Program| match &program.entry {
        Entry::Module(module) | Entry::Function { module, .. } => Some(names::top(module).to_owned()),
        _ => None,
    };
    programs.iter().filter_map(top).collect()
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests;
