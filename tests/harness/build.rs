//! Freezes test programs with the `freeze` of this repository.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use crate::{Interpreter, Outcome, Run, Sandbox, apps, copy_tree, newest, root, scratch, venv};

/// Form of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One executable.
    Onefile,
    /// An executable in a folder.
    Onedir,
}

impl Mode {
    /// Both.
    pub const ALL: [Mode; 2] = [Mode::Onefile, Mode::Onedir];

    /// As in a spec.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Onefile => "onefile",
            Mode::Onedir => "onedir",
        }
    }
}

/// The `freeze` of this repository, built once as a release.
pub fn freeze() -> &'static Path {
    static FREEZE: OnceLock<PathBuf> = OnceLock::new();
    FREEZE.get_or_init(|| {
        if let Some(given) = std::env::var_os("FREEZE_TEST_BINARY") {
            return PathBuf::from(given);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let output = Command::new(cargo)
            .args(["build", "--release", "--quiet", "--package", "freeze", "--bins"])
            .current_dir(root())
            .output()
            .unwrap_or_else(|e| panic!("failed to start cargo: {e}"));
        assert!(
            output.status.success(),
            "failed to build freeze:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("release/freeze")
    })
}

/// `freeze`, with the tests' own cache.
pub fn freeze_command() -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let run = Run::new(freeze()).env("FREEZE_CACHE_DIR", cache()).env("PATH", path);
    hiding(run, newest())
}

/// The same where what the interpreter hides cannot be seen.
fn hiding(run: Run, interpreter: &Interpreter) -> Run {
    run.with_sandbox(|s| s.hidden.extend(interpreter.hides.iter().cloned()))
}

/// The builder's cache of the tests: it lies in the repository, which frozen programs cannot see.
fn cache() -> PathBuf {
    root().join("target/tmp/freeze-cache")
}

/// A program to be frozen.
#[derive(Clone, Debug)]
pub struct Build {
    case: String,
    interpreter: Interpreter,
    mode: Mode,
    spec: Option<String>,
    arguments: Vec<OsString>,
    name: Option<String>,
    requirements: Option<String>,
}

impl Build {
    /// The program in tests/apps/`case`, as its spec says.
    pub fn new(case: &str) -> Build {
        Build {
            case: case.into(),
            interpreter: newest().clone(),
            mode: Mode::Onefile,
            spec: None,
            arguments: Vec::new(),
            name: None,
            requirements: None,
        }
    }

    /// Freezes with that interpreter.
    #[must_use]
    pub fn python(mut self, interpreter: &Interpreter) -> Build {
        self.interpreter = interpreter.clone();
        self
    }

