//! Creates an environment in the cache: a virtual environment that uv or pip fills.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::source::Wish;
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::python::Python;
use crate::python::prefix::{in_folder, on_path};
use crate::spec::EnvironmentRequest;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// Version from which pip can install into another environment.
const PIP: (u32, u32) = (22, 3);
/// Number of lines of a tool's output to show.
const LINES: usize = 12;
/// Folders that building a package does not need.
const IGNORED: [&str; 6] = [".git", ".venv", "venv", "__pycache__", "node_modules", ".tox"];

/// Returns the interpreter of an environment with what is wished for. It is created once, and again with
/// `--clean`, or if the wish or the interpreter changes.
///
/// # Errors
/// Neither uv nor pip is available, or they fail.
pub(super) fn environment(
    base: &Python,
    wish: &Wish,
    folder: &Path,
    asked: &EnvironmentRequest,
    store: &Store,
) -> Result<PathBuf> {
    let interpreter = base_of(base);
    let record = key(&interpreter, base, wish, store)?;
    let found = || {
        let kept = store.get(Bucket::Probe, &record).and_then(|value| Hash::try_from(value).ok());
        kept.and_then(|key| store.kept_folder(&key)).and_then(|kept| in_folder(&kept).ok()?)
    };
    if let Some(found) = found() {
        return Ok(found);
    }
    let _turn = store.turn(&record)?;
    // Another build may have created it in the meantime.
    if let Some(found) = found() {
        return Ok(found);
    }
    let new = store.new_folder()?;
    let created = Command::new(&interpreter)
        .args(["-I", "-m", "venv", "--without-pip"])
        .arg(new.path())
        .current_dir(new.path())
        .output_text(|| format!("failed to create a virtual environment with `{}`", interpreter.display()))?;
    created.map_err(|e| {
        e.hint(
            "install the module `venv` (Debian: python3-venv), or name another interpreter with `--python`",
        )
    })?;
    let made =
        in_folder(new.path())?.ok_or_else(|| Error::new("the new virtual environment has no interpreter"))?;
    if !wish.is_empty() {
        let tool = Tool::find(&interpreter, base)?;
        fill(&Installation { tool, environment: &made, wish, folder, is_offline: asked.offline })?;
    }
    let content = content(new.path(), &record)?;
    let kept = store.keep_folder(&content, new)?;
    if store.kept_folder(&content).is_some() {
        store.put(Bucket::Probe, &record, &content);
    }
    in_folder(&kept)?
        .ok_or_else(|| Error::new(format!("the environment `{}` has no interpreter", kept.display())))
}

/// Installs what is wished for.
fn fill(into: &Installation<'_>) -> Result<()> {
    let wish = into.wish;
    let work = tempfile::tempdir()?;
    if !wish.hashed.is_empty() {
        let file = work.path().join("hashed.txt");
        fs_err::write(&file, wish.hashed.join("\n"))?;
        into.install(&file, &["--require-hashes"])?;
    }
    let mut plain = wish.plain.clone();
    for (i, source) in wish.folders.iter().enumerate() {
        // Building writes into the folder of the sources.
        let copy = work.path().join(format!("source-{i}"));
        copy_sources(source, &copy)?;
        plain.push(copy.display().to_string());
    }
    if !plain.is_empty() {
        let file = work.path().join("requirements.txt");
        fs_err::write(&file, plain.join("\n"))?;
        into.install(&file, &[])?;
    }
    wish.file.as_ref().map_or(Ok(()), |file| into.install(file, &[]))
}

/// Returns the interpreter that an environment belongs to, or the interpreter itself.
fn base_of(python: &Python) -> PathBuf {
    if python.prefix == python.base_prefix {
        return python.executable.clone();
    }
    let (major, minor, _) = python.version;
    let names =
        [format!("bin/python{major}.{minor}{}", python.abiflags), "bin/python3".into(), "python.exe".into()];
    let mut places = names.iter().map(|name| python.base_prefix.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| python.executable.clone())
}

/// Returns the key of an environment.
fn key(interpreter: &Path, base: &Python, wish: &Wish, store: &Store) -> Result<Hash> {
    let Wish { hashed, plain, file, folders, resolves, indexes, index, before } = wish;
    let mut key = KeyBuilder::new(Code::Environment, "environment")
        .path(&crate::os::real(interpreter))
        .part(&base.version_text);
    key = key.parts(hashed).parts(plain).parts(indexes).part(format!("{resolves} {index:?} {before:?}"));
    if let Some(file) = file {
        for file in crate::python::requirements_with_included(file)? {
            key = key.part(fs_err::read(file)?);
        }
    }
    for folder in folders {
        key = key.path(folder);
        for file in source_files(folder) {
            key = key.path(&file).part(store.file_hash(&file)?);
        }
    }
    Ok(key.finish())
}

/// Returns the files of the sources of a package.
fn source_files(folder: &Path) -> Vec<PathBuf> {
    let is_ignored = |name: &str| IGNORED.contains(&name);
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let entries = walk.filter_entry(|e| e.depth() == 0 || !e.file_name().to_str().is_some_and(is_ignored));
    entries.flatten().filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    for file in source_files(from) {
        let Ok(inner) = file.strip_prefix(from) else { continue };
        let copy = to.join(inner);
        fs_err::create_dir_all(copy.parent().unwrap_or(to))?;
        fs_err::copy(&file, &copy)?;
    }
    Ok(())
}

