//! `freeze.exe`, run by wine with a Python for Windows, makes what `freeze` makes here for Windows.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Mode, Project, Run, Tree, Wine, apps, full, interpreters, seeing_wine};

use crate::cross::{launcher, path_with, piece};
use crate::wine::case;

/// All that the two builders need.
struct Bench {
    wine: &'static Wine,
    exe: PathBuf,
    launcher: PathBuf,
    path: std::ffi::OsString,
    /// Of the Python that compiles here.
    release: (u8, u8, u8),
}

/// The release of the Pythons for Windows.
const PIECES: (u8, u8, u8) = (3, 11, 9);

impl Bench {
    fn new() -> Option<Bench> {
        let exe = harness::freeze_exe()?;
        let wine = seeing_wine()?;
        let launcher = launcher("x86_64-pc-windows-gnu", "launcher.exe")?;
        let path = path_with("3.11")?;
        let known = interpreters().iter().find(|i| i.minor() == "3.11" && i.abiflags.is_empty());
        let release = known?.version;
        Some(Bench { wine, exe, launcher, path, release })
    }

    /// `freeze.exe` in a folder.
    fn freeze(&self, folder: &Path) -> Run {
        self.wine.command(&self.exe).in_folder(folder).show(folder)
    }

    /// Builds a script of a project by both, with paths among the arguments as each knows them, and compares what they
    /// have made: the executable that `freeze.exe` has made.
    fn both(
        &self,
        project: &Project,
        script: &str,
        mode: Mode,
        python: &Path,
        packages: Option<&Path>,
    ) -> PathBuf {
        let form = format!("--{}", mode.name());
        let arguments = [script, "-y", &form, "--name", "app", "--distpath"];
        let mut here = project.bare_command(arguments).args(["here", "--target", "windows-x86_64"]);
        let mut there = self.freeze(project.path()).args(arguments).arg("there");
        here =
            here.env("PATH", &self.path).env("FREEZE_BOOTLOADER", &self.launcher).arg("--python").arg(python);
        there = there.env("FREEZE_BOOTLOADER", Wine::path(&self.launcher));
        there = there.arg("--python").arg(Wine::path(python));
        if let Some(packages) = packages {
            here = here.arg("--packages").arg(packages);
            there = there.arg("--packages").arg(Wine::path(packages));
        }
        let outcomes = [here.run(), there.run()];
        for outcome in &outcomes {
            outcome.success();
        }
        let (here, there) = (project.path().join("here"), project.path().join("there"));
        let exe = if mode == Mode::Onedir { "app/app.exe" } else { "app.exe" };
        if self.release == PIECES {
            assert_eq!(Tree::of(&here), Tree::of(&there), "{}\n{}", outcomes[0], outcomes[1]);
        }
        // Another release compiles some functions to another table of lines: all but the code is the same.
        assert_eq!(contents(project, &here.join(exe)), contents(project, &there.join(exe)));
        let others = |folder: &Path| {
            let mut tree = Tree::of(folder);
            tree.0.retain(|path, _| !path.ends_with("app.exe"));
            tree
        };
        assert_eq!(others(&here), others(&there));
        there.join(exe)
    }
}

/// The folder with `python.exe` in a piece.
fn prefix(name: &str) -> Option<PathBuf> {
    let piece = piece(name)?;
    let files = walkdir::WalkDir::new(piece).max_depth(3).into_iter().flatten();
    files.map(walkdir::DirEntry::into_path).find(|p| p.ends_with("python.exe"))?.parent().map(Path::to_owned)
}

const TOLD: &str = "async 42\n2d711642 lzma\nb 0.3 LATIN SMALL LETTER E WITH ACUTE\n8 True 1938324794\n";

/// What `freeze inspect` lists of a program, but for the lengths of code.
fn contents(project: &Project, exe: &Path) -> serde_json::Value {
    let listed = project.bare_command(["inspect", "--json"]).arg(exe).run();
    listed.success();
    let mut contents: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    for key in ["path", "size", "index"] {
        assert!(contents.as_object_mut().unwrap().remove(key).is_some(), "{key} in {listed}");
    }
    let modules = contents["modules"].as_array_mut().unwrap();
    assert!(modules.len() > 100);
    for module in modules {
        module.as_object_mut().unwrap().retain(|key, _| key != "size" && key != "stored");
    }
    contents
}

