//! The target interpreter: found in many ways, and refused with a reason.

use std::os::unix::fs::symlink;
use std::process::Command;

use harness::{Project, interpreters, newest, venv};

const SHOW: &str = "import sys; print(*sys.version_info[:2], sep='.')";

#[test]
fn an_interpreter_that_is_not_there_is_named() {
    let project = Project::script(SHOW);
    let outcome = project.bare_command(["app.py", "--python", "/nowhere/python3"]).run();
    outcome.fails(&["/nowhere/python3"]);
    project.bare_command(["app.py", "--python", "3.99"]).run().fails(&["3.99"]);
    assert!(!project.path().join("dist").exists(), "{outcome}");
}

#[test]
fn no_interpreter_at_all_is_an_error_with_a_hint() {
    let project = Project::script(SHOW);
    project.bare_command(["app.py"]).env("PATH", "/nowhere").run().fails(&["hint:"]);
}

#[test]
fn a_program_that_is_no_python_is_refused() {
    let project = Project::script(SHOW);
    project.bare_command(["app.py", "--python", "/bin/true"]).run().fails(&["/bin/true"]);
    project.bare_command(["app.py", "--python", "/etc/passwd"]).run().fails(&["/etc/passwd"]);
}

#[test]
fn an_interpreter_that_is_too_old_is_told_what_is_needed() {
    let old = harness::newest().prefix.parent().map(|p| p.join("3.8.18/bin/python3")).filter(|p| p.exists());
    let Some(old) = old else {
        harness::skip_unavailable("no Python older than 3.9 on this machine");
        return;
    };
    let project = Project::script(SHOW);
    project.bare_command(["app.py", "--python"]).arg(old).run().fails(&["3.8", "3.9"]);
}

#[test]
fn a_venv_whose_base_is_gone_is_explained() {
    let project = Project::script(SHOW).file(
        "gone/pyvenv.cfg",
        "home = /nowhere/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
    );
    std::fs::create_dir(project.path().join("gone/bin")).unwrap();
    symlink("/nowhere/bin/python3.12", project.path().join("gone/bin/python")).unwrap();
    symlink("python", project.path().join("gone/bin/python3")).unwrap();
    let outcome = project.bare_command(["app.py", "--python", "gone"]).run();
    outcome.fails(&["gone", "/nowhere/bin", "hint:"]);
}

#[test]
fn the_interpreter_is_found_as_the_documentation_says() {
    let environment = venv(newest(), "click");
    let source = "import click, sys; print(click.style('found', fg='red')[5:10])";
    let freeze = |project: Project, change: &dyn Fn(harness::Run) -> harness::Run| {
        let outcome = change(project.bare_command(["app.py", "--onefile", "-y"])).run();
        project.moved(harness::Mode::Onefile, "app", outcome).command().run().prints("found\n");
    };
    // A venv by its folder, and by the interpreter in it.
    freeze(Project::script(source), &|run| run.arg("--python").arg(&environment.path));
    freeze(Project::script(source), &|run| run.arg("--python").arg(environment.python()));
    // The active one.
    freeze(Project::script(source), &|run| run.env("VIRTUAL_ENV", &environment.path));
    // The one beside the program.
    let project = Project::script(source);
    symlink(&environment.path, project.path().join(".venv")).unwrap();
    freeze(project, &|run| run);
    // The first on PATH.
    freeze(Project::script(source), &|run| run.env("PATH", environment.path.join("bin")));
}

#[test]
fn a_version_names_an_interpreter_on_the_path() {
    for interpreter in interpreters() {
        let project = Project::script(SHOW);
        let path = interpreter.exe.parent().unwrap();
        if !path.join(format!("python{}", interpreter.minor())).exists() {
            continue;
        }
        let run =
            project.bare_command(["app.py", "-F", "-y", "--python", &interpreter.minor()]).env("PATH", path);
        let outcome = run.run();
        let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
        frozen.command().run().prints(&format!("{}\n", interpreter.minor()));
    }
}

#[test]
fn variables_for_python_do_not_change_the_build() {
    let project = Project::script("import json, sys; print(json.dumps(1), hasattr(sys, 'tainted'))")
        .file("evil/json.py", "import sys; sys.tainted = 1")
        .file("evil/sitecustomize.py", "raise SystemExit('site ran')");
    let evil = project.path().join("evil");
    let outcome = project
        .command(["app.py", "-F", "-y"])
        .env("PYTHONPATH", &evil)
        .env("PYTHONHOME", "/nowhere")
        .env("PYTHONSTARTUP", evil.join("json.py"))
        .env("PYTHONOPTIMIZE", "2")
        .run();
    let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
    frozen.command().run().prints("1 False\n");
}

#[test]
fn a_venv_made_by_the_standard_library_is_taken() {
    let project = Project::script(SHOW);
    let made = Command::new(&newest().exe)
        .args(["-m", "venv", "--without-pip"])
        .arg(project.path().join("v"))
        .status();
    assert!(made.unwrap().success());
    let outcome = project.bare_command(["app.py", "-F", "-y", "--python", "v"]).run();
    let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
    frozen.command().run().prints(&format!("{}\n", newest().minor()));
}
