//! Interpreters of this machine and virtual environments made from them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::root;

/// Packages uploaded later are not used, so that a test fails for a reason in this repository.
const NEWEST_UPLOAD: &str = "2026-11-01";

/// What is asked of an interpreter, as `key=value` lines.
const QUESTIONS: &str = include_str!("questions.py");

/// An interpreter of this machine.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// `3.12`, or `3.11-system` for the one that the operating system brings; `3.14t` runs without the global lock,
    /// `3.13d` was built for debugging.
    pub name: String,
    /// The executable.
    pub exe: PathBuf,
    /// Its version.
    pub version: (u8, u8, u8),
    /// Where it is installed.
    pub prefix: PathBuf,
    /// `sys.abiflags`: `t`, `d`, `td`, or nothing.
    pub abiflags: String,
    /// Folder of its standard library, without those above it: `python3.14t`.
    pub library: String,
    /// Folder of its shared library.
    libdir: PathBuf,
    /// Optional modules of the standard library that it was built without.
    pub lacks: Vec<String>,
    /// Whether its executable needs the shared libpython.
    linked: bool,
    /// Files that `freeze` must not see when it freezes with it.
    pub hides: Vec<PathBuf>,
}

impl Interpreter {
    /// `3.12`.
    pub fn minor(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    fn is_system(&self) -> bool {
        ["/usr", "/usr/local"].iter().any(|p| self.prefix == Path::new(p))
    }

    /// The shared libpython that comes with it, under all its names.
    fn shared_libraries(&self) -> Vec<PathBuf> {
        let folders = [self.prefix.join("lib"), self.libdir.clone()];
        let entries = folders.iter().flat_map(std::fs::read_dir).flatten().flatten();
        let found: BTreeSet<PathBuf> = entries
            .filter(|e| {
                let name = e.file_name();
                let name = name.to_string_lossy();
                name.starts_with(&format!("libpython{}", self.minor())) && name.contains(".so")
            })
            .filter_map(|e| e.path().canonicalize().ok())
            .collect();
        found.into_iter().collect()
    }

    /// The files and folders without which it is gone.
    fn places(&self) -> Vec<PathBuf> {
        if !self.is_system() {
            return vec![self.prefix.clone()];
        }
        let mut places = Vec::new();
        let folders = [
            self.prefix.join("bin"),
            self.prefix.join("lib"),
            self.prefix.join("share"),
            self.libdir.clone(),
        ];
        for folder in folders {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if name.starts_with("python3") || name.starts_with("libpython3") {
                    places.extend(entry.path().canonicalize());
                }
            }
        }
        places
    }
}

struct Survey {
    usable: Vec<Interpreter>,
    /// Those whose executable holds all of Python, where the shared libpython that comes with them is not there.
    alone: Vec<Interpreter>,
    places: BTreeSet<PathBuf>,
}

/// All interpreters that can be frozen, newest last.
pub fn interpreters() -> &'static [Interpreter] {
    &survey().usable
}

/// Every file and folder that belongs to any Python of this machine.
pub(crate) fn places() -> Vec<PathBuf> {
    survey().places.iter().cloned().collect()
}

/// Reports that the running test is skipped because this machine lacks something that can be installed. With `CI=true`, which
/// promises that everything is there, the test fails instead.
pub fn skip(reason: &str) {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!in_ci, "skipped in CI, which should have what is missing: {reason}");
    skip_unavailable(reason);
}

/// The same for what a machine has or has not, such as versions of Python. A test that then starts no program counts as skipped.
pub fn skip_unavailable(reason: &str) {
    crate::runner::note_skipped(reason);
}

/// Interpreters whose executable holds all of Python, without the shared libpython that may come with them; at least one,
/// or it is said (as [`skip_unavailable`] does) that the machine has none.
pub fn without_libpython() -> &'static [Interpreter] {
    let found = &survey().alone;
    if found.is_empty() {
        skip_unavailable("no Python without a shared libpython on this machine");
    }
    found
}

/// The interpreter of that name; `None` (said as [`skip_unavailable`] does) where the machine has none. `3.11-static` is one that has
/// no shared libpython.
pub fn interpreter(name: &str) -> Option<&'static Interpreter> {
    let found = interpreters().iter().chain(&survey().alone).find(|i| i.name == name);
    if found.is_none() {
        skip_unavailable(&format!("no Python {name} on this machine"));
    }
    found
}

