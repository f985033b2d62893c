//! The target interpreter: probed once, without running its `site` customizations twice, and cached. An
//! interpreter for another platform is read instead.

mod base;
mod cache;
mod cross;
mod editable;
mod find;
mod installed;
mod packages;
mod parts;
mod places;
pub(crate) mod prefix;
pub(crate) mod record;

pub use cross::Cross;
pub(crate) use packages::requirements_with_included;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use pep508_rs::MarkerEnvironment;
use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Result, Warning};
use crate::interrupt;
use crate::requirement;
use crate::spec::Request;
use crate::store::Store;
use crate::target::{Arch, Os, Target};

/// The properties of the target interpreter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Python {
    /// The interpreter that compiles source.
    pub executable: PathBuf,
    /// Major, minor, micro.
    pub version: (u8, u8, u8),
    /// `sys.abiflags`: empty, `t`, `d`, `td`.
    pub abiflags: String,
    /// The platform that it runs on; `probe.py` states its parts.
    #[serde(default = "Target::host")]
    pub target: Target,
    /// `sys.prefix`, which is that of the venv, if any.
    pub prefix: PathBuf,
    /// `sys.base_prefix`.
    pub base_prefix: PathBuf,
    /// `sys.base_exec_prefix`.
    pub base_exec_prefix: PathBuf,
    /// Folder of the standard library.
    pub stdlib: PathBuf,
    /// Folder of the standard library's extension modules.
    pub dynload: PathBuf,
    /// `sys.path` as seen by the program, without the script's own folder, after processing `.pth` files.
    pub search_path: Vec<PathBuf>,
    /// `importlib.machinery.EXTENSION_SUFFIXES`, in order.
    pub extension_suffixes: Vec<String>,
    /// `importlib.util.MAGIC_NUMBER`.
    pub magic: [u8; 4],
    /// `sys.implementation.cache_tag`, as in `cpython-312`.
    pub cache_tag: String,
    /// `sys.builtin_module_names`.
    pub builtin_modules: Vec<String>,
    /// Modules frozen into the interpreter itself (`_imp.is_frozen`), and whether each is a package.
    pub frozen_modules: Vec<(String, bool)>,
    /// The shared libpython, resolved to a file.
    pub libpython: Option<PathBuf>,
    /// Top-level names that finders of editable installs (PEP 660) map to a folder or file.
    #[serde(default)]
    pub editable: Vec<(String, PathBuf)>,
    /// Opcodes of import instructions (`opcode.opmap`), for modules without source.
    pub opcodes: BTreeMap<String, u8>,
    /// `platform.machine()`, for environment markers.
    pub machine: String,
    /// `sys.version`, for the report.
    pub version_text: String,
    /// Set if it was read instead of run. `executable` is then another interpreter with the same version.
    pub cross: Option<Cross>,
    /// Warnings about the packages that were added to it.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// The oldest and the newest supported minor version of Python 3.
pub const SUPPORTED: (u8, u8) = (9, 15);

/// The output of `probe.py`.
#[derive(Debug, Deserialize)]
struct Answer {
    implementation: String,
    sys_platform: String,
    musl: bool,
    pointer_bits: u8,
    site_folders: Vec<PathBuf>,
    #[serde(flatten)]
    python: Python,
}

impl Python {
    /// Finds the requested interpreter and probes the properties that analysis needs. Its answer is stored
    /// until the interpreter, its venv or a `.pth` file changes.
    ///
    /// # Errors
    /// There is no interpreter, it does not run, or it is not a supported CPython.
    pub fn probe(request: &Request, store: &Store) -> Result<Python> {
        Python::probe_with(request, store, &packages::Limits::new())
    }

    /// Whether a request is for another platform, and names no Python for it: none at all, or an environment or a
    /// version of this machine.
    pub(crate) fn is_missing(request: &Request) -> bool {
        let named = request.python.interpreter.as_ref().map(|text| request.base.join(text));
        let is_other_file = named.is_some_and(|path| path.is_file() && !crate::os::is_program(&path));
        !is_other_file && cross::given(request).is_err()
    }

    /// Returns the interpreter of this machine that a request names, or the default one.
    ///
    /// # Errors
    /// There is no interpreter, or it does not run.
    pub(crate) fn of_this_machine(request: &Request, store: &Store) -> Result<Python> {
        running(&find::interpreter(request, store)?, store)
    }

    /// Returns the interpreter of this machine that a request names, or the default one, and what led to it.
    ///
    /// # Errors
    /// There is no interpreter, or it does not run.
    pub(crate) fn with_origin(request: &Request, store: &Store) -> Result<(Python, String)> {
        let found = find::found(request, store)?;
        Ok((running(&found.path, store)?, found.by))
    }

