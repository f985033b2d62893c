//! Programs with packages beside them, frozen and run against what python prints with the same packages.

use std::path::PathBuf;
use std::process::Command;

use harness::{Frozen, Interpreter, Mode, Project, Run};

/// A program: its own files, and those of the packages that are installed for it.
#[derive(Clone, Copy)]
pub(crate) struct Twin<'t> {
    /// Files of the program; `app.py` is started.
    pub own: &'t [(&'t str, &'t str)],
    /// Files in the folder of packages; those above it belong to the first package.
    pub installed: &'t [(&'t str, &'t str)],
}

/// The same, with native files among those that are installed.
#[derive(Clone, Copy)]
pub(crate) struct NativeTwin<'t> {
    twin: Twin<'t>,
    natives: &'t [(&'t str, &'t [u8])],
}

impl<'t> Twin<'t> {
    pub(crate) fn with(self, natives: &'t [(&'t str, &'t [u8])]) -> NativeTwin<'t> {
        NativeTwin { twin: self, natives }
    }

    /// What python prints.
    #[track_caller]
    pub(crate) fn unfrozen(self, interpreter: &Interpreter) -> String {
        self.with(&[]).unfrozen(interpreter)
    }

    /// The product.
    #[track_caller]
    pub(crate) fn frozen(self, interpreter: &Interpreter, mode: Mode) -> Frozen {
        self.with(&[]).frozen(interpreter, mode)
    }

    /// The program prints in both forms what it prints unfrozen; what the last build said.
    #[track_caller]
    pub(crate) fn same(self, interpreter: &Interpreter) -> String {
        self.with(&[]).same(interpreter)
    }
}

impl NativeTwin<'_> {
    /// The program in a folder of its own, with a virtual environment, and the interpreter of that.
    fn project(&self, interpreter: &Interpreter) -> (Project, PathBuf) {
        let own = self.twin.own.iter();
        let project = own.fold(Project::new(), |project, (path, text)| project.file(path, text));
        let mut make = Command::new(&interpreter.exe);
        make.args(["-m", "venv", "--without-pip", "environment"]).current_dir(project.path());
        assert!(make.status().expect("python starts").success());
        let packages = format!("environment/lib/python{}/site-packages", interpreter.minor());
        let place = |path: &str| match path.strip_prefix("../../../") {
            Some(above) => format!("environment/{above}"),
            None => format!("{packages}/{path}"),
        };
        let texts = self.twin.installed.iter().map(|(path, text)| (*path, text.as_bytes()));
        let files = texts.chain(self.natives.iter().copied());
        let project = files.fold(project, |project, (path, bytes)| {
            let project = project.file(&place(path), bytes);
            if path.starts_with("../") {
                use std::os::unix::fs::PermissionsExt;
                let file = project.path().join(place(path));
                std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
            }
            project
        });
        let python = project.path().join("environment/bin/python");
        let tops = self.tops();
        let project = tops.iter().fold(project, |project, top| self.metadata(project, &packages, top));
        (project, python)
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.twin.installed.iter().map(|(path, _)| *path).chain(self.natives.iter().map(|(path, _)| *path))
    }

    /// The packages.
    fn tops(&self) -> Vec<&str> {
        let mut tops: Vec<&str> =
            self.paths().filter_map(|p| p.split_once('/')).map(|(top, _)| top).collect();
        tops.retain(|top| !top.ends_with("-info") && *top != "..");
        tops.sort_unstable();
        tops.dedup();
        tops
    }

    /// The metadata of a package, as far as it brings none.
    fn metadata(&self, project: Project, packages: &str, top: &str) -> Project {
        let info = format!("{top}-1.0.dist-info");
        let has = |name: &str| self.paths().any(|path| path == format!("{info}/{name}"));
        let is_first = self.tops().first() == Some(&top);
        let listed: Vec<&str> =
            self.twin.installed.iter().filter(|(p, _)| p.ends_with("RECORD")).map(|(_, t)| *t).collect();
        let mine = |path: &&str| {
            path.starts_with(&format!("{top}/"))
                || is_first && path.starts_with("../") && !listed.iter().any(|record| record.contains(*path))
                || path.starts_with(top) && path.ends_with(".pth")
        };
        let mut record: String = self.paths().filter(mine).map(|path| format!("{path},,\n")).collect();
        record.push_str(&format!("{info}/METADATA,,\n{info}/RECORD,,\n"));
        let text = format!("Metadata-Version: 2.1\nName: {top}\nVersion: 1.0\n");
        let project = project.file(&format!("{packages}/{info}/RECORD"), record);
        if has("METADATA") { project } else { project.file(&format!("{packages}/{info}/METADATA"), text) }
    }

    /// What python prints.
    #[track_caller]
    pub(crate) fn unfrozen(self, interpreter: &Interpreter) -> String {
        let (project, python) = self.project(interpreter);
        let outcome = Run::new(python).arg(project.path().join("app.py")).in_folder(project.path()).run();
        outcome.success();
        assert!(outcome.stdout.ends_with("end\n"), "{outcome}");
        outcome.stdout
    }

    /// The product.
    #[track_caller]
    pub(crate) fn frozen(self, interpreter: &Interpreter, mode: Mode) -> Frozen {
        let (project, python) = self.project(interpreter);
        project.freeze_with(mode, &python)
    }

    /// The program prints in both forms what it prints unfrozen; what the last build said.
    #[track_caller]
    pub(crate) fn same(self, interpreter: &Interpreter) -> String {
        let expected = self.unfrozen(interpreter);
        let mut said = String::new();
        for mode in Mode::ALL {
            let app = self.frozen(interpreter, mode);
            app.command().run().prints(&expected);
            said = app.outcome.stderr.clone();
        }
        said
    }
}