/// The interpreter of tests that need just one: the one that `FREEZE_TEST_PYTHON` names, 3.12, or the newest there is.
pub fn newest() -> &'static Interpreter {
    if let Some(name) = std::env::var_os("FREEZE_TEST_PYTHON") {
        let name = name.to_str().expect("names of interpreters are plain");
        return interpreter(name).unwrap_or_else(|| panic!("no Python `{name}` on this machine"));
    }
    let all = interpreters();
    let chosen = all.iter().find(|i| i.name == "3.12").or(all.last());
    chosen.expect("no usable Python found: looked in pyenv, /usr/bin, /usr/local/bin and PATH")
}

fn survey() -> &'static Survey {
    static SURVEY: OnceLock<Survey> = OnceLock::new();
    SURVEY.get_or_init(|| {
        let mut survey = Survey { usable: Vec::new(), alone: Vec::new(), places: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        let mut log = String::new();
        // Those of a name that another has: an executable without libpython may be among them.
        let mut others = Vec::new();
        for exe in candidates() {
            let Ok(real) = exe.canonicalize() else { continue };
            if !seen.insert(real) {
                continue;
            }
            match ask(&exe) {
                Ok(found) => {
                    survey.places.extend(found.places());
                    if found.version < (3, 9, 0) {
                        let _ = writeln!(log, "skipped: {} is Python {}", exe.display(), found.minor());
                    } else if let Some(other) = survey.usable.iter().find(|i| i.name == found.name) {
                        let same = other.exe.display();
                        let _ = writeln!(log, "skipped: {} is {} like {same}", exe.display(), found.name);
                        others.push(found);
                    } else {
                        survey.usable.push(found);
                    }
                }
                Err(reason) => {
                    let _ = writeln!(log, "skipped: {}: {reason}", exe.display());
                }
            }
        }
        survey.usable.sort_by(|a, b| a.version.cmp(&b.version).then(a.name.cmp(&b.name)));
        for i in survey.usable.iter().chain(&others).filter(|i| !i.linked) {
            let hides = i.shared_libraries();
            let name = format!("{}{}-static", i.minor(), i.abiflags);
            if survey.alone.iter().any(|other| other.name == name) {
                let _ = writeln!(log, "skipped: {} is {name} like another one", i.exe.display());
                continue;
            }
            survey.alone.push(Interpreter { name, hides, ..i.clone() });
        }
        for i in survey.usable.iter().chain(&survey.alone) {
            let _ = writeln!(log, "found: Python {} at {}", i.name, i.exe.display());
        }
        eprint!("{log}");
        survey
    })
}

/// Executables that may be interpreters, in order of preference.
fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    if let Some(list) = std::env::var_os("FREEZE_TEST_PYTHONS") {
        found.extend(std::env::split_paths(&list));
    }
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv")));
    let uv = std::env::var_os("UV_PYTHON_INSTALL_DIR")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share/uv/python")));
    for versions in pyenv.map(|p| p.join("versions")).into_iter().chain(uv) {
        let mut folders: Vec<PathBuf> =
            std::fs::read_dir(versions).into_iter().flatten().flatten().map(|e| e.path()).collect();
        // Of two patch releases the newer one is preferred.
        folders.sort_by_key(|f| {
            let name = f.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // `3.13.0t`, `cpython-3.13.0+freethreaded-linux-x86_64-gnu`
            let parts = name.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
            std::cmp::Reverse(parts.map(|n| n.parse().unwrap_or(0)).collect::<Vec<u32>>())
        });
        found.extend(folders.into_iter().map(|f| f.join("bin/python3")));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    for folder in ["/usr/bin".into(), "/usr/local/bin".into()].into_iter().chain(std::env::split_paths(&path))
    {
        // Shims decide at run time which interpreter they are: the interpreters themselves are found above.
        if folder.ends_with("shims") {
            continue;
        }
        let mut here: Vec<PathBuf> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|e| {
                let name = e.file_name();
                let rest = name.to_str().and_then(|n| n.strip_prefix("python3"));
                // `python3.14t` and `python3.13d`, and as some distributions name them.
                let rest = rest.map(|r| r.trim_end_matches("-dbg").trim_end_matches("-nogil"));
                let rest = rest.map(|r| r.trim_end_matches(['t', 'd']));
                rest.is_some_and(|r| r.chars().all(|c| c == '.' || c.is_ascii_digit()))
            })
            .map(|e| e.path())
            .collect();
        here.sort();
        found.extend(here);
    }
    found.retain(|f| f.is_file());
    found
}

