//! The environment: children of a frozen program get the one that the program was given, and nothing more.

use std::collections::BTreeMap;

use harness::{Frozen, Mode, Project, Run, Sandbox, interpreters, newest};

fn check(app: &Frozen, run: Run) {
    let given: BTreeMap<String, String> = run
        .environment()
        .iter()
        .map(|(k, v)| (k.to_str().unwrap().to_owned(), v.to_str().unwrap().to_owned()))
        .collect();
    let outcome = run.run();
    outcome.success();
    let seen: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    for who in ["os", "child", "shell"] {
        let mut table: BTreeMap<String, String> = serde_json::from_value(seen[who].clone()).unwrap();
        if who == "shell" {
            // What a shell adds by itself.
            for name in ["PWD", "_", "SHLVL", "OLDPWD"] {
                if !given.contains_key(name) {
                    table.remove(name);
                }
            }
        }
        assert_eq!(table, given, "{who}, {}\n{outcome}", app.exe.display());
    }
}

#[test]
fn a_child_gets_the_environment_that_the_program_was_given() {
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            let app = Project::of("environment/a_child_gets_the_environment_that_the_program_was_given")
                .freeze_for(mode, interpreter);
            check(&app, app.command());
            let run =
                app.command().env("LD_LIBRARY_PATH", "/given/by/user").env("LC_ALL", "C").env("EMPTY", "");
            check(
                &app,
                run.env("PYTHONPATH", "/given").env("PYTHONHOME", "/given").env("_PYI_ARCHIVE_FILE", "x"),
            );
            check(&app, app.command().env_remove("HOME").env_remove("PATH").env_remove("TMPDIR"));
        }
    }
}

#[test]
fn variables_of_the_spec_are_set_before_python_starts() {
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n\
                [runtime]\nenv = { APP_ROOT = \"{root}/share\", TZ = \"Asia/Tokyo\" }\n";
    let source =
        "import os, sys, time; print(os.environ['APP_ROOT'] == sys._MEIPASS + '/share', time.strftime('%z'))";
    let app = Project::script(source).file("app.spec", spec).freeze_spec(Mode::Onefile);
    app.command().run().prints("True +0900\n");
}

#[test]
fn a_frozen_program_can_start_another_one() {
    let inner =
        Project::script("import sys, os; print('inner', os.path.basename(sys.executable), sys.argv[1:])")
            .freeze(["app.py"]);
    let outer = Project::script("import subprocess, sys; sys.exit(subprocess.call([sys.argv[1], 'x']))")
        .freeze(["app.py"]);
    outer.command().arg(&inner.exe).run().prints("inner app ['x']\n");
}

#[test]
fn programs_of_the_system_use_their_own_libraries() {
    // Here Python is not hidden: the child is the very interpreter that the program was frozen with.
    let app = Project::script(
        "import subprocess, sys\nprint(subprocess.check_output([sys.argv[1], '-c', 'import ssl, sys; print(sys.prefix)'], text=True).strip())",
    )
    .freeze(["app.py"]);
    let python = newest();
    let outcome = app.command().sandbox(Sandbox::default()).arg(&python.exe).run();
    outcome.prints(&format!("{}\n", python.prefix.display()));
}
