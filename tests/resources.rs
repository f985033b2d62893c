//! Data that stays in the archive because a rule says that it is read as a resource only.

use harness::{Frozen, Mode, Project, Run, interpreters, newest, venv};

fn spec(mode: Mode, more: &str) -> String {
    let mode = mode.name();
    format!("[app]\nentry = 'app.py'\n[bundle]\nmode = '{mode}'\n{more}[rules]\nfiles = ['rule.toml']\n")
}

/// Builds in both forms, and as one file that extracts nothing.
fn everywhere(project: impl Fn() -> Project, arguments: &[&str], check: impl Fn(&Frozen)) {
    for mode in Mode::ALL {
        let mut all = vec!["app.spec".to_owned()];
        all.extend(arguments.iter().map(|a| (*a).to_owned()));
        let build = |project: Project| {
            let outcome = project.bare_command(&all).run();
            project.moved(mode, "app", outcome)
        };
        check(&build(project().file("app.spec", spec(mode, ""))));
        if mode == Mode::Onefile {
            check(&build(project().file("app.spec", spec(mode, "extract = 'memory'\n"))));
        }
    }
}

#[test]
fn a_package_may_be_split_between_disk_and_archive() {
    let project = || Project::of("resources/a_package_may_be_split_between_disk_and_archive");
    let expected = "False True\nb'kept' b'plain' b'deep'\nb'kept'\n['kept.txt', 'only', 'plain.bin', 'sub']\n\
             kept.txt True False kept.txt\nplain.bin True False plain.bin\nsub False True sub\n\
             sub/deep.txt True False deep.txt\nonly False True only\nnope False False nope\n\
             only/nope False False nope\n['inner'] x\nb'kept'\nTrue kept\nTrue plain\nb'plain' True\ndeep\n\
             nope\nnope\n";
    // The interface of importlib.resources is another one in each version.
    for interpreter in interpreters() {
        let python = interpreter.exe.to_str().unwrap();
        if interpreter.exe == newest().exe {
            everywhere(project, &["--python", python], |app| {
                app.command().run().prints(expected);
            });
            continue;
        }
        let project = project().file("app.spec", spec(Mode::Onefile, ""));
        let outcome = project.bare_command(["app.spec", "--python", python]).run();
        project.moved(Mode::Onefile, "app", outcome).command().run().prints(expected);
    }
}

#[test]
fn what_lies_on_the_disk_wins() {
    let project =
        Project::script("import pkgutil, pack\nprint(pkgutil.get_data('pack', 'kept.txt').decode())\n")
            .file("pack/__init__.py", "")
            .file("pack/kept.txt", "built")
            .file("rule.toml", "[[rule]]\nmodule = 'pack'\nresources = ['pack/*']\n")
            .file(
                "app.spec",
                "[app]\nentry = 'app.py'\n[bundle]\nmode = 'onedir'\n[rules]\nfiles = ['rule.toml']\n",
            );
    project.command(["app.spec"]).run().success();
    let folder = project.path().join("dist/app");
    let run = || Run::new(folder.join("app")).show(&folder).run();
    assert!(std::fs::read_dir(folder.join("_internal/pack")).unwrap().next().is_none());
    run().prints("built\n");
    std::fs::write(folder.join("_internal/pack/kept.txt"), "replaced").unwrap();
    run().prints("replaced\n");
}

#[test]
fn what_the_user_collects_lies_as_files() {
    let source =
        "import os, pack\nprint(open(os.path.join(os.path.dirname(pack.__file__), 'kept.txt')).read())\n";
    for key in ["collect-data", "files"] {
        let project = Project::script(source)
            .file("pack/__init__.py", "")
            .file("pack/kept.txt", "kept")
            .file("rule.toml", "[[rule]]\nmodule = 'pack'\nresources = ['pack/*']\n")
            .file(
                "app.spec",
                format!(
                    "[app]\nentry = 'app.py'\n[bundle]\nmode = 'onefile'\n[modules]\n{key} = ['pack']\n\
                     [rules]\nfiles = ['rule.toml']\n"
                ),
            );
        let outcome = project.command(["app.spec"]).run();
        project.moved(Mode::Onefile, "app", outcome).command().run().prints("kept\n");
    }
}

#[test]
fn time_zones_are_read_from_the_archive() {
    let interpreter = newest();
    let python = venv(interpreter, "tzdata").python();
    let project = || Project::of("resources/time_zones_are_read_from_the_archive");
    let python = python.to_str().unwrap();
    everywhere(project, &["--python", python], |app| {
        app.command().run().prints("2:00:00 CET\nTrue True\nTrue\nno Europe/Nowhere\nno No/Where\nFalse\n");
    });
}
