//! The command line: PyInstaller's options with their meanings, and messages for people and for machines.

use harness::{Mode, Project, freeze_command, interpreters};

#[test]
fn help_and_version_are_told() {
    for arguments in [
        vec!["--help"],
        vec!["-h"],
        vec!["init", "--help"],
        vec!["inspect", "--help"],
        vec!["why", "--help"],
        vec!["trace", "--help"],
        vec!["cache", "--help"],
    ] {
        let outcome = freeze_command().args(&arguments).run();
        assert!(outcome.success().stdout.contains("freeze"), "{outcome}");
        let widest = outcome.stdout.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(widest <= 120, "{widest} columns\n{outcome}");
    }
    let outcome = freeze_command().arg("--version").run();
    assert!(outcome.success().stdout.starts_with("freeze "), "{outcome}");
}

#[test]
fn a_wrong_command_line_ends_with_code_2() {
    let project = Project::script("");
    project.command(["app.py", "--no-such-option"]).run().exits(2).fails(&["--no-such-option"]);
    project.command(["app.py", "--optimize", "9"]).run().exits(2).fails(&["9"]);
    project.command(["app.py", "--onefil"]).run();
    freeze_command().run().exits(2);
    project.command(["nothing.py"]).run().fails(&["nothing.py"]);
    project.command(["no_module:main"]).run().fails(&["no_module"]);
    project
        .bare_command(["--entry-point", "no-such-script", "--python"])
        .arg(&harness::newest().exe)
        .run()
        .fails(&["no-such-script"]);
}

#[test]
fn a_folder_is_the_default() {
    let project = Project::script("print('default')");
    project.command(["app.py"]).run().success();
    assert!(project.path().join("dist/app/app").is_file());
    assert!(project.path().join("dist/app/_internal").is_dir());
}

#[test]
fn the_product_can_be_run_at_once() {
    let project = Project::script("import sys; print('ran', sys.argv[1:]); sys.exit(7)");
    let outcome = project
        .bare_command(["app.py", "-F", "--python"])
        .arg(&harness::newest().exe)
        .args(["--", "-x", "y"])
        .run();
    outcome.exits(7);
    assert_eq!(outcome.stdout, "ran ['-x', 'y']\n", "{outcome}");
}

#[test]
fn options_have_their_meanings() {
    for mode in Mode::ALL {
        let project = Project::of("cli/options_have_their_meanings");
        let app = project.freeze_as(
            mode,
            [
                "app.py",
                "--add-data",
                "a.txt:data",
                "--add-data=b.txt:.",
                "--add-data",
                "tree:tree",
                "--add-data",
                "globs/*.txt:globbed",
                "--runtime-hook",
                "hook.py",
                "-p",
                "more",
                "--hidden-import",
                "hidden",
                "--exclude-module",
                "decimal",
                "--exclude-module=tkinter",
                "--optimize",
                "1",
                "--clean",
                "--log-level",
                "WARN",
                "--strip",
                "--noconfirm",
                "--workpath",
                "w",
                "--specpath",
                "specs",
            ],
        );
        app.command().run().prints(
            "data/a.txt True\nb.txt True\ntree/x/c.txt True\nglobbed/d.txt True\nglobbed/e.bin False\nhooked 1\n\
             extra\nhidden\nno tkinter\nno decimal\n",
        );
        // With that log level a build that goes well says nothing.
        assert_eq!(app.outcome.stdout, "", "{}", app.outcome);
    }
}

#[test]
fn options_without_meaning_are_accepted_with_a_word() {
    let project = Project::script("print('hello')");
    let outcome = project
        .command(["app.py", "-F", "-y", "--noupx", "--upx-dir", "/x", "--windowed", "-i", "a.ico"])
        .run();
    outcome.success().says(&["--noupx", "--upx-dir", "--windowed", "--icon"]);
    project.moved(Mode::Onefile, "app", outcome).command().run().prints("hello\n");
}