    /// Freezes in that form.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Build {
        self.mode = mode;
        self
    }

    /// Adds lines to the spec.
    #[must_use]
    pub fn spec(mut self, more: &str) -> Build {
        self.spec = Some(more.into());
        self
    }

    /// Freezes with these arguments instead of the spec; the product will have that name.
    #[must_use]
    pub fn arguments<S: AsRef<OsStr>>(mut self, name: &str, arguments: impl IntoIterator<Item = S>) -> Build {
        self.name = Some(name.into());
        self.arguments = arguments.into_iter().map(|a| a.as_ref().to_owned()).collect();
        self
    }

    /// Installs other requirements than those in requirements.txt.
    #[must_use]
    pub fn requirements(mut self, lines: &str) -> Build {
        self.requirements = Some(lines.into());
        self
    }

    /// Freezes; the sources are gone and the product lies in another folder when this returns.
    pub fn freeze(self) -> Frozen {
        let work = scratch("build");
        let (run, name) = self.prepare(work.path());
        let outcome = run.run();
        outcome.success();
        let product = work.path().join("dist").join(&name);
        if !product.exists() {
            outcome.fail(&format!("expected a product at `{}`", product.display()));
        }
        let elsewhere = scratch("app");
        crate::make_reachable(elsewhere.path());
        let moved = elsewhere.path().join(&name);
        std::fs::rename(&product, &moved).expect("both folders are in the temporary folder");
        let exe = match self.mode {
            Mode::Onefile => moved.clone(),
            Mode::Onedir => moved.join(&name),
        };
        if !exe.is_file() {
            outcome.fail(&format!("expected an executable at `{}`", exe.display()));
        }
        Frozen { exe, product: moved, mode: self.mode, case: self.case, outcome, _folder: elsewhere }
    }

    /// Puts the sources into `folder` and returns the command that freezes them into `folder`/dist, with the
    /// name that the product will have.
    pub fn prepare(&self, folder: &Path) -> (Run, String) {
        let sources = folder.join("src");
        copy_tree(&apps(), &sources);
        let case = sources.join(&self.case);
        let requirements = self
            .requirements
            .clone()
            .or_else(|| std::fs::read_to_string(case.join("requirements.txt")).ok())
            .unwrap_or_default();
        let python = if requirements.is_empty() {
            self.interpreter.exe.clone()
        } else {
            venv(&self.interpreter, &requirements).path
        };
        let mut run = hiding(freeze_command(), &self.interpreter)
            .in_folder(&case)
            .arg("--python")
            .arg(python)
            .arg("-y");
        run = run.arg("--distpath").arg(folder.join("dist")).arg("--workpath").arg(folder.join("work"));
        if let Some(name) = &self.name {
            let mode = format!("--{}", self.mode.name());
            let run =
                run.arg(mode).args(["--name", name]).arg("--specpath").arg(folder).args(&self.arguments);
            return (run, name.clone());
        }
        let spec = case.join("app.spec");
        let text = std::fs::read_to_string(&spec)
            .unwrap_or_else(|e| panic!("failed to read `{}`: {e}", spec.display()));
        let name = text
            .lines()
            .find_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"'))
            .unwrap_or_else(|| panic!("`{}` names no app", spec.display()))
            .to_owned();
        let mode = format!("mode = \"{}\"", self.mode.name());
        let mut text = text.replace("mode = \"onefile\"", &mode);
        assert!(text.contains(&mode), "`{}` says no mode", spec.display());
        if let Some(more) = &self.spec {
            text.push_str(more);
        }
        std::fs::write(&spec, text).expect("the copy is ours");
        (run.arg("app.spec"), name)
    }
}

/// A frozen program, moved away from where it was built.
#[derive(Debug)]
pub struct Frozen {
    /// The executable.
    pub exe: PathBuf,
    /// The executable (onefile) or its folder (onedir).
    pub product: PathBuf,
    /// Its form.
    pub mode: Mode,
    /// Folder in tests/apps.
    pub case: String,
    /// How the build went.
    pub outcome: Outcome,
    _folder: tempfile::TempDir,
}

impl Frozen {
    /// The program, ready to be started where no Python can be seen, with an empty home folder.
    pub fn command(&self) -> Run {
        Run::new(&self.exe).sandbox(Sandbox::without_python()).show(&self.product)
    }

    /// Starts it and compares what it prints with tests/apps/`case`/expect.txt.
    #[track_caller]
    pub fn check(&self) {
        self.command().run().prints(&self.expected());
    }

    /// What it must print.
    pub fn expected(&self) -> String {
        let path = apps().join(&self.case).join("expect.txt");
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("failed to read `{}`: {e}", path.display()))
    }
}

/// The frozen hello of tests/apps/hello, made once for all tests: they must not change it.
pub fn hello(interpreter: &Interpreter, mode: Mode) -> Arc<Frozen> {
    type Key = (String, Mode);
    type Once = Arc<OnceLock<Arc<Frozen>>>;
    static PRODUCTS: OnceLock<Mutex<HashMap<Key, Once>>> = OnceLock::new();
    let products = PRODUCTS.get_or_init(Mutex::default);
    let slot = {
        let mut products = products.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(products.entry((interpreter.name.clone(), mode)).or_default())
    };
    Arc::clone(slot.get_or_init(|| Arc::new(Build::new("hello").python(interpreter).mode(mode).freeze())))
}

