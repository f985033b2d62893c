//! The wheel: packed from the programs of this build, installed as users do, and used to freeze.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use harness::{Mode, Outcome, Project, Run, freeze, freeze_command, newest, root, scratch, uv, venv};

/// Tools of `builder/release/build`, in the same versions.
fn tools() -> PathBuf {
    let file = root().join("builder/release/requirements.txt");
    venv(newest(), &std::fs::read_to_string(file).unwrap()).python()
}

/// Runs the script that packs a wheel.
fn pack(binaries: &Path, out: &Path) -> Outcome {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").unwrap_or_default();
    Run::new(tools())
        .arg(root().join("builder/release/wheel.py"))
        .arg("x86_64-unknown-linux-gnu")
        .args([binaries, out])
        .env("PATH", path)
        .env("HOME", home)
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .run()
}

/// A wheel with the `freeze` of this build.
pub(crate) fn wheel() -> &'static Path {
    static WHEEL: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, wheel) = WHEEL.get_or_init(|| {
        let out = scratch("wheel");
        pack(freeze().parent().unwrap(), out.path()).success();
        let wheel = std::fs::read_dir(out.path()).unwrap().next().unwrap().unwrap().path();
        (out, wheel)
    });
    wheel
}

fn with_uv<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Run::new(uv()).args(arguments).env("PATH", path).env("UV_PYTHON_DOWNLOADS", "never")
}

/// A virtual environment with the wheel and a package that no other Python here has.
fn installed() -> (tempfile::TempDir, PathBuf) {
    let folder = scratch("installed");
    let environment = folder.path().join("environment");
    with_uv(["venv", "--quiet", "--python"]).arg(&newest().exe).arg(&environment).run().success();
    let site = Project::new().file("only_here.py", "PLACE = 'environment'\n");
    with_uv(["pip", "install", "--quiet", "--python"]).arg(&environment).arg(wheel()).run().success();
    let packages = environment.join("lib").join(format!("python{}", newest().minor())).join("site-packages");
    std::fs::copy(site.path().join("only_here.py"), packages.join("only_here.py")).unwrap();
    (folder, environment)
}

const PROGRAM: &str = "import only_here\nprint('hello from', only_here.PLACE)";

#[test]
fn the_module_freezes_with_its_own_interpreter() {
    let (_folder, environment) = installed();
    let project = Project::script(PROGRAM).file(".venv/note.txt", "this folder is no environment");
    let outcome = Run::new(environment.join("bin/python"))
        .args(["-m", "freeze_app", "-F", "app.py"])
        .in_folder(project.path())
        .run();
    project.moved(Mode::Onefile, "app", outcome).command().run().prints("hello from environment\n");
}

#[test]
fn installed_commands_freeze() {
    let (_folder, environment) = installed();
    for name in ["freeze", "freeze-app"] {
        let command = environment.join("bin").join(name);
        Run::new(&command).arg("--version").run().prints(&format!("freeze {}\n", env!("CARGO_PKG_VERSION")));
        // A link in another folder, as `uv tool install` makes it.
        let project = Project::script(PROGRAM);
        let link = project.path().join("link");
        std::os::unix::fs::symlink(&command, &link).unwrap();
        let run = Run::new(&link).args(["app.py", "--python"]).arg(&environment);
        let outcome = run.in_folder(project.path()).run();
        project.moved(Mode::Onedir, "app", outcome).command().run().prints("hello from environment\n");
    }
}

#[test]
fn the_module_finds_its_command_in_a_target_folder() {
    let folder = scratch("target");
    with_uv(["pip", "install", "--quiet", "--target"])
        .arg(folder.path())
        .arg("--python")
        .arg(&newest().exe)
        .arg(wheel())
        .run()
        .success();
    let run =
        || Run::new(&newest().exe).args(["-m", "freeze_app", "--version"]).env("PYTHONPATH", folder.path());
    run().run().prints(&format!("freeze {}\n", env!("CARGO_PKG_VERSION")));
    std::fs::remove_file(folder.path().join("bin/freeze")).unwrap();
    run().run().exits(1).says(&["error: failed to find `freeze` (tried ", "hint: reinstall it with "]);
}

#[test]
fn the_same_programs_make_the_same_wheel() {
    let again = scratch("wheel");
    pack(freeze().parent().unwrap(), again.path()).success();
    let copy = again.path().join(wheel().file_name().unwrap());
    assert!(std::fs::read(wheel()).unwrap() == std::fs::read(copy).unwrap(), "the wheels differ");
}

#[test]
fn a_wheel_without_its_programs_is_refused() {
    let empty = scratch("empty");
    let outcome = pack(empty.path(), empty.path());
    outcome.fails(&[
        "freeze` is missing: `bootloader/launchers.sh --builder x86_64-unknown-linux-gnu` builds it",
    ]);
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn a_default_interpreter_yields_to_the_command_line() {
    let (_folder, environment) = installed();
    let project = Project::script(PROGRAM);
    let missing = project.path().join("missing");
    freeze_command()
        .in_folder(project.path())
        .arg("app.py")
        .env("FREEZE_PYTHON", &missing)
        .env("PATH", "")
        .run()
        .fails(&["failed to find a Python interpreter (tried `$FREEZE_PYTHON`, which is `", "missing`"]);
    let run = freeze_command().in_folder(project.path()).args(["app.py", "--python"]).arg(environment);
    let outcome = run.env("FREEZE_PYTHON", &missing).run();
    project.moved(Mode::Onedir, "app", outcome).command().run().prints("hello from environment\n");
}