#[test]
fn the_summary_tells_what_was_made() {
    let project = Project::script("import json; print('hello')");
    let outcome = project.command(["app.py", "-F", "-y"]).run();
    outcome.success().says(&["dist/app", "MB", "modules", "glibc"]);
    assert!(
        !outcome.stderr.contains('\x1b') && !outcome.stderr.contains('\r'),
        "no terminal, no progress\n{outcome}"
    );
    let outcome = project.command(["app.py", "-F", "-y", "-q"]).run();
    assert_eq!((outcome.success().stdout.as_str(), outcome.stderr.as_str()), ("", ""), "{outcome}");
    let outcome = project.command(["app.py", "-F", "-y", "--color", "always"]).run();
    assert!(outcome.success().stderr.contains('\x1b'), "{outcome}");
}

#[test]
fn machines_get_one_json_object_per_line() {
    let project = Project::script("import no_such_module");
    let outcome = project.command(["app.py", "-F", "-y", "--log-format", "json"]).run();
    outcome.success();
    let text = format!("{}{}", outcome.stderr, outcome.stdout);
    let objects: Vec<serde_json::Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| outcome.fail(&format!("{e} in {l}"))))
        .collect();
    assert!(objects.iter().all(serde_json::Value::is_object) && !objects.is_empty());
    assert!(text.contains("no_such_module") && text.contains("dist/app"), "{outcome}");
    let outcome = project.command(["nothing.py", "--log-format", "json"]).run();
    assert!(!outcome.is_success());
    for line in outcome.stdout.lines().chain(outcome.stderr.lines()) {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{outcome}");
    }
}

#[test]
fn the_report_explains_the_product() {
    let project = Project::script("import json, no_such_module, asyncio");
    project.command(["app.py", "-F", "-y", "--report", "r.json"]).run().success();
    let text = std::fs::read_to_string(project.path().join("r.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(report.is_object() && text.contains("json.decoder") && text.contains("no_such_module"));
    project.command(["app.py", "-F", "-y", "--report", "r.html"]).run().success();
    let page = std::fs::read_to_string(project.path().join("r.html")).unwrap();
    assert!(page.contains("<html") && page.contains("no_such_module"));
    assert!(!page.contains("http://") && !page.contains("src=\"https"), "the page needs no network");
}

#[test]
fn the_cache_of_the_builder_can_be_shown_and_cleared() {
    let project = Project::script("print('hello')");
    let cache = project.path().join("the-cache");
    let run = |arguments: &[&str]| freeze_command().env("FREEZE_CACHE_DIR", &cache).args(arguments).run();
    project.command(["app.py", "-F", "-y"]).env("FREEZE_CACHE_DIR", &cache).run().success();
    let outcome = run(&["cache", "show"]);
    assert!(outcome.success().stdout.contains("the-cache"), "{outcome}");
    let outcome = run(&["cache", "--json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&outcome.success().stdout).is_ok(), "{outcome}");
    run(&["cache", "clear"]).success();
    let size: u64 = walkdir::WalkDir::new(&cache)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| e.metadata().unwrap().len())
        .sum();
    assert!(size < 200_000, "{size} bytes are left: {}", harness::Tree::of(&cache));
    run(&["cache", "show"]).success();
    project.command(["app.py", "-F", "-y"]).env("FREEZE_CACHE_DIR", &cache).run().success();
    // A damaged or foreign cache is set aside.
    for entry in walkdir::WalkDir::new(&cache).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        std::fs::write(entry.path(), "garbage").unwrap();
    }
    let outcome = project.command(["app.py", "-F", "-y"]).env("FREEZE_CACHE_DIR", &cache).run();
    project.moved(Mode::Onefile, "app", outcome).command().run().prints("hello\n");
}

#[test]
fn the_work_folder_receives_what_the_build_found() {
    let project = Project::of("cli/the_work_folder_receives_what_the_build_found");
    // Nothing is left where it was not asked for.
    project.command(["app.py", "-F", "-y"]).run().success();
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(project.path().join(folder)).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("."), ["app.py", "dist"]);
    for _ in 0..2 {
        project.command(["app.py", "-F", "-y", "--name", "my", "--workpath", "w/x"]).run().success();
        assert_eq!(names("w/x/my"), ["warn-my.txt", "xref-my.html"]);
    }
    assert_eq!(
        (names("w/x"), names("dist")),
        (vec!["my".to_owned()], vec!["app".to_owned(), "my".to_owned()])
    );
    let warnings = std::fs::read_to_string(project.path().join("w/x/my/warn-my.txt")).unwrap();
    for line in [
        "missing module named certainly_gone - imported by __main__ (app.py:1, top-level)",
        "missing module named perhaps_gone - imported by __main__ (app.py:3, in a try block)",
        "missing module named later_gone - imported by __main__ (app.py:7, in a function)",
    ] {
        assert!(warnings.lines().any(|l| l == line), "`{line}` is not in\n{warnings}");
    }
    let page = std::fs::read_to_string(project.path().join("w/x/my/xref-my.html")).unwrap();
    assert!(page.contains("<html") && page.contains("certainly_gone"));
    // A spec does the same.
    let project = Project::of("cli/the_work_folder_of_a_spec");
    project.command(["app.spec", "--workpath", "w"]).run().success();
    assert!(project.path().join("w/app/warn-app.txt").is_file());
    let outcome = project.command(["app.spec", "--workpath", "./dist"]).run();
    outcome.exits(2).fails(&["`--workpath` and `--distpath` are the same folder"]);
}

#[test]
fn debugging_with_modules_as_files() {
    // The standard library too, but for what runs before files can be read; entries never.
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            let project = Project::of("cli/debugging_with_modules_as_files");
            let form = format!("--{}", mode.name());
            let run = project.bare_command(["app.py", "-y", &form, "-d", "noarchive", "--python"]);
            let outcome = run.arg(&interpreter.exe).args(["--python-option", "W error"]).run();
            let app = project.moved(mode, "app", outcome);
            app.command().run().prints(
                "[True, True, True, True, True, True, True, True] False\nTrue PART = 1\n\
                 ['part'] [1] True\n[8]\n",
            );
        }
    }
}

