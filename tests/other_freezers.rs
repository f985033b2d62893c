//! Configurations of Nuitka, auto-py-to-exe, briefcase and a plug-in of poetry build as they are.

use harness::{Mode, Project, Run};

fn project(name: &str) -> Project {
    Project::of(&format!("other_freezers/{name}"))
}

const NUITKA: &str = "data/a.txt True\ndata/secret.txt False\ndata/code.py False\nsettings/app.txt True\n\
                      colorsys True\nplugins.one True\nwave False\n1\n";

#[test]
fn comments_of_nuitka_apply() {
    let project = project("nuitka");
    let outcome = project.command(["main.py", "-y", "-v"]).run();
    outcome.says(&["`--lto` has no effect: no C compiler runs"]);
    project.moved(Mode::Onefile, "tool", outcome).command().run().prints(NUITKA);
}

#[test]
fn options_of_the_command_line_come_first() {
    let project = project("nuitka");
    let outcome = project.command(["main.py", "-y", "-D", "-n", "other", "--hidden-import", "sched"]).run();
    let frozen = project.moved(Mode::Onedir, "other", outcome);
    frozen.command().run().prints(NUITKA);
}

#[test]
fn comments_of_nuitka_can_be_explained_and_traced() {
    let project = project("nuitka");
    let why = project.command(["why", "colorsys", "main.py"]).run();
    assert!(why.success().stdout.contains("include `colorsys`"), "{why}");
    project.command(["trace", "main.py"]).run().success();
    assert!(!project.path().join("dist").exists(), "nothing is built");
}

#[test]
fn a_file_of_auto_py_to_exe_builds() {
    let project = project("auto_py_to_exe");
    let outcome = project.command(["config.json", "-y"]).run();
    project.moved(Mode::Onefile, "tool", outcome).command().run().prints("True colorsys\n");
}

#[test]
fn an_application_of_briefcase_builds() {
    let project = project("briefcase");
    let outcome = project.command(["-y"]).run();
    project.moved(Mode::Onedir, "hello-world", outcome).command().run().prints("hello hidden\n");
}

#[test]
fn targets_of_the_plug_in_of_poetry_build() {
    let project = project("poetry");
    project.command(["-y"]).run().success();
    for program in ["one", "two/two"] {
        Run::new(project.path().join("dist").join(program)).run().prints("True colorsys\n");
    }
    project.command(["-y", "--"]).run().fails(&["2 products"]);
    project
        .command(["-y", "-F"])
        .run()
        .fails(&["`--onefile` cannot be used with the configuration", "freeze convert"]);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let project = Project::new()
        .file("app.py", "# nuitka-project: --standalone\n# nuitka-project: --include-packge=x\n")
        .file("if.py", "x = 1\n# nuitka-project-if: {OS} = 1:\n#    nuitka-project: --onefile\n")
        .file("bad.json", "{\n  \"pyinstallerOptions\": [\n    1,,\n  ]\n}\n")
        .file(
            "none.json",
            "{\"pyinstallerOptions\": [{\"optionDest\": \"filenames\",\n\"value\": \"none.py\"}]}",
        );
    let fails = |file: &str, needles: &[&str]| {
        project.command([file, "-y"]).run().fails(needles);
    };
    fails("app.py", &["unknown option `--include-packge`", "did you mean `--include-package`?", "app.py:2"]);
    fails("if.py", &["expected a Python expression", "if.py:2"]);
    fails("bad.json", &["is not valid JSON", "bad.json:3"]);
    fails("none.json", &["`none.py` not found", "none.json:2"]);
    assert!(!project.path().join("dist").exists());
}
