//! Programs that lie in folders: what they print frozen, in both forms, moved elsewhere, with no Python to be seen, must be
//! what they print unfrozen. docs/contributing/testing.md describes the folders and the directives in the head of an entry.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{
    Frozen, Interpreter, Mode, Outcome, Project, Run, copy_tree, interpreters, newest, root, scratch, venv,
};

/// The names of the folders in `folder`.
pub fn folders_in(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

/// A test for each program: its name is that of a folder in tests/programs/`area`.
#[macro_export]
macro_rules! programs {
    ($area:literal: $($name:ident;)*) => {
        $(#[test] fn $name() { $crate::Program::of(concat!($area, "/", stringify!($name))).check(); })*
    };
}

/// What the comments at the head of an entry say.
#[derive(Clone, Debug, Default)]
pub struct Directives {
    /// Marks an entry that is not the `app.py` at the top.
    pub entry: bool,
    /// Options of `freeze`.
    pub freeze: Vec<String>,
    /// Requirements.
    pub requires: Vec<String>,
    /// The arguments of each run.
    pub args: Vec<Vec<String>>,
    /// `oldest`, `usual`, `latest`.
    pub python: Vec<String>,
    /// The last line of what it prints.
    pub expect: Option<String>,
}

impl Directives {
    /// Reads the comments above the code.
    ///
    /// # Panics
    /// A directive has a value that it cannot have.
    pub fn read(source: &str) -> Directives {
        let mut found = Directives::default();
        for line in source.lines() {
            let Some(comment) = line.strip_prefix('#') else {
                if line.trim().is_empty() {
                    continue;
                }
                break;
            };
            let comment = comment.trim();
            let (key, value) = comment.split_once(':').unwrap_or((comment, ""));
            let words = || value.split_whitespace().map(str::to_owned);
            match key {
                "entry" => found.entry = true,
                "freeze" => found.freeze.extend(words()),
                "requires" => found.requires.push(value.trim().to_owned()),
                "args" => found.args.push(words().collect()),
                "python" => found.python.extend(words()),
                "expect" => found.expect = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        found
    }

    /// The interpreters: the usual one, if none are named.
    fn interpreters(&self) -> Vec<&'static Interpreter> {
        let mut found: Vec<&Interpreter> = Vec::new();
        let named = self.python.iter().map(|word| match word.as_str() {
            "oldest" => interpreters().first(),
            "usual" => Some(newest()),
            "latest" => interpreters().last(),
            other => panic!("`# python: {other}`: expected `oldest`, `usual` or `latest`"),
        });
        for interpreter in named.chain(self.python.is_empty().then(|| Some(newest()))).flatten() {
            if found.iter().all(|known| known.name != interpreter.name) {
                found.push(interpreter);
            }
        }
        found
    }
}

/// A folder with a program, and what a test adds to it.
#[derive(Clone, Debug)]
pub struct Program {
    folder: PathBuf,
    own: Vec<(String, Vec<u8>)>,
    installed: Vec<(String, Vec<u8>)>,
}

impl Program {
    /// The program in tests/programs/`name`.
    pub fn of(name: &str) -> Program {
        Program::in_folder(&root().join("tests/programs").join(name))
    }

    /// The program in a folder.
    pub fn in_folder(folder: &Path) -> Program {
        assert!(folder.is_dir(), "there is no program at `{}`", folder.display());
        Program { folder: folder.to_owned(), own: Vec::new(), installed: Vec::new() }
    }

    /// A program whose `app.py` is made by the test.
    pub fn script(source: &str) -> Program {
        Program { folder: PathBuf::new(), own: Vec::new(), installed: Vec::new() }.file("app.py", source)
    }

    /// Adds a file of the program, or replaces it.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Program {
        self.own.push((path.to_owned(), content.as_ref().to_owned()));
        self
    }

    /// Adds an installed file, relative to the environment's folder of packages; an executable, if it lies above that.
    #[must_use]
    pub fn installed(mut self, path: &str, content: impl AsRef<[u8]>) -> Program {
        self.installed.push((path.to_owned(), content.as_ref().to_owned()));
        self
    }

    /// What is in a file of the folder.
    pub fn source(&self, path: &str) -> String {
        let path = self.folder.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("failed to read `{}`: {e}", path.display()))
    }

    /// Its entries with their directives.
    fn entries(&self) -> Vec<(String, Directives)> {
        let files = walkdir::WalkDir::new(&self.folder).sort_by_file_name().into_iter().flatten();
        let files = files.filter_map(|file| {
            let path = file.path().strip_prefix(&self.folder).unwrap().to_str().unwrap().to_owned();
            let is_own = path.ends_with(".py") && !path.starts_with("site-packages/");
            is_own.then(|| (path, std::fs::read(file.path()).unwrap()))
        });
        let mut found = Vec::new();
        for (path, source) in files.chain(self.own.iter().cloned()) {
            let directives = Directives::read(&String::from_utf8_lossy(&source));
            if directives.entry || path == "app.py" {
                found.retain(|(known, _)| *known != path);
                found.push((path, directives));
            }
        }
        if found.len() > 1 {
            found.retain(|(_, directives)| directives.entry);
        }
        assert!(!found.is_empty(), "{} holds no program", self.folder.display());
        found
    }

    /// Its sources, with its libraries compiled.
    fn sources(&self) -> Project {
        let project = Project::new();
        if self.folder.is_dir() {
            copy_tree(&self.folder, project.path());
        }
        let _ = std::fs::remove_dir_all(project.path().join("site-packages"));
        for entry in walkdir::WalkDir::new(project.path()).sort_by_file_name().into_iter().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "c") {
                let stem = path.file_stem().unwrap().to_str().unwrap();
                let library = path.with_file_name(format!("lib{stem}.so"));
                let compiler =
                    Run::new("/usr/bin/gcc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(path);
                compiler.env("PATH", "/usr/bin:/bin").run().success();
            }
        }
        self.own.iter().fold(project, |project, (path, content)| project.file(path, content))
    }

    /// What it requires, by its directives and by the file of that name.
    fn requirements(&self, directives: &Directives) -> String {
        let file = std::fs::read_to_string(self.folder.join("requirements.txt")).unwrap_or_default();
        [directives.requires.join("\n"), file].join("\n").trim().to_owned()
    }

    /// The interpreter of a virtual environment with what the program requires: one that all programs share, or, with
    /// packages of its own, one for itself in a folder that goes with the value.
    fn environment(
        &self,
        directives: &Directives,
        interpreter: &Interpreter,
    ) -> (PathBuf, Option<tempfile::TempDir>) {
        let requirements = self.requirements(directives);
        let own = self.folder.join("site-packages");
        if !own.is_dir() && self.installed.is_empty() {
            if requirements.is_empty() {
                return (interpreter.exe.clone(), None);
            }
            return (venv(interpreter, &requirements).python(), None);
        }
        assert!(requirements.is_empty(), "{}: either packages or requirements", self.folder.display());
        let scratch = scratch("environment");
        let made =
            Command::new(&interpreter.exe).args(["-m", "venv", "--without-pip"]).arg(scratch.path()).status();
        assert!(made.expect("Python can be started").success());
        let site = scratch.path().join(format!("lib/{}/site-packages", interpreter.library));
        if own.is_dir() {
            copy_tree(&own, &site);
        }
        for (path, content) in &self.installed {
            let file = site.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, content).unwrap();
            if path.starts_with("../") {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        let above: Vec<&str> = self
            .installed
            .iter()
            .map(|(path, _)| path.as_str())
            .filter(|path| path.starts_with("../"))
            .collect();
        add_metadata(&site, &above);
        (scratch.path().join("bin/python"), Some(scratch))
    }

    /// What python prints, for each run.
    fn unfrozen_runs(&self, entry: &str, directives: &Directives, interpreter: &Interpreter) -> Vec<String> {
        let (python, _environment) = self.environment(directives, interpreter);
        let project = self.sources();
        let run = |arguments: &Vec<String>| {
            // What it compiles would lie in folders that it may list.
            let run = Run::new(&python).arg("-B").arg(project.path().join(entry)).args(arguments);
            let outcome = run.run();
            outcome.success();
            if let Some(last) = &directives.expect
                && outcome.stdout.lines().last() != Some(last)
            {
                outcome.fail(&format!("expected `{last}` as the last line"));
            }
            outcome.stdout
        };
        runs(directives).iter().map(run).collect()
    }

    /// What python prints.
    #[track_caller]
    pub fn unfrozen(&self) -> String {
        let (entry, directives) = self.entries().remove(0);
        self.unfrozen_runs(&entry, &directives, newest()).concat()
    }

    /// The product for the usual interpreter.
    #[track_caller]
    pub fn freeze(&self, mode: Mode) -> Frozen {
        let (entry, directives) = self.entries().remove(0);
        self.product(&entry, &directives, newest(), mode)
    }

    fn product(&self, entry: &str, directives: &Directives, interpreter: &Interpreter, mode: Mode) -> Frozen {
        let (python, _environment) = self.environment(directives, interpreter);
        let mut project = self.sources();
        let form = format!("--{}", mode.name());
        let mut arguments = vec![entry, &form, "--name", "app"];
        // A spec says the form itself, as those of tests/apps.
        if let Ok(spec) = std::fs::read_to_string(project.path().join("app.spec")) {
            let named = format!("mode = \"{}\"", mode.name());
            project = project.file("app.spec", spec.replace("mode = \"onefile\"", &named));
            arguments = vec!["app.spec"];
        }
        let run = project.bare_command(arguments).args(["-y", "--python"]).arg(&python);
        let outcome = run.args(&directives.freeze).run();
        project.moved(mode, "app", outcome)
    }

    /// Each of its entries prints in both forms what it prints unfrozen; what the builds said.
    #[track_caller]
    pub fn check(&self) -> Vec<Outcome> {
        self.check_in(&Mode::ALL)
    }

    /// The same in some forms.
    #[track_caller]
    pub fn check_in(&self, modes: &[Mode]) -> Vec<Outcome> {
        let mut said = Vec::new();
        for (entry, directives) in self.entries() {
            for interpreter in directives.interpreters() {
                let expected = self.unfrozen_runs(&entry, &directives, interpreter);
                for &mode in modes {
                    let app = self.product(&entry, &directives, interpreter, mode);
                    for (arguments, expected) in runs(&directives).iter().zip(&expected) {
                        app.command().args(arguments).run().prints(expected);
                    }
                    said.push(app.outcome);
                }
            }
        }
        said
    }
}

/// The arguments of each run; without a directive it is one run without arguments.
fn runs(directives: &Directives) -> Vec<Vec<String>> {
    if directives.args.is_empty() { vec![Vec::new()] } else { directives.args.clone() }
}

/// Gives each package in a folder the metadata that it lacks, as an installer writes it. Files above the folder belong to
/// the first package, unless another one lists them.
fn add_metadata(site: &Path, above: &[&str]) {
    let names = folders_in(site);
    let is_info = |name: &String| name.ends_with(".dist-info");
    let records = names.iter().filter(|name| is_info(name));
    let listed: String =
        records.flat_map(|name| std::fs::read_to_string(site.join(name).join("RECORD"))).collect();
    let mut free: Vec<&str> = above.iter().copied().filter(|path| !listed.contains(path)).collect();
    let packages: Vec<&String> = names
        .iter()
        .filter(|name| !is_info(name) && site.join(name).is_dir() && *name != "__pycache__")
        .collect();
    for name in packages {
        let info = format!("{name}-1.0.dist-info");
        let folder = site.join(&info);
        std::fs::create_dir_all(&folder).unwrap();
        if !folder.join("METADATA").exists() {
            let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
            std::fs::write(folder.join("METADATA"), metadata).unwrap();
        }
        if folder.join("RECORD").exists() {
            continue;
        }
        let mut record: String = free.drain(..).map(|path| format!("{path},,\n")).collect();
        let mut mine = vec![name.clone(), info.clone()];
        mine.extend(names.iter().filter(|n| n.starts_with(name.as_str()) && n.ends_with(".pth")).cloned());
        for top in mine {
            let files = walkdir::WalkDir::new(site.join(top)).sort_by_file_name().into_iter().flatten();
            for file in files.filter(|f| f.file_type().is_file()) {
                record += &format!("{},,\n", file.path().strip_prefix(site).unwrap().display());
            }
        }
        record += &format!("{info}/RECORD,,\n");
        std::fs::write(folder.join("RECORD"), record).unwrap();
    }
}
