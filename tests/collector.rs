//! The garbage collector: spared the imports of a start, and otherwise as in python.

use std::path::Path;

use harness::{Interpreter, Mode, Outcome, Project, Run, interpreters, make_reachable, scratch};

/// A project whose imports are worth to be spared: more than 1 MB of code.
fn project(name: &str) -> Project {
    let mut project = Project::of(&format!("collector/{name}"));
    let mut all = String::new();
    for i in 0..40 {
        let body: String = (0..250)
            .map(|k| {
                format!(
                    "def f{k}(a, b=({i}, {k})):\n    c = [a + n * {k} for n in b]\n    return {{'k{k}': c}}\n"
                )
            })
            .collect();
        project = project.file(&format!("big/m{i}.py"), body);
        all += &format!("import big.m{i}\n");
    }
    project = project.file("big/__init__.py", "");
    project.file("big/all.py", all)
}

#[test]
fn all_that_python_finalizes_at_the_end_is_finalized() {
    let name = "all_that_python_finalizes_at_the_end_is_finalized";
    let names = ["in a class", "in a cycle", "in a module", "a default", "of the program"];
    let seen = |outcome: &Outcome, home: &Path| {
        let mut lines: Vec<String> = outcome.success().stdout.lines().map(str::to_owned).collect();
        lines.sort();
        (lines, names.map(|name| std::fs::read_to_string(home.join(name)).unwrap_or_default()))
    };
    for interpreter in interpreters() {
        let (expected, frozen) = unfrozen_and_frozen(&project(name), project(name), interpreter, seen);
        assert_eq!(expected.1, names);
        assert_eq!(frozen, expected, "{}", interpreter.exe.display());
    }
}

#[test]
fn who_looks_at_the_collector_sees_what_python_shows() {
    let name = "who_looks_at_the_collector_sees_what_python_shows";
    for interpreter in interpreters() {
        // In which order objects are deleted at the end is nobody's promise.
        let seen = |outcome: &Outcome, _: &Path| {
            let lines = outcome.success().stdout.lines().filter(|line| !line.starts_with("deleted"));
            lines.collect::<Vec<_>>().join("\n")
        };
        let (expected, frozen) = unfrozen_and_frozen(&project(name), project(name), interpreter, seen);
        assert!(expected.contains("\n10000 1\n"), "{expected}");
        assert_eq!(frozen, expected, "{}", interpreter.exe.display());
    }
}

#[test]
fn it_waits_while_modules_are_imported_and_not_longer() {
    let app = project("it_waits_while_modules_are_imported_and_not_longer");
    let app = app.freeze_as(Mode::Onefile, ["app.py"]);
    app.command().run().prints("while importing: 0\nafter that: True\nin a later import: True\n");

    let app = project("an_import_that_never_ends_is_not_spared_for_ever");
    app.freeze_as(Mode::Onefile, ["app.py"]).command().run().prints("at last: True\n");
}

#[test]
fn a_program_ends_as_it_says() {
    let name = "a_program_ends_as_it_says";
    let app = project(name).freeze_as(Mode::Onefile, ["app.py"]);
    app.command().arg("code").run().exits(3);
    app.command().arg("text").run().exits(1).says(&["why it ends"]);
    app.command().arg("error").run().exits(1).says(&[
        "Traceback",
        "app.py\", line 8",
        "ValueError: what is wrong",
    ]);
    let outcome = app.command().arg("interrupt").run();
    assert_eq!(outcome.says(&["KeyboardInterrupt"]).code(), None);
}

/// What `seen` makes of a program run by python and of the same frozen.
fn unfrozen_and_frozen<T>(
    unfrozen: &Project,
    frozen: Project,
    interpreter: &Interpreter,
    seen: impl Fn(&Outcome, &Path) -> T,
) -> (T, T) {
    let python = Run::new(&interpreter.exe).args(["-s", "-E", "-B", "app.py"]).in_folder(unfrozen.path());
    let frozen = frozen.freeze_for(Mode::Onedir, interpreter);
    let result = |run: Run| {
        let home = scratch("home");
        make_reachable(home.path());
        seen(&run.home(home.path()).run(), home.path())
    };
    (result(python), result(frozen.command()))
}