    /// Unpacks an archive with a Python to a folder.
    ///
    /// # Errors
    /// It is damaged, or contains paths outside the folder.
    pub(crate) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
        cross::unpack(archive, folder)
    }

    fn probe_with(request: &Request, store: &Store, limits: &packages::Limits) -> Result<Python> {
        let mut python = match cross::given(request)? {
            Some((path, target)) => cross::read(&path, target, store)?,
            None => {
                let interpreter = find::interpreter(request, store)?;
                let mut python = running(&interpreter, store)?;
                cross::turn(&mut python, request.target)?;
                fits(&python, request, &interpreter)?;
                python
            }
        };
        packages::add(&mut python, request, limits, store)?;
        let mut path = request.python.paths.clone();
        path.extend(python.search_path.drain(..).filter(|p| !request.python.paths.contains(p)));
        path.extend(request.python.fallback.iter().cloned());
        python.search_path = path;
        Ok(python)
    }

    /// Returns the native file of the interpreter for the application: libpython, or else the interpreter
    /// itself.
    pub fn core(&self) -> &Path {
        let program = || self.cross.as_ref().and_then(|cross| cross.program.as_deref());
        self.libpython.as_deref().or_else(program).unwrap_or(&self.executable)
    }

    /// Returns the prefixes that conda or pixi manage: the interpreter's own, or that of its base.
    pub(crate) fn conda_prefixes(&self) -> impl Iterator<Item = &Path> {
        let base = (self.base_prefix != self.prefix).then_some(&self.base_prefix);
        let prefixes = std::iter::once(&self.prefix).chain(base);
        prefixes.filter(|prefix| prefix.join("conda-meta").is_dir()).map(PathBuf::as_path)
    }

    /// Returns the root folder (`/`) of the target, which is searched for files of the system.
    pub fn root(&self) -> &Path {
        self.cross.as_ref().map_or(Path::new("/"), |cross| &cross.root)
    }

    /// Returns a Python of which only the platform is known.
    #[cfg(test)]
    pub(crate) fn blank(target: Target) -> Python {
        Python {
            executable: PathBuf::new(),
            version: (3, 11, 2),
            abiflags: String::new(),
            target,
            prefix: PathBuf::new(),
            base_prefix: PathBuf::new(),
            base_exec_prefix: PathBuf::new(),
            stdlib: PathBuf::new(),
            dynload: PathBuf::new(),
            search_path: Vec::new(),
            extension_suffixes: Vec::new(),
            magic: [0; 4],
            cache_tag: String::new(),
            builtin_modules: Vec::new(),
            frozen_modules: Vec::new(),
            libpython: None,
            editable: Vec::new(),
            opcodes: BTreeMap::new(),
            machine: target.machine().to_owned(),
            version_text: String::new(),
            cross: None,
            warnings: Vec::new(),
        }
    }

    /// Returns the minor version: 12 for Python 3.12.
    pub fn minor(&self) -> u8 {
        self.version.1
    }

    /// The values of environment markers (PEP 508) on its target.
    pub(crate) fn markers(&self) -> Option<MarkerEnvironment> {
        requirement::environment(self.version, self.target, &self.machine)
    }

    /// Whether a path belongs to the standard library, excluding its `site-packages`.
    pub fn in_stdlib(&self, path: &Path) -> bool {
        let inside = path.strip_prefix(&self.stdlib).or_else(|_| path.strip_prefix(&self.dynload));
        inside.is_ok_and(|rest| !rest.starts_with("site-packages") && !rest.starts_with("dist-packages"))
    }
}