#[test]
fn both_builders_make_the_same_bytes_and_they_run() {
    let Some(bench) = Bench::new() else { return };
    let hello = Project::script("print('hello')\n");
    let tour = Project::of("windows_builder/a_tour_of_the_standard_library");
    for (project, python, told) in
        [(hello, "windows-full-3.11", "hello\n"), (tour, "windows-embed-3.11", TOLD)]
    {
        let Some(python) = prefix(python) else { continue };
        let exe = bench.both(&project, "app.py", Mode::Onefile, &python, None);
        let run = bench.wine.command(exe).run();
        run.success();
        assert_eq!(run.stdout.replace('\r', ""), told, "{run}");
    }
}

/// Programs of tests/apps with wheels for Windows; with `FREEZE_TEST_FULL=1` more of them.
#[test]
fn both_builders_make_the_same_of_libraries() {
    let (Some(bench), Some(python)) = (Bench::new(), prefix("windows-full-3.11")) else { return };
    let programs = [
        ("requests_rich", Mode::Onefile),
        ("numpy_pandas", Mode::Onefile),
        ("pydantic", Mode::Onedir),
        ("cryptography", Mode::Onefile),
        ("lxml", Mode::Onedir),
        ("pillow", Mode::Onedir),
    ];
    for (name, mode) in programs.into_iter().take(if full() { programs.len() } else { 3 }) {
        let project = case(name);
        let wheels = project.path().join("wheels");
        let platform = ["--platform", "win_amd64", "--only-binary=:all:", "--implementation", "cp"];
        let pip = Command::new("python3.11")
            .env("PATH", &bench.path)
            .args(["-m", "pip", "download", "-q"])
            .args(platform)
            .args(["--python-version", "3.11", "-r", "requirements.txt", "-d"])
            .arg(&wheels)
            .current_dir(project.path())
            .output()
            .unwrap();
        assert!(pip.status.success(), "{}", String::from_utf8_lossy(&pip.stderr));
        let exe = bench.both(&project, &format!("{name}_app.py"), mode, &python, Some(&wheels));
        let run = bench.wine.command(exe).env("PYTHONUTF8", "1").run();
        run.success();
        let expected = std::fs::read_to_string(apps().join(name).join("expect.txt")).unwrap();
        assert_eq!(run.stdout.replace('\r', ""), expected, "{run}");
    }
}

#[test]
fn the_builder_answers_on_windows_as_it_does_here() {
    let (Some(bench), Some(python)) = (Bench::new(), prefix("windows-full-3.11")) else { return };
    let source = "import sys, data.module\nprint(sys.argv[1:], data.module.read())\nsys.exit(300)\n";
    let module =
        "import pathlib\ndef read():\n    return (pathlib.Path(__file__).parent / 'a.txt').read_text()\n";
    let project = Project::script(source).file("data/module.py", module).file("data/a.txt", "text");
    let project = project.file("data/__init__.py", "");
    let freeze = || bench.freeze(project.path());
    let python = Wine::path(&python);

    // The program that was built has the arguments and the exit code: all of its bits.
    let run = freeze().args(["app.py", "-y", "-q", "--python", &python, "--", "a b", "c"]).run();
    assert!(run.stdout.contains("['a b', 'c'] text"), "{run}");
    assert_eq!(run.code(), Some(300 & 0xff), "{run}");

    let again = freeze().args(["app.py", "-y", "--python", &python]).run();
    again.success();
    assert!(again.stderr.contains("unchanged"), "{again}");

    let listed = freeze().args(["inspect", r"dist\app", "--json"]).run();
    listed.success();
    let contents: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let files: Vec<&str> =
        contents["files"].as_array().unwrap().iter().filter_map(|f| f["path"].as_str()).collect();
    assert!(files.contains(&"data/a.txt") && files.iter().all(|f| !f.contains('\\')), "{listed}");

    let why = freeze().args(["why", "data.module", r"dist\app"]).run();
    why.success();
    assert!(why.stdout.contains("app.py:1"), "{why}");

    freeze().args(["init", "app.py"]).run().success();
    let spec = std::fs::read_to_string(project.path().join("app.spec")).unwrap();
    assert!(spec.contains("entry = \"app.py\""), "{spec}");

    let traced = freeze().args(["trace", "app.py", "--python", &python, "--", "x"]).run();
    assert!(traced.stdout.contains("['x'] text"), "{traced}");
    assert_eq!(traced.code(), Some(300 & 0xff), "{traced}");

    let wrong = freeze().args(["app.py", "--python", r"C:\nowhere\python.exe"]).run();
    wrong.exits(2);
    assert!(wrong.stderr.contains(r"`C:\nowhere\python.exe` not found"), "{wrong}");
}