#[test]
fn debug_options_do_what_they_say() {
    // What python prints of imports, and what the launcher prints of its phases.
    let (imports, phases) = ("import 'csv'", " ms  libpython");
    let plain = Project::script("import csv").freeze(["app.py"]);
    let outcome = plain.command().run();
    assert!(!outcome.success().stderr.contains(imports) && !outcome.stderr.contains(phases), "{outcome}");
    let by_option = |name: &str| Project::script("import csv").freeze(["app.py", "-d", name]);
    let by_spec = |name: &str| {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n[runtime]\ndebug = [\"{name}\"]\n"
        );
        Project::script("import csv").file("app.spec", spec).freeze_spec(Mode::Onefile)
    };
    for app in [by_option, by_spec as fn(&str) -> harness::Frozen] {
        for (name, has_imports, has_phases, has_files) in [
            ("imports", true, false, false),
            ("bootloader", false, true, false),
            ("noarchive", false, false, true),
            ("all", true, true, true),
        ] {
            let app = app(name);
            let outcome = app.command().run();
            let stderr = &outcome.success().stderr;
            assert_eq!(stderr.contains(imports), has_imports, "{name}: {outcome}");
            assert_eq!(stderr.contains(phases), has_phases, "{name}: {outcome}");
            let listed = freeze_command().args(["inspect"]).arg(&app.exe).args(["list", "--json"]).run();
            assert_eq!(
                listed.success().stdout.contains("\"kind\":\"data\",\"path\":\"csv.py\""),
                has_files,
                "{name}: {listed}"
            );
        }
    }
}

#[test]
fn a_program_that_writes_no_files_has_no_modules_as_files() {
    let spec = "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"memory\"\n";
    for more in ["[modules]\nfiles = [\"json\"]\n", "[runtime]\ndebug = [\"noarchive\"]\n"] {
        let project = Project::script("").file("app.spec", format!("{spec}{more}"));
        project.command(["app.spec"]).run().fails(&["files", "extract = \"memory\""]);
    }
}
