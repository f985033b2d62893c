//! `freeze doctor`: what this machine can build, and what is missing.

mod folders;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::folders::{AppCache, Cache, Output};
use crate::environment::{self, Available};
use crate::error::{Error, Result};
use crate::launcher::{self, Source};
use crate::os;
use crate::python::{self, Python};
use crate::spec::Request;
use crate::store::{Place, Store};
use crate::target::{Os, Target};
use crate::version::{self, Version};

/// What this machine can build, and what is missing.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// Whether a program without packages can be built for this machine.
    pub ready: bool,
    /// This `freeze`.
    pub freeze: Version,
    /// Its path.
    pub path: PathBuf,
    /// The interpreter that a build in this folder uses.
    pub interpreter: Option<Interpreter>,
    /// Other supported interpreters in the usual places.
    pub pythons: Vec<Installation>,
    /// The file in this folder or above it that states requirements, such as a lock file.
    pub requirements: Option<PathBuf>,
    /// The cache of builds.
    pub cache: Cache,
    /// The folder to which onefile programs extract their files.
    pub app_cache: AppCache,
    /// The folder for products.
    pub output: Output,
    /// All targets.
    pub targets: Vec<TargetState>,
    /// Where Pythons for other targets are downloaded from.
    pub mirror: String,
    /// Programs and parts of programs that some features use.
    pub tools: Vec<Tool>,
    /// The terminal.
    pub terminal: Terminal,
    /// What is missing or deserves attention.
    pub problems: Vec<Problem>,
}

/// An interpreter and its environment.
#[derive(Debug, Serialize)]
pub struct Interpreter {
    /// The executable.
    pub path: PathBuf,
    /// Version, with a letter for the build.
    pub version: String,
    /// What led to it.
    pub found_by: String,
    /// The platform of its programs.
    pub target: String,
    /// The virtual environment, if it is one.
    pub environment: Option<PathBuf>,
    /// The prefix of its installation.
    pub prefix: PathBuf,
    /// The shared libpython; `null` if the interpreter contains it.
    pub libpython: Option<PathBuf>,
    /// Number of installed distributions.
    pub distributions: usize,
}

/// An interpreter that was not run.
#[derive(Debug, Serialize)]
pub struct Installation {
    /// Version, as far as its place states it.
    pub version: String,
    /// The executable.
    pub path: PathBuf,
}

/// What there is for a target.
#[derive(Debug, Serialize)]
pub struct TargetState {
    /// Its name.
    pub name: String,
    /// Whether it is the platform of the interpreter.
    pub is_own: bool,
    /// Where the launcher is from: `embedded` or a path; `null` if there is none.
    pub launcher: Option<String>,
    /// The Python that a build uses by default; `null` if none is known.
    pub python: Option<TargetPython>,
    /// What brings the missing part.
    pub hint: Option<String>,
}

/// A Python for a target.
#[derive(Debug, Serialize)]
pub struct TargetPython {
    /// Version.
    pub version: String,
    /// `installed`, `cached` or `download`.
    pub from: &'static str,
}

/// A program that a feature uses.
#[derive(Debug, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Whether it is there.
    pub found: bool,
    /// Its path, if it is a program.
    pub path: Option<PathBuf>,
    /// The features that use it.
    pub purpose: &'static str,
    /// The command that brings it, if it is missing.
    pub hint: Option<String>,
}

/// The terminal.
#[derive(Debug, Serialize)]
pub struct Terminal {
    /// Encoding of texts, as stated by the locale.
    pub encoding: Option<String>,
    /// Columns, if the output is a terminal.
    pub width: Option<u16>,
}

/// Something that is missing or deserves attention.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// One line.
    pub message: String,
    /// The next thing to try.
    pub hint: Option<String>,
    /// Whether no program can be built.
    pub fatal: bool,
}

impl Problem {
    fn fatal(error: Error) -> Problem {
        Problem { fatal: true, ..Problem::minor(error) }
    }

    fn minor(error: Error) -> Problem {
        let Error { message, causes, hint, .. } = error;
        let message = std::iter::once(message).chain(causes).collect::<Vec<_>>().join(": ");
        Problem { message, hint, fatal: false }
    }
}