fn ask(exe: &Path) -> Result<Interpreter, String> {
    let output = Command::new(exe)
        .args(["-I", "-c", QUESTIONS])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("it cannot be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("it fails: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let value =
        |key: &str| text.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    if value("implementation") != "cpython" {
        return Err(format!("it is {}", value("implementation")));
    }
    let numbers: Vec<u8> = value("version").split('.').filter_map(|n| n.parse().ok()).collect();
    let &[major, minor, patch] = numbers.as_slice() else { return Err("it tells no version".into()) };
    let libdir = Path::new(value("libdir"));
    let multiarch = libdir.join(value("multiarch"));
    let abiflags = value("abiflags");
    let stdlib = Path::new(value("stdlib"));
    let mut found = Interpreter {
        name: format!("{major}.{minor}{abiflags}"),
        exe: exe.to_owned(),
        version: (major, minor, patch),
        prefix: PathBuf::from(value("prefix")),
        abiflags: abiflags.into(),
        library: stdlib.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        libdir: if multiarch.is_dir() { multiarch } else { libdir.to_owned() },
        lacks: text.lines().filter_map(|l| l.strip_prefix("lacks=")).map(String::from).collect(),
        linked: value("linked") == "1",
        hides: Vec::new(),
    };
    if found.is_system() {
        found.name.push_str("-system");
    }
    Ok(found)
}

/// A virtual environment.
#[derive(Clone, Debug)]
pub struct Venv {
    /// Its folder.
    pub path: PathBuf,
}

impl Venv {
    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.path.join("bin/python")
    }
}

/// A virtual environment of `interpreter` with the distributions that `requirements` (lines of a requirements
/// file) asks for. Made once and kept in tests/.venvs.
pub fn venv(interpreter: &Interpreter, requirements: &str) -> Venv {
    let mut lines: Vec<&str> = requirements.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    lines.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (&lines, NEWEST_UPLOAD, interpreter.version, &interpreter.exe).hash(&mut hasher);
    let folder = venvs();
    let name = format!("{}-{:016x}", interpreter.name, hasher.finish());
    let path = folder.join(&name);
    let _lock = lock(&folder.join(format!("{name}.lock")));
    let complete = path.join(".complete");
    if !complete.exists() {
        let _ = std::fs::remove_dir_all(&path);
        let uv = uv();
        let mut make = Command::new(uv);
        make.args(["venv", "--quiet", "--python"]).arg(&interpreter.exe).arg(&path);
        must(&mut make);
        if !lines.is_empty() {
            let list = path.join("requirements.txt");
            std::fs::write(&list, lines.join("\n")).expect("the new venv is writable");
            let mut install = Command::new(uv);
            install.args(["pip", "install", "--quiet", "--only-binary", ":all:"]);
            install.args(["--exclude-newer", NEWEST_UPLOAD, "--python"]).arg(path.join("bin/python"));
            install.arg("-r").arg(&list);
            must(&mut install);
        }
        std::fs::write(&complete, "").expect("the new venv is writable");
    }
    Venv { path }
}

fn venvs() -> PathBuf {
    let folder = root().join("tests/.venvs");
    std::fs::create_dir_all(&folder).expect("tests/ is writable");
    folder
}

/// The installer: `uv` from PyPI, which makes an environment in a tenth of the time that pip takes.
pub fn uv() -> &'static Path {
    static UV: OnceLock<PathBuf> = OnceLock::new();
    UV.get_or_init(|| {
        let folder = venvs().join("uv");
        let uv = folder.join("bin/uv");
        let complete = folder.join(".complete");
        let _lock = lock(&venvs().join("uv.lock"));
        if !complete.exists() {
            let _ = std::fs::remove_dir_all(&folder);
            must(Command::new(&newest().exe).args(["-m", "venv"]).arg(&folder));
            must(Command::new(folder.join("bin/python")).args(["-m", "pip", "install", "--quiet", "uv"]));
            std::fs::write(&complete, "").expect("the new venv is writable");
        }
        uv
    })
}

/// Takes the lock of a file until the value is dropped; other processes wait.
pub(crate) fn lock(path: &Path) -> File {
    let file = File::create(path).unwrap_or_else(|e| panic!("failed to create `{}`: {e}", path.display()));
    file.lock().unwrap_or_else(|e| panic!("failed to lock `{}`: {e}", path.display()));
    file
}

/// Runs a command that prepares a test, with the environment that pip and uv are to see.
fn must(command: &mut Command) {
    command
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_NO_INPUT", "1")
        .env("PIP_ROOT_USER_ACTION", "ignore");
    command.env("UV_NO_PROGRESS", "1").env("UV_PYTHON_DOWNLOADS", "never");
    command.env("UV_NO_CONFIG", "1").env_remove("UV_VENV_SEED");
    for name in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"] {
        command.env_remove(name);
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("failed to start {:?}: {e}", command.get_program()));
    assert!(
        output.status.success(),
        "{command:?} failed with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