/// A project of a few small files, for a test that needs a program of its own.
#[derive(Debug)]
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// An empty folder.
    pub fn new() -> Project {
        Project { folder: scratch("project") }
    }

    /// A copy of tests/programs/`name`.
    pub fn of(name: &str) -> Project {
        let project = Project::new();
        copy_tree(&root().join("tests/programs").join(name), project.path());
        project
    }

    /// A project whose `app.py` is `source`.
    pub fn script(source: &str) -> Project {
        Project::new().file("app.py", source)
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Project {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the project")).expect("the folder is ours");
        std::fs::write(path, content).expect("the folder is ours");
        self
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `freeze` in this folder, with the interpreter of tests that need just one.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.bare_command(arguments).arg("--python").arg(&newest().exe)
    }

    /// Interrupts `freeze` in this folder when the code that it runs has written a file, and expects that it ends.
    #[track_caller]
    pub fn interrupt_when_there(&self, file: &str, arguments: &[&str]) {
        let started = self.command(arguments).start();
        let begun = std::time::Instant::now();
        while !self.path().join(file).exists() {
            assert!(begun.elapsed().as_secs() < 60, "`{file}` is never written");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        started.signal(libc::SIGINT);
        started.wait().exits(130);
    }

    /// `freeze` in this folder, with no interpreter named.
    pub fn bare_command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        freeze_command().in_folder(self.path()).args(arguments).show(self.path())
    }

    /// Freezes `app.py` (or what `arguments` name) to one executable and starts that where no Python can be seen.
    #[track_caller]
    pub fn freeze<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Frozen {
        self.freeze_as(Mode::Onefile, arguments)
    }

    /// The same in another form.
    #[track_caller]
    pub fn freeze_as<S: AsRef<OsStr>>(self, mode: Mode, arguments: impl IntoIterator<Item = S>) -> Frozen {
        let arguments: Vec<OsString> = arguments.into_iter().map(|a| a.as_ref().to_owned()).collect();
        let form = format!("--{}", mode.name());
        let outcome = self.command(arguments).args([form.as_str(), "-y", "--name", "app"]).run();
        self.moved(mode, "app", outcome)
    }

    /// Freezes `app.py` for an interpreter, with nothing else said.
    #[track_caller]
    pub fn freeze_for(self, mode: Mode, interpreter: &Interpreter) -> Frozen {
        let form = format!("--{}", mode.name());
        let run = hiding(self.bare_command(["app.py", "-y", &form, "--python"]), interpreter);
        let outcome = run.arg(&interpreter.exe).run();
        self.moved(mode, "app", outcome)
    }

    /// The same for the interpreter of a virtual environment.
    #[track_caller]
    pub fn freeze_with(self, mode: Mode, python: &Path) -> Frozen {
        let form = format!("--{}", mode.name());
        let outcome = self.bare_command(["app.py", "-y", &form, "--python"]).arg(python).run();
        self.moved(mode, "app", outcome)
    }

    /// Freezes `app.spec`, which must name the app `app` and say that `mode`, for an interpreter.
    #[track_caller]
    pub fn freeze_spec_for(self, mode: Mode, interpreter: &Interpreter) -> Frozen {
        let run = hiding(self.bare_command(["app.spec", "-y", "--python"]), interpreter);
        let outcome = run.arg(&interpreter.exe).run();
        self.moved(mode, "app", outcome)
    }

    /// Freezes `app.spec`, which must name the app `app` and say that `mode`.
    #[track_caller]
    pub fn freeze_spec(self, mode: Mode) -> Frozen {
        let outcome = self.command(["app.spec", "-y"]).run();
        self.moved(mode, "app", outcome)
    }

    /// Takes the product away from the sources, which are removed.
    #[track_caller]
    pub fn moved(self, mode: Mode, name: &str, outcome: Outcome) -> Frozen {
        outcome.success();
        let mut product = self.path().join("dist").join(name);
        if !product.exists() && product.with_extension("exe").exists() {
            product.set_extension("exe");
        }
        let elsewhere = scratch("app");
        crate::make_reachable(elsewhere.path());
        let moved = elsewhere.path().join(product.file_name().expect("it has a name"));
        if let Err(e) = std::fs::rename(&product, &moved) {
            outcome.fail(&format!("expected a product at `{}`: {e}", product.display()));
        }
        let mut exe = if mode == Mode::Onedir { moved.join(name) } else { moved.clone() };
        if !exe.exists() {
            exe.set_extension("exe");
        }
        Frozen { exe, product: moved, mode, case: String::new(), outcome, _folder: elsewhere }
    }
}

impl Default for Project {
    fn default() -> Self {
        Project::new()
    }
}
