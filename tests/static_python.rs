//! Interpreters without a shared libpython: their own executable is carried, and run with the launcher in it.

use std::os::unix::fs::PermissionsExt;

use harness::{Frozen, Interpreter, Mode, Project, make_reachable, scratch, without_libpython};

/// A script frozen with each such interpreter in all forms that there are.
fn each_form(program: impl Fn() -> Project, more: &str, check: impl Fn(&Frozen, &str)) {
    for interpreter in without_libpython() {
        forms_of(interpreter, &program, more, &check);
    }
}

fn forms_of(
    interpreter: &Interpreter,
    program: impl Fn() -> Project,
    more: &str,
    check: impl Fn(&Frozen, &str),
) {
    for form in ["onedir", "cache", "temp", "memory"] {
        let (mode, extract) = match form {
            "onedir" => (Mode::Onedir, String::new()),
            extract => (Mode::Onefile, format!("extract = \"{extract}\"\n")),
        };
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n{extract}{more}",
            mode.name()
        );
        let project = program().file("work.py", "def double(n): return 2 * n\n");
        let project = project.file("app.spec", spec);
        check(&project.freeze_spec_for(mode, interpreter), form);
    }
}

#[test]
fn the_interpreter_is_carried_and_not_libpython() {
    for python in without_libpython() {
        let program = || Project::script("import sys; print('%d.%d' % sys.version_info[:2])");
        forms_of(python, program, "", |app, form| {
            app.command().run().prints(&format!("{}\n", python.minor()));
            if form == "onedir" {
                let names = std::fs::read_dir(app.product.join("_internal")).unwrap();
                let names: Vec<String> =
                    names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
                for name in [&format!("python{}", python.minor()), "launcher.so"] {
                    assert!(names.iter().any(|n| n.starts_with(name)), "{name} in {names:?}");
                }
                assert!(!names.iter().any(|n| n.starts_with("libpython")), "{names:?}");
            }
        });
    }
}

#[test]
fn the_program_cannot_tell() {
    each_form(
        || Project::of("static_python/the_program_cannot_tell"),
        "",
        |app, form| {
            for preload in [None, Some("/lib/x86_64-linux-gnu/libm.so.6"), Some("")] {
                let mut run = app.command().env("APP", &app.exe).args(["-c", "x y"]);
                if let Some(preload) = preload {
                    run = run.env("LD_PRELOAD", preload);
                }
                let outcome = run.run();
                outcome.exits(7);
                let shown = preload.unwrap_or("None");
                let expected = format!("True False False\n{shown} True ['-c', 'x y']\napp\n4\n");
                assert_eq!(outcome.stdout, expected, "{form}\n{outcome}");
                assert_eq!(outcome.stderr, "", "{form}\n{outcome}");
            }
        },
    );
}

#[test]
fn children_are_the_program_again() {
    let more = "[runtime]\ninterpreter = true\n[modules]\ninclude = [\"work\"]\n";
    each_form(
        || Project::of("static_python/children_are_the_program_again"),
        more,
        |app, form| {
            let outcome = app.command().arg("one").run();
            let once = "spawn 90\nforkserver 90\nfork 90\n8\n";
            outcome.prints(&once.repeat(2));
            assert_eq!(outcome.stderr, "", "{form}\n{outcome}");
        },
    );
}

#[test]
fn its_folder_may_have_any_name() {
    each_form(
        || Project::script("import zlib, ssl; print(zlib.crc32(b'x'))"),
        "",
        |app, form| {
            let folder = scratch("named");
            make_reachable(folder.path());
            let odd = folder.path().join("a b:c,d;e=f\u{fc}");
            std::fs::create_dir(&odd).unwrap();
            let run = app.command().env("FREEZE_APP_CACHE_DIR", &odd).env("TMPDIR", &odd);
            run.run().prints("2363233923\n");
            let is_used = std::fs::read_dir(&odd).unwrap().next().is_some();
            assert_eq!(is_used, form == "cache", "a private folder is removed, and others are not made");
        },
    );
}

#[test]
fn a_setuid_program_is_refused() {
    each_form(
        || Project::script("print('ran')"),
        "",
        |app, form| {
            std::fs::set_permissions(&app.exe, std::fs::Permissions::from_mode(0o4755)).unwrap();
            let outcome =
                app.command().arg("-c").arg("print('python')").with_sandbox(|s| s.user = Some(65534)).run();
            outcome.fails(&["setuid", "hint"]);
            assert_eq!(outcome.stdout, "", "{form}\n{outcome}");
        },
    );
}