/// Returns the supported interpreters in the usual places of this machine, each once: version and path. A place
/// states the version, so that none is run.
pub(crate) fn installations() -> Vec<(String, PathBuf)> {
    let mut seen = Vec::new();
    // A shim starts one of the others.
    let all = places::groups().flat_map(|group| group.found).filter(|found| !find::is_script(&found.path));
    let new = all.filter(|installed| {
        let real = crate::os::real(&installed.path);
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    new.map(|installed| (installed.release.to_string(), installed.path)).collect()
}

/// Returns the versions of these interpreters.
fn versions() -> Vec<String> {
    let mut versions: Vec<String> = installations().into_iter().map(|(version, _)| version).collect();
    versions.dedup();
    versions
}

/// Returns the answer of an interpreter on this machine, which is stored until it changes.
fn running(interpreter: &Path, store: &Store) -> Result<Python> {
    if let Some(python) = cache::recall(store, interpreter) {
        return Ok(python);
    }
    let answer = ask(interpreter)?;
    let sites = answer.site_folders.clone();
    let mut python = from_answer(answer, interpreter)?;
    python.editable = editable::mappings(&python.search_path);
    cache::remember(store, interpreter, &python, &sites);
    Ok(python)
}

/// Fails if an interpreter is not for the requested target.
fn fits(python: &Python, request: &Request, interpreter: &Path) -> Result<()> {
    match request.target {
        Some(target) if target != python.target => {
            let (shown, got) = (interpreter.display(), python.target.name());
            Err(Error::new(format!("interpreter `{shown}` is for {got}, expected {}", target.name()))
                .hint("name the folder, zip or tar of a Python for the target with `--python`"))
        }
        _ => Ok(()),
    }
}

/// Runs `probe.py` in the interpreter.
fn ask(interpreter: &Path) -> Result<Answer> {
    let output = run(interpreter, include_str!("probe.py"))?;
    if !output.status.success() {
        let version = run(interpreter, "import sys; sys.stdout.write(sys.version.split()[0])")
            .ok()
            .filter(|o| o.status.success())
            .and_then(|o| String::from_utf8(o.stdout).ok());
        if let Some(version) = version.as_deref().filter(|v| older(v)) {
            return Err(unsupported(version, interpreter));
        }
        return Err(crashed(interpreter, &output));
    }
    // Output of import lines in .pth files precedes the answer.
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|l| l.starts_with('{')).unwrap_or_default();
    serde_json::from_str(line).map_err(|e| {
        Error::from(e)
            .context(format!("failed to read the answer of interpreter `{}`", interpreter.display()))
    })
}

/// Runs code in isolated mode.
fn run(interpreter: &Path, code: &str) -> Result<std::process::Output> {
    let mut command = Command::new(interpreter);
    interrupt::output(command.args(["-I", "-X", "utf8", "-c", code]))
        .context(|| format!("failed to run interpreter `{}`", interpreter.display()))
}

/// Whether a version such as `3.8.10` is older than the supported ones.
fn older(version: &str) -> bool {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    major < 3 || (major == 3 && minor < u32::from(SUPPORTED.0))
}

fn unsupported(version: &str, interpreter: &Path) -> Error {
    let (low, high) = SUPPORTED;
    let message =
        format!("interpreter `{}` is Python {version}, expected 3.{low} to 3.{high}", interpreter.display());
    Error::new(message).hint("name another one with `--python` or `interpreter` in `[python]`")
}

fn crashed(interpreter: &Path, output: &std::process::Output) -> Error {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let mut lines: Vec<&str> = stderr.lines().rev().filter(|l| !l.trim().is_empty()).take(6).collect();
    lines.reverse();
    let mut error = Error::new(format!(
        "failed to probe interpreter `{}`: it ended with {}",
        interpreter.display(),
        output.status
    ));
    if !lines.is_empty() {
        error = error.excerpt(lines.join("\n"));
    }
    error.hint("check that it runs: `python -I -c 'import json, sysconfig'`")
}

fn from_answer(answer: Answer, interpreter: &Path) -> Result<Python> {
    let shown = interpreter.display();
    if answer.implementation != "cpython" {
        return Err(Error::new(format!(
            "interpreter `{shown}` is {}, expected CPython",
            answer.implementation
        ))
        .hint("name a CPython with `--python` or `interpreter` in `[python]`"));
    }
    let (major, minor, micro) = answer.python.version;
    if major != 3 || minor < SUPPORTED.0 || minor > SUPPORTED.1 {
        return Err(unsupported(&format!("{major}.{minor}.{micro}"), interpreter));
    }
    let os = match answer.sys_platform.as_str() {
        "linux" => Os::Linux,
        "win32" => Os::Windows,
        "darwin" => Os::Macos,
        other => {
            return Err(Error::new(format!(
                "interpreter `{shown}` is for platform `{other}`, expected linux, win32 or darwin"
            )));
        }
    };
    let arch = match answer.python.machine.to_ascii_lowercase().as_str() {
        "x86_64" | "amd64" if answer.pointer_bits == 64 => Arch::X86_64,
        "aarch64" | "arm64" if answer.pointer_bits == 64 => Arch::Aarch64,
        other => {
            return Err(Error::new(format!(
                "interpreter `{shown}` is for a {}-bit `{other}` processor, expected x86_64 or aarch64",
                answer.pointer_bits
            )));
        }
    };
    Ok(Python { target: Target { os, arch, musl: answer.musl }, ..answer.python })
}
