//! What an environment is created from: inline metadata, a lock file, or the requirements of a project.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use pep508_rs::MarkerEnvironment;
use toml::{Table, Value};

use super::dependency::Dependency;
use super::inline::{self, Script};
use super::lock::{Kind, Lock, Package, Source as From, Wanted};
use super::project;
use crate::error::{Error, Result, USAGE, Warning};
use crate::excerpt;
use crate::requirement::normalize;
use crate::spec::project::Project;
use crate::spec::{Entry, EnvironmentRequest, Request};

/// What an environment is created from.
#[derive(Debug)]
pub(super) enum Source {
    /// Inline metadata of scripts.
    Scripts(Vec<Script>),
    /// A lock file, of a project or of a script.
    Lock { kind: Kind, path: PathBuf, project: Option<Project>, script: Option<Script> },
    /// A requirements file.
    File(PathBuf, Option<Project>),
    /// The requirements of a project.
    Project(Project),
}

/// What to install.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Requirements with hashes, which are checked.
    pub(super) hashed: Vec<String>,
    /// Other requirements.
    pub(super) plain: Vec<String>,
    /// A requirements file.
    pub(super) file: Option<PathBuf>,
    /// Folders of packages to build and install.
    pub(super) folders: Vec<PathBuf>,
    /// Whether versions are to be resolved; otherwise, the requirements are complete.
    pub(super) resolves: bool,
    /// URLs of further indexes.
    pub(super) indexes: Vec<String>,
    /// The index to use instead of the user's.
    pub(super) index: Option<String>,
    /// Time limit for uploads, as uv's `exclude-newer`.
    pub(super) before: Option<String>,
}

impl Wish {
    /// Whether nothing is to be installed.
    pub(super) fn is_empty(&self) -> bool {
        self.hashed.is_empty() && self.plain.is_empty() && self.folders.is_empty() && self.file.is_none()
    }
}

/// Returns what the environment of a request is created from. `None` if none is wanted.
///
/// # Errors
/// An environment is wanted, but there is nothing to create it from. Inline metadata are malformed.
pub(super) fn find(request: &Request) -> Result<Option<Source>> {
    let asked = &request.python.environment;
    if asked.sync == Some(false) {
        return Ok(None);
    }
    let scripts = scripts(request);
    if asked.sync.is_none() && !is_open(request) {
        return Ok(None);
    }
    let inline: Vec<Script> =
        scripts.iter().filter_map(|path| inline::read(path).transpose()).collect::<Result<_>>()?;
    if !inline.is_empty() {
        return of_scripts(inline, asked).map(Some);
    }
    if asked.sync.is_none() {
        return Ok(None);
    }
    let start = scripts.first().and_then(|path| path.parent()).unwrap_or(&request.base);
    match above(start)? {
        Some(source) => Ok(Some(source)),
        None => {
            let error = Error::new("found nothing to create an environment from").exit_code(USAGE);
            let error = error.cause(format!(
                "looked in `{}` and the folders above for `uv.lock`, `pylock.toml`, `poetry.lock`, `pdm.lock`, \
                 `requirements.txt` and `pyproject.toml`",
                start.display()
            ));
            Err(error
                .hint("leave out `--sync`, or state the requirements in a pyproject.toml or in the script"))
        }
    }
}

/// Returns a warning about a lock file that has no effect, because the request leaves the environment open and
/// the project has none.
///
/// # Errors
/// A pyproject.toml is malformed.
pub(super) fn unused(request: &Request) -> Result<Option<Warning>> {
    let scripts = scripts(request);
    let start = scripts.first().and_then(|path| path.parent()).unwrap_or(&request.base);
    let is_active =
        ["FREEZE_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX"].iter().any(|name| std::env::var_os(name).is_some());
    let current = std::env::current_dir().unwrap_or_default();
    let has_one =
        [".venv", ".pixi"].iter().any(|name| request.base.join(name).is_dir() || current.join(name).is_dir());
    let is_named = request.python.interpreter.is_some() || request.python.environment.sync.is_some();
    if is_named || is_active || has_one || !is_open(request) {
        return Ok(None);
    }
    let Some(Source::Lock { path, .. }) = above(start)? else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let message = format!("`{name}` has no effect, since the packages are those of the default interpreter");
    Ok(Some(Warning::new(message).hint("`--sync` creates an environment from it, `--no-sync` silences this")))
}