/// Returns the key of the content of an environment, from the lists of files of its distributions. Scripts
/// are left out: they contain the path of the environment.
fn content(environment: &Path, record: &Hash) -> Result<Hash> {
    let mut key = KeyBuilder::new(Code::Environment, "content").part(record);
    let lists = walkdir::WalkDir::new(environment).sort_by_file_name().into_iter().flatten();
    for list in lists.filter(|entry| entry.file_name() == "RECORD") {
        let text = fs_err::read_to_string(list.path()).unwrap_or_default();
        key = key.parts(text.lines().filter(|line| !line.starts_with("..")));
    }
    Ok(key.finish())
}

/// Returns the name and the path of what would install packages for an interpreter.
///
/// # Errors
/// There is neither uv nor pip.
pub(super) fn installer(base: &Python) -> Result<(&'static str, PathBuf)> {
    let tool = Tool::find(&base_of(base), base)?;
    let name = tool.name();
    let (Tool::Uv(path) | Tool::Pip(path)) = tool;
    Ok((name, path))
}

/// What installs packages.
enum Tool {
    Uv(PathBuf),
    /// An interpreter that has pip.
    Pip(PathBuf),
}

impl Tool {
    fn find(interpreter: &Path, base: &Python) -> Result<Tool> {
        if let Some(uv) = on_path("uv") {
            return Ok(Tool::Uv(uv));
        }
        let mut tried = Vec::new();
        for python in [interpreter, &base.executable] {
            let output = interrupt::output(Command::new(python).args(["-I", "-m", "pip", "--version"]))?;
            let text = String::from_utf8_lossy(&output.stdout);
            let version = text.split_whitespace().nth(1).filter(|_| output.status.success());
            let mut numbers = version.unwrap_or_default().split('.').map(|n| n.parse::<u32>().unwrap_or(0));
            if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= PIP {
                return Ok(Tool::Pip(python.to_owned()));
            }
            tried.push(match version {
                Some(version) => format!("`{}` has pip {version}", python.display()),
                None => format!("`{}` has no pip", python.display()),
            });
        }
        tried.dedup();
        let error = Error::new(format!(
            "neither `uv` nor pip {}.{} or newer is available to create the environment",
            PIP.0, PIP.1
        ));
        let error = tried.into_iter().fold(error, Error::cause);
        Err(error.hint("install uv (https://docs.astral.sh/uv/), or `python3 -m pip install --upgrade pip`"))
    }

    fn name(&self) -> &'static str {
        match self {
            Tool::Uv(_) => "uv",
            Tool::Pip(_) => "pip",
        }
    }

    /// Returns the command that installs into an environment.
    fn command(&self, environment: &Path) -> Command {
        match self {
            Tool::Uv(uv) => {
                let mut command = Command::new(uv);
                command.args(["pip", "install", "--quiet", "--no-progress", "--python"]).arg(environment);
                command
            }
            Tool::Pip(python) => {
                let mut command = Command::new(python);
                command.args(["-I", "-m", "pip", "--python"]).arg(environment);
                command.args(["install", "--quiet", "--disable-pip-version-check", "--no-input"]);
                command
            }
        }
    }
}

/// An environment to fill.
struct Installation<'a> {
    tool: Tool,
    /// Its interpreter.
    environment: &'a Path,
    wish: &'a Wish,
    /// The folder of the project, from which tools read settings.
    folder: &'a Path,
    is_offline: bool,
}

impl Installation<'_> {
    /// Installs a requirements file.
    fn install(&self, file: &Path, options: &[&str]) -> Result<()> {
        let Installation { tool, environment, wish, folder, is_offline } = self;
        let mut command = tool.command(environment);
        match tool {
            Tool::Uv(_) => {
                command.args(is_offline.then_some("--offline"));
                command.args(wish.before.iter().flat_map(|before| ["--exclude-newer", before]));
            }
            Tool::Pip(_) if *is_offline => {
                let error = Error::new("the environment is not in the cache, and pip cannot work offline");
                let hint = "build once without `--offline`, or install uv, which has a cache of its own";
                return Err(error.hint(hint));
            }
            Tool::Pip(_) => {}
        }
        command.args((!wish.resolves).then_some("--no-deps")).args(options);
        command.args(wish.index.iter().flat_map(|url| ["--index-url", url]));
        command.args(wish.indexes.iter().flat_map(|url| ["--extra-index-url", url]));
        command.arg("-r").arg(file).current_dir(folder);
        let how = if *is_offline { " offline" } else { "" };
        let failed = || format!("failed to create the environment{how} by {}", tool.name());
        command.output_text(failed)?.map_err(|e| match is_offline {
            true => e.hint("build once without `--offline`"),
            false => e.hint("`--python` builds with an environment of your own instead"),
        })
    }
}

/// Running a command and keeping the end of its messages.
trait OutputText {
    /// Runs a command. The inner error contains the end of what it printed.
    fn output_text(&mut self, failed: impl Fn() -> String) -> Result<Result<()>>;
}

impl OutputText for Command {
    fn output_text(&mut self, failed: impl Fn() -> String) -> Result<Result<()>> {
        let output = interrupt::output(self).context(&failed)?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let end = lines[lines.len().saturating_sub(LINES)..].join("\n");
        Ok(Err(Error::new(failed()).excerpt(end)))
    }
}