/// Examines this machine for builds in the folder `base`, with the interpreter that `python` names. Uses no
/// network and changes nothing outside the cache.
///
/// # Errors
/// No folder for the cache is found.
pub fn diagnose(base: &Path, python: Option<&str>) -> Result<Diagnosis> {
    let mut problems = Vec::new();
    let place = Place::find()?;
    let store = Store::open(&place.path)?;
    let mut request = Request { base: base.to_owned(), ..Request::default() };
    request.python.interpreter = python.map(str::to_owned);
    let found = Python::with_origin(&request, &store).map_err(|e| problems.push(Problem::fatal(e))).ok();
    let own = found.as_ref().map(|(python, _)| python);
    let requirements =
        environment::requirements_file(base).map_err(|e| problems.push(Problem::minor(e))).ok().flatten();
    if let Some(own) = own {
        check_launchers(own, &mut problems);
    }
    let cache = folders::cache(&place, &store, &mut problems);
    let output = folders::output(base, &mut problems);
    Ok(Diagnosis {
        ready: !problems.iter().any(|problem| problem.fatal),
        freeze: version::current(),
        path: std::env::current_exe().unwrap_or_default(),
        pythons: others(own),
        requirements,
        cache,
        app_cache: folders::app_cache(&mut problems),
        output,
        targets: Target::ALL.iter().map(|target| state(*target, own, &store)).collect(),
        mirror: environment::mirror(),
        tools: tools(own),
        terminal: Terminal {
            encoding: os::text_encoding(),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
        },
        interpreter: found.map(interpreter),
        problems,
    })
}

fn interpreter((python, found_by): (Python, String)) -> Interpreter {
    let (major, minor, micro) = python.version;
    let distributions = environment::distributions(&python).len();
    Interpreter {
        version: format!("{major}.{minor}.{micro}{}", python.abiflags),
        found_by,
        target: python.target.name(),
        environment: (python.prefix != python.base_prefix).then_some(python.prefix),
        prefix: python.base_prefix,
        libpython: python.libpython,
        distributions,
        path: python.executable,
    }
}

/// Returns the interpreters that a build can use with `--python VERSION`, except the default one.
fn others(own: Option<&Python>) -> Vec<Installation> {
    let own = own.map(|python| os::real(&python.executable));
    let all = python::installations().into_iter();
    all.filter(|(_, path)| Some(os::real(path)) != own)
        .map(|(version, path)| Installation { version, path })
        .collect()
}

/// Notes the launchers that a build with an interpreter lacks.
fn check_launchers(own: &Python, problems: &mut Vec<Problem>) {
    let mut needed = vec![launcher::executable(&own.target)];
    // An interpreter without a shared library needs the launcher as a library.
    if own.libpython.is_none() && own.target.os == Os::Linux {
        needed.push(launcher::twin(&own.target));
    }
    problems.extend(needed.into_iter().filter_map(Result::err).map(Problem::fatal));
}

fn state(target: Target, own: Option<&Python>, store: &Store) -> TargetState {
    let is_own = own.is_some_and(|python| python.target == target);
    let source = launcher::source(&target);
    let python = match own {
        Some(own) if is_own => {
            let (major, minor, micro) = own.version;
            Ok(Some(TargetPython { version: format!("{major}.{minor}.{micro}"), from: "installed" }))
        }
        Some(own) => environment::available(own, target, store).map(|Available { version, cached }| {
            Some(TargetPython { version, from: if cached { "cached" } else { "download" } })
        }),
        None => Ok(None),
    };
    let errors = [source.as_ref().err(), python.as_ref().err()];
    let hint = errors.into_iter().flatten().find_map(|error| error.hint.clone());
    TargetState {
        name: target.name(),
        is_own,
        hint,
        launcher: source.ok().map(|source| match source {
            Source::Embedded => "embedded".to_owned(),
            Source::File(path) => path.display().to_string(),
        }),
        python: python.ok().flatten(),
    }
}

/// Returns the programs that some features use. Without an interpreter, some of them are not known.
fn tools(own: Option<&Python>) -> Vec<Tool> {
    let signing = cfg!(feature = "signing");
    let signing = Tool {
        name: "signing",
        found: signing,
        path: None,
        purpose: "`sign` in `[macos]` with an identity",
        hint: (!signing).then(|| "build freeze with `--features signing`".to_owned()),
    };
    own.map(of_python).into_iter().flatten().chain([signing]).collect()
}

/// Returns what creates environments for an interpreter.
fn of_python(own: &Python) -> [Tool; 2] {
    let (found, hint) = match environment::installer(own) {
        Ok(found) => (Some(found), None),
        Err(error) => (None, error.hint),
    };
    let installer = Tool {
        name: found.as_ref().map_or("uv or pip", |(name, _)| name),
        found: found.is_some(),
        path: found.map(|(_, path)| path),
        purpose: "`--sync`, packages for other targets",
        hint,
    };
    let has_venv = own.stdlib.join("venv").is_dir();
    let hint = (!has_venv).then(|| "install the module `venv` (Debian: python3-venv)".to_owned());
    [installer, Tool { name: "venv", found: has_venv, path: None, purpose: "`--sync`", hint }]
}