/// Returns the scripts of a request, the main one first.
fn scripts(request: &Request) -> Vec<PathBuf> {
    let script = |entry: &Entry| match entry {
        Entry::Script(path) if path.extension().is_some_and(|e| e == "py" || e == "pyw") => {
            Some(path.clone())
        }
        _ => None,
    };
    request.programs.iter().filter_map(|p| script(&p.entry)).collect()
}

/// Whether the request leaves open where packages come from: it names neither an environment nor packages.
/// For another platform, the interpreter is named, but not its packages.
fn is_open(request: &Request) -> bool {
    let python = &request.python;
    let is_cross = request.target.is_some_and(|target| target != crate::target::Target::host());
    let names_one = python.interpreter.as_deref().is_some_and(|text| Path::new(text).is_absolute());
    python.packages.is_empty() && python.requirements.is_empty() && (is_cross || !names_one)
}

fn of_scripts(mut scripts: Vec<Script>, asked: &EnvironmentRequest) -> Result<Source> {
    if let [script] = &scripts[..] {
        let mut path = script.path.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        if path.is_file() {
            return Ok(Source::Lock { kind: Kind::Uv, path, project: None, script: scripts.pop() });
        }
    }
    if asked.locked {
        let shown = scripts[0].path.display();
        let error = Error::new(format!("the requirements of `{shown}` are not locked")).exit_code(USAGE);
        return Err(error.hint(format!("lock them: `uv lock --script {shown}`; or leave out `--locked`")));
    }
    Ok(Source::Scripts(scripts))
}

