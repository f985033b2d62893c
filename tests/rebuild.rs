//! The second build of a program: the graph of the first is taken again, unless anything that it rests on has changed.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{Project, Run, newest};

/// What a build says with `--log-level debug` when it takes an earlier graph.
const AGAIN: &str = "the module graph of an earlier build holds";

/// A build relies on the identity of a file only if its inode was last changed two seconds ago or earlier. No program can
/// set that time, so the test has to wait.
fn settle() {
    std::thread::sleep(Duration::from_millis(2200));
}

/// Builds, and tells whether an earlier graph was taken; then runs the product.
#[track_caller]
fn build(project: &Project, prints: &str) -> bool {
    let dist = project.path().join("out");
    let arguments = ["app/app.py", "-F", "-y", "--log-level", "debug", "--python", "v", "--paths", "early"];
    let outcome = project
        .bare_command(arguments)
        .args(["--paths", "late", "--paths", "linked", "--specpath", "spec", "--distpath"])
        .arg(&dist)
        .env("FREEZE_CACHE_DIR", project.path().join("cache"))
        .run();
    outcome.success();
    Run::new(dist.join("app")).show(project.path()).run().prints(&format!("{prints}\n"));
    format!("{outcome}").contains(AGAIN)
}

/// Fails unless an earlier graph is taken before a change and not after it.
fn noticed(project: &Project, expected: &mut &'static str, change: &dyn Fn(), prints: &'static str) {
    // Whatever the last change left unsettled is settled by now.
    settle();
    build(project, expected);
    assert!(build(project, expected), "nothing has changed since it printed `{expected}`");
    change();
    assert!(!build(project, prints), "the change to `{prints}` was not noticed");
    *expected = prints;
}

fn venv(project: &Project) {
    let arguments = ["-m", "venv", "--without-pip", "v"];
    let made = Command::new(&newest().exe).args(arguments).current_dir(project.path()).status();
    assert!(made.unwrap().success());
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A program that was built once, from files that have settled.
fn built() -> Project {
    let project = Project::of("rebuild/a_graph_is_taken_again_until_something_changes");
    std::os::unix::fs::symlink("first", project.path().join("linked")).unwrap();
    venv(&project);
    settle();
    assert!(!build(&project, "1 None in late"));
    project
}

#[test]
fn a_graph_is_taken_again_until_something_changes() {
    let project = built();
    let at = |name: &str| project.path().join(name);
    assert!(build(&project, "1 None in late"));

    let mut expected = "1 None in late";
    let mut changed = |change: &dyn Fn(), prints| noticed(&project, &mut expected, change, prints);
    changed(&|| write(&at("late/two.py"), "VALUE = 2"), "1 2 in late");
    changed(&|| std::fs::rename(at("late/two.py"), at("late/three.py")).unwrap(), "1 None in late");
    changed(&|| write(&at("early/where.py"), "VALUE = 'early'"), "1 None in early");
    // A package in front of the module of its name.
    changed(&|| write(&at("early/one/__init__.py"), "VALUE = 'package'"), "package None in early");
    // Beside the script, before everything else.
    changed(
        &|| {
            write(&at("app/pkg/inner.py"), "VALUE = 'own'");
            write(&at("app/pkg/__init__.py"), "");
        },
        "package None own early",
    );
}

#[test]
fn a_graph_is_taken_again_after_an_edit_without_imports() {
    let project = built();
    let at = |name: &str| project.path().join(name);
    settle();
    build(&project, "1 None in late");
    // The same length and time of modification: only the time of the inode tells.
    let old = at("late/one.py").metadata().unwrap().modified().unwrap();
    write(&at("late/one.py"), "VALUE = 9");
    let file = std::fs::File::options().append(true).open(at("late/one.py")).unwrap();
    file.set_modified(old).unwrap();
    assert!(build(&project, "9 None in late"));
    // Editors save a new file and rename it over the old one. The second edit comes before the first one has settled.
    for number in [10, 11] {
        write(&at("late/new"), &format!("VALUE = {number}\n\n\ndef function():\n    return VALUE\n"));
        std::fs::rename(at("late/new"), at("late/one.py")).unwrap();
        assert!(build(&project, &format!("{number} None in late")));
    }
    // The entry script.
    let script = std::fs::read_to_string(at("app/app.py")).unwrap();
    write(&at("app/app.py"), &format!("{script}print(2 + 1)\n"));
    assert!(build(&project, "11 None in late\n3"));
    // A module that nothing imported before.
    write(&at("late/rare.py"), "VALUE = 'rare'");
    build(&project, "11 None in late\n3");
    write(&at("late/one.py"), "import rare\nVALUE = rare.VALUE\n");
    assert!(!build(&project, "rare None in late\n3"));
    // The import is gone again.
    write(&at("late/one.py"), "VALUE = 12\n");
    assert!(!build(&project, "12 None in late\n3"));
}

#[test]
fn an_edit_that_takes_the_entry_function_away_fails() {
    let project = Project::of("rebuild/a_graph_is_taken_again_until_something_changes");
    let module = project.path().join("late/start.py");
    let build = |text: &str| {
        write(&module, text);
        let words = ["start:main", "-y", "--paths", "late", "--log-level", "debug", "--python"];
        project
            .bare_command(words)
            .arg(&newest().exe)
            .env("FREEZE_CACHE_DIR", project.path().join("cache"))
            .run()
    };
    build("def main():\n    print(1)\n").success();
    let again = build("def main():\n    print(2)\n");
    again.success();
    assert!(format!("{again}").contains(AGAIN));
    Run::new(project.path().join("dist/start/start")).show(project.path()).run().prints("2\n");
    build("def other():\n    print(3)\n").fails(&["`main`"]);
}

#[test]
fn a_change_of_the_environment_is_noticed() {
    let project = Project::of("rebuild/a_change_of_the_environment_is_noticed");
    let at = |name: &str| project.path().join(name);
    std::os::unix::fs::symlink("first", at("linked")).unwrap();
    venv(&project);
    let site = at(&format!("v/lib/{}/site-packages", newest().library));
    let mut expected = "no None";
    settle();
    let mut changed = |change: &dyn Fn(), prints| noticed(&project, &mut expected, change, prints);
    changed(&|| write(&site.join("a.pth"), &at("pth").display().to_string()), "pth None");
    changed(&|| std::fs::remove_file(at("pth/by_pth.py")).unwrap(), "no None");
    // A link that leads to another folder.
    changed(
        &|| {
            std::os::unix::fs::symlink("second", at("new")).unwrap();
            std::fs::rename(at("new"), at("linked")).unwrap();
        },
        "no second",
    );
    // An installed distribution, and what its metadata says.
    let metadata = site.join("two-1.dist-info/METADATA");
    changed(&|| write(&metadata, "Name: two\nVersion: 1\n"), "no second");
    changed(&|| write(&metadata, "Name: two\nVersion: 2\n"), "no second");
}
