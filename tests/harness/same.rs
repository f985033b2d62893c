//! Programs that must print frozen, in both forms, what they print unfrozen.

use std::collections::BTreeMap;
use std::process::Command;

use crate::{Frozen, Mode, Outcome, Project, newest};

/// Files of a program and of distributions that are installed beside it.
#[derive(Clone, Debug, Default)]
pub struct Same {
    own: BTreeMap<String, String>,
    site: BTreeMap<String, String>,
    options: Vec<String>,
}

impl Same {
    /// A program whose `app.py` is `source`.
    pub fn script(source: &str) -> Same {
        Same::default().file("app.py", source)
    }

    /// Adds a file of the program.
    #[must_use]
    pub fn file(mut self, path: &str, content: &str) -> Same {
        self.own.insert(path.to_owned(), content.to_owned());
        self
    }

    /// Adds a file of a distribution named like the folder that it lies in.
    #[must_use]
    pub fn installed(mut self, path: &str, content: &str) -> Same {
        self.site.insert(path.to_owned(), content.to_owned());
        self
    }

    /// Adds an option of `freeze`.
    #[must_use]
    pub fn option(mut self, option: &str) -> Same {
        self.options.push(option.to_owned());
        self
    }

    fn project(&self) -> Project {
        let mut project =
            self.own.iter().fold(Project::new(), |project, (path, text)| project.file(path, text));
        let python = &newest().exe;
        let made = Command::new(python)
            .args(["-m", "venv", "--without-pip"])
            .arg(project.path().join("v"))
            .status()
            .expect("Python can be started");
        assert!(made.success());
        let site = format!("v/lib/{}/site-packages", newest().library);
        let mut records: BTreeMap<&str, String> = BTreeMap::new();
        for (path, text) in &self.site {
            project = project.file(&format!("{site}/{path}"), text);
            let top = path.split('/').next().unwrap_or_default();
            let name = top.split('-').next().unwrap_or_default();
            *records.entry(name).or_default() += &format!("{path},,\n");
        }
        for (name, record) in records {
            let info = format!("{name}-1.0.dist-info");
            let record = format!("{record}{info}/METADATA,,\n{info}/RECORD,,\n");
            project = project
                .file(
                    &format!("{site}/{info}/METADATA"),
                    format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"),
                )
                .file(&format!("{site}/{info}/RECORD"), record);
        }
        project
    }

    /// What it prints unfrozen.
    #[track_caller]
    fn unfrozen(&self) -> String {
        let project = self.project();
        let mut command = Command::new(project.path().join("v/bin/python"));
        // What it compiles would lie in folders that it lists.
        command.args(["-B", "app.py"]).current_dir(project.path()).env_remove("PYTHONPATH");
        let output = command.output().expect("Python can be started");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
        said(&output.stdout)
    }

    /// Freezes it.
    #[track_caller]
    pub fn freeze(&self, mode: Mode) -> Frozen {
        let project = self.project();
        let form = format!("--{}", mode.name());
        let outcome =
            project.bare_command(["app.py", "-y", &form, "--python", "v"]).args(&self.options).run();
        project.moved(mode, "app", outcome)
    }

    /// Freezes and starts it in both forms; returns what the builds said.
    #[track_caller]
    pub fn check(&self) -> Vec<Outcome> {
        let expected = self.unfrozen();
        let build = |mode: &Mode| {
            let frozen = self.freeze(*mode);
            frozen.command().run().prints(&expected);
            frozen.outcome
        };
        Mode::ALL.iter().map(build).collect()
    }
}