/// Searches a folder and those above it, up to the root of the repository.
pub(super) fn above(start: &Path) -> Result<Option<Source>> {
    for folder in start.ancestors() {
        let project = Project::of(folder)?;
        for (name, kind) in Kind::ALL {
            let path = folder.join(name);
            if path.is_file() {
                return Ok(Some(Source::Lock { kind, path, project, script: None }));
            }
        }
        if let Some(project) = project {
            // A workspace of uv has one lock file, in a folder above.
            if let Some(path) = workspace(&project) {
                return Ok(Some(Source::Lock { kind: Kind::Uv, path, project: Some(project), script: None }));
            }
            let file = folder.join("requirements.txt");
            let has_requirements =
                project.at(&["project"]).is_some() || project.at(&["tool", "poetry"]).is_some();
            return Ok(match file.is_file() {
                true => Some(Source::File(file, Some(project))),
                false => has_requirements.then_some(Source::Project(project)),
            });
        }
        let file = folder.join("requirements.txt");
        if file.is_file() {
            return Ok(Some(Source::File(file, None)));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

/// Returns the lock file of the workspace that a project belongs to.
fn workspace(project: &Project) -> Option<PathBuf> {
    let name = normalize(&project.name()?);
    let files = project.folder.ancestors().skip(1).map(|folder| folder.join("uv.lock"));
    files.filter(|file| file.is_file()).find(|file| {
        let table = std::fs::read_to_string(file).ok().and_then(|text| toml::from_str::<Table>(&text).ok());
        let members = table.as_ref().and_then(|t| t.get("manifest")?.get("members")?.as_array());
        members.is_some_and(|list| list.iter().any(|m| m.as_str().is_some_and(|m| normalize(m) == name)))
    })
}

impl Source {
    /// Returns the file that states the requirements.
    pub(super) fn path(&self) -> &Path {
        match self {
            Source::Scripts(scripts) => &scripts[0].path,
            Source::Lock { path, .. } | Source::File(path, _) => path,
            Source::Project(project) => &project.path,
        }
    }

    /// Returns the folder of the project.
    pub(super) fn folder(&self) -> &Path {
        self.path().parent().unwrap_or(Path::new("/"))
    }

    fn project(&self) -> Option<&Project> {
        match self {
            Source::Lock { project, .. } | Source::File(_, project) => project.as_ref(),
            Source::Project(project) => Some(project),
            Source::Scripts(_) => None,
        }
    }

    /// Returns the versions of Python that the source requires, with the file that states them.
    ///
    /// # Errors
    /// The range is malformed.
    pub(super) fn requires_python(&self) -> Result<Option<(VersionSpecifiers, PathBuf)>> {
        let scripts: Vec<&Script> = match self {
            Source::Scripts(scripts) => scripts.iter().collect(),
            Source::Lock { script, .. } => script.iter().collect(),
            _ => Vec::new(),
        };
        let of_script =
            |s: &Script| Some((s.table.get("requires-python")?.as_str()?.to_owned(), s.path.clone()));
        let mut all: Vec<(String, PathBuf)> = scripts.into_iter().filter_map(of_script).collect();
        if let Some(project) = self.project() {
            let stated = project.text(&["project", "requires-python"]);
            let poetry = || {
                let text = project.text(&["tool", "poetry", "dependencies", "python"])?;
                super::constraint::specifiers(&text).map(|versions| versions.to_string())
            };
            all.extend(stated.or_else(poetry).map(|text| (text, project.path.clone())));
        }
        let Some((_, path)) = all.first().cloned() else { return Ok(None) };
        let mut joined = Vec::new();
        for (text, path) in all {
            let range = VersionSpecifiers::from_str(&text).map_err(|e| {
                let error =
                    Error::new(format!("invalid `requires-python` in `{}`: `{text}`", path.display()));
                // The library repeats the text, with a mark of its own below it.
                let why =
                    e.to_string().lines().next().unwrap_or_default().trim_end_matches([' ', ':']).to_owned();
                excerpt::at_text(error.cause(why), &path, &text).hint("write it as in `>=3.11`")
            })?;
            joined.extend(range.iter().cloned());
        }
        Ok(Some((joined.into_iter().collect(), path)))
    }

    /// Returns what to install for the markers of an interpreter.
    ///
    /// # Errors
    /// A requirement is malformed. The lock file cannot be read, or is outdated. Nothing is locked, but must be.
    pub(super) fn wish(&self, asked: &EnvironmentRequest, at: &MarkerEnvironment) -> Result<Wish> {
        let shown = self.path().display().to_string();
        let invalid =
            |why: String| Error::new(format!("failed to read the requirements in `{shown}`")).cause(why);
        let of_project = |project: &Project| requirements(project, asked);
        match self {
            Source::Lock { kind, path, project, .. } => {
                let roots = project.as_ref().map(of_project).transpose()?.unwrap_or_default();
                let name = project.as_ref().and_then(Project::name);
                let wanted = Wanted { project: name, roots, extras: &asked.extras, groups: &asked.groups };
                let lock = Lock::read(path, *kind, &wanted)?;
                let packages = lock.needed(&wanted, at).map_err(|why| {
                    let error =
                        Error::new(format!("lock file `{shown}` does not match the project")).cause(why);
                    error.hint(format!("lock again: `{}`", kind.command()))
                })?;
                check_python(lock.requires_python.as_deref(), &shown, at)?;
                Ok(pinned(&packages))
            }
            Source::File(path, _) => {
                if asked.locked {
                    check_pins(path)?;
                }
                Ok(Wish { file: Some(path.clone()), resolves: !asked.locked, ..Wish::default() })
            }
            Source::Scripts(scripts) => {
                let mut wish = Wish { resolves: true, ..Wish::default() };
                for script in scripts {
                    let list =
                        script.table.get("dependencies").and_then(Value::as_array).into_iter().flatten();
                    let mut dependencies = Vec::new();
                    for text in list.filter_map(Value::as_str) {
                        let error = |why| excerpt::at_text(invalid(why), &script.path, text);
                        dependencies.push(Dependency::read(text).map_err(error)?);
                    }
                    let uv = script.table.get("tool").and_then(|tool| tool.get("uv"));
                    settings(&mut wish, uv, &mut dependencies, self.folder());
                    wish.plain.extend(dependencies.iter().map(Dependency::line));
                }
                Ok(wish)
            }
            Source::Project(project) => {
                if asked.locked {
                    let error =
                        Error::new(format!("the requirements in `{shown}` are not locked")).exit_code(USAGE);
                    return Err(error.hint("lock them: `uv lock`; or leave out `--locked`"));
                }
                let mut wish = Wish { resolves: true, ..Wish::default() };
                let mut dependencies = of_project(project)?;
                settings(&mut wish, project.at(&["tool", "uv"]), &mut dependencies, &project.folder);
                wish.plain = dependencies.iter().map(Dependency::line).collect();
                Ok(wish)
            }
        }
    }
}

/// Returns the requirements of a project.
fn requirements(project: &Project, asked: &EnvironmentRequest) -> Result<Vec<Dependency>> {
    project::requirements(project, &asked.extras, &asked.groups).map_err(|why| {
        let error = Error::new(format!("failed to read the requirements in `{}`", project.path.display()));
        let wrong = why.split('`').nth(1).unwrap_or_default().to_owned();
        excerpt::at_text(error.cause(why), &project.path, &wrong)
    })
}

/// Fails if a lock file is for other versions of Python.
fn check_python(range: Option<&str>, shown: &str, at: &MarkerEnvironment) -> Result<()> {
    let range = range.and_then(|text| VersionSpecifiers::from_str(text).ok());
    let version = &at.python_full_version().version;
    match range {
        Some(range) if !range.contains(version) => {
            let error = Error::new(format!("lock file `{shown}` is for Python {range}, got {version}"));
            Err(error.hint("name another interpreter with `--python`"))
        }
        _ => Ok(()),
    }
}

/// Returns pinned packages as requirements.
fn pinned(packages: &[Package]) -> Wish {
    let mut wish = Wish::default();
    for Package { name, version, source, hashes, .. } in packages {
        let hashes: String = hashes.iter().map(|hash| format!(" --hash={hash}")).collect();
        let line = match source {
            From::Index(index) => {
                wish.indexes.extend(index.clone().filter(|index| !wish.indexes.contains(index)));
                format!("{name}=={version}")
            }
            From::Url(url) => format!("{name} @ {url}"),
            From::Path(path) if path.is_dir() => {
                wish.folders.push(path.clone());
                continue;
            }
            From::Path(path) => path.display().to_string(),
            From::Project => continue,
        };
        // A commit identifies the content of a repository.
        match hashes.is_empty() {
            true => wish.plain.push(line),
            false => wish.hashed.push(format!("{line}{hashes}")),
        }
    }
    wish
}

/// Applies settings of uv: indexes, and sources of requirements.
fn settings(wish: &mut Wish, uv: Option<&Value>, dependencies: &mut [Dependency], folder: &Path) {
    let Some(uv) = uv else { return };
    let text = |table: &Value, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    wish.before = text(uv, "exclude-newer").or(wish.before.take());
    wish.index = text(uv, "index-url").or(wish.index.take());
    for url in uv.get("extra-index-url").and_then(Value::as_array).into_iter().flatten() {
        wish.indexes.extend(url.as_str().map(str::to_owned));
    }
    for index in uv.get("index").and_then(Value::as_array).into_iter().flatten() {
        let Some(url) = text(index, "url") else { continue };
        match index.get("default").and_then(Value::as_bool) {
            Some(true) => wish.index = Some(url),
            _ => wish.indexes.push(url),
        }
    }
    let sources = uv.get("sources").and_then(Value::as_table);
    for (name, source) in sources.into_iter().flatten() {
        let Some(dependency) = dependencies.iter_mut().find(|d| d.name == normalize(name)) else { continue };
        let reference = ["rev", "tag", "branch"].iter().find_map(|key| text(source, key));
        let reference = reference.map(|r| format!("@{r}")).unwrap_or_default();
        let subfolder =
            text(source, "subdirectory").map(|s| format!("#subdirectory={s}")).unwrap_or_default();
        if let Some(url) = text(source, "git") {
            dependency.url = Some(format!("git+{}{reference}{subfolder}", url.trim_start_matches("git+")));
        } else if let Some(url) = text(source, "url") {
            dependency.url = Some(url);
        } else if let Some(path) = text(source, "path") {
            dependency.url =
                Some(format!("file://{}", crate::spec::entry::absolute(&folder.join(path)).display()));
        }
    }
}

/// Fails if a requirements file does not pin each version with a hash.
fn check_pins(path: &Path) -> Result<()> {
    let text = fs_err::read_to_string(path)?;
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for (line, number) in joined.lines().zip(1..) {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        if !(line.contains("==") || line.contains(" @ ")) || !line.contains("--hash") {
            let name = crate::requirement::name(line);
            let error =
                Error::new(format!("`{name}` is not locked in `{}` (requirement {number})", path.display()))
                    .exit_code(USAGE);
            return Err(error
                .hint("write it with hashes: `uv pip compile --generate-hashes`; or leave out `--locked`"));
        }
    }
    Ok(())
}
