//! The program as an interpreter, and the switches of its launcher.

use harness::{Mode, Program, Project, newest};

const SPEC: &str =
    "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n[modules]\ninclude = [\"tool\"]\n[runtime]\n";
const APP: &str = "import sys\nprint('app', sys.argv[1:], sys.orig_argv[1:] if hasattr(sys, 'orig_argv') else sys.argv[1:])\n";

fn frozen(runtime: &str, source: &str) -> harness::Frozen {
    project(runtime, Project::script(source))
}

fn project(runtime: &str, project: Project) -> harness::Frozen {
    let tool = "import sys\nprint(__name__, sys.argv[1:])\n";
    project.file("tool.py", tool).file("app.spec", format!("{SPEC}{runtime}\n")).freeze_spec(Mode::Onefile)
}

#[test]
fn code_from_the_standard_input() {
    let app = frozen("interpreter = true", APP);
    let code = "import sys, tool\nprint(sys.argv, repr(sys.path[0]), __name__, __file__)\n";
    app.command().args(["-", "x"]).stdin(code).run().prints("tool ['x']\n['-', 'x'] '' __main__ <stdin>\n");
    app.command()
        .args(["-I", "-"])
        .stdin("import sys; print(sys.path[0] == sys.prefix)")
        .run()
        .prints("True\n");
    app.command().arg("-").stdin("# coding: latin-1\nprint(ascii('\u{e9}'))").run().prints("'\\xc3\\xa9'\n");
    let at_exit = Program::of("interpreter/a_traceback_shows_code_from_the_command_line").source("app.py");
    if newest().version.1 >= 13 {
        // The source is known to tracebacks, and read from no file.
        app.command().args(["-c", &at_exit]).run().says(&["line 5, in __del__", "    1 / 0"]);
    }
    app.command().arg("-").stdin("raise SystemExit(3)").run().exits(3);
    app.command().arg("-").stdin("").run().prints("");
    let outcome = app.command().arg("-").stdin("def f():\n    1/0\nf()\n").run();
    outcome.exits(1);
    assert_eq!(
        outcome.stderr.split('~').next().unwrap_or_default().trim_end().replace(" ", ""),
        "Traceback(mostrecentcalllast):\nFile\"<stdin>\",line3,in<module>\nFile\"<stdin>\",line2,inf\nZeroDivisionError:divisionbyzero",
        "{outcome}"
    );
    // A mistake is shown as python shows it, without frames of the launcher.
    for words in [&["-"][..], &["-c", "f(\n"]] {
        let outcome = app.command().args(words).stdin("f(\n").run();
        outcome.exits(1);
        assert!(
            outcome.stderr.starts_with("  File \"<st") && outcome.stderr.contains("SyntaxError"),
            "{outcome}"
        );
    }
    // What it is started with from outside is the program's own where nothing names code.
    app.command().args(["-u", "-v"]).run().prints("app ['-u', '-v'] ['-u', '-v']\n");
}

#[test]
fn children_read_code_from_the_standard_input() {
    let program = "interpreter/children_read_code_from_the_standard_input";
    project("interpreter = true", Project::of(program))
        .command()
        .run()
        .prints("2 ['-']\n2 ['-']\n2 ['']\n2 ['']\nagain ['-x', 'y']\nagain ['--', '-']\n");
    // As before where nobody asked for an interpreter: no loop, nothing taken away.
    let plain = Program::of(program).source("app.py").replace("for words in ", "for words in ['a'], ");
    frozen("", &plain).command().run().prints(
        "again ['a']\nagain ['-']\nagain ['-I', '-']\nagain ['-I']\nagain ['-u', '-X', 'dev']\n\
         again ['-x', 'y']\nagain ['--', '-']\n",
    );
}

#[test]
fn switches_are_for_the_launcher_where_the_spec_turns_them_on() {
    let app = frozen("switches = true", APP);
    app.command().args(["--freeze-debug", "a", "--freeze-debug"]).run().success();
    let outcome = app.command().args(["--freeze-debug", "a", "--freeze-debug"]).run();
    assert_eq!(outcome.stdout, "app ['a', '--freeze-debug'] ['a', '--freeze-debug']\n", "{outcome}");
    assert!(outcome.stderr.contains("freeze: ") && outcome.stderr.contains(" finalize"), "{outcome}");

    let outcome = app.command().arg("--freeze-info").run();
    outcome.success();
    let row = |name: &str| {
        let line = outcome.stdout.lines().find(|l| l.starts_with(name));
        line.unwrap_or_else(|| panic!("{outcome}"))[11..].trim().to_owned()
    };
    assert_eq!((row("app"), row("mode")), ("app".to_owned(), "onefile".to_owned()));
    assert!(
        row("python").starts_with(&newest().minor()) && row("root").contains("/freeze/app/"),
        "{outcome}"
    );
    let outcome = app.command().args(["--freeze-extract=memory", "--freeze-info"]).run();
    assert!(outcome.stdout.ends_with("in memory\n"), "{outcome}");

    let python = ["--freeze-python", "-c", "import sys, tool; print(sys.argv[1:], sys._MEIPASS)", "x"];
    let outcome = app.command().args(["--freeze-cache-dir=own"]).args(python).run();
    assert!(
        outcome.stdout.starts_with("tool ['x']\n['x'] /") && outcome.stdout.contains("/own/freeze/app/"),
        "{outcome}"
    );
    app.command().arg("--freeze-python").stdin("print(6 * 7)").run().prints("42\n");
    app.command().args(["--freeze-python", "-m", "tool", "x"]).run().prints("__main__ ['x']\n");

    let unknown = app.command().arg("--freeze-everything").run();
    unknown.exits(2).says(&["unknown switch `--freeze-everything`", "--freeze-verify"]);

    let off = frozen("", APP);
    for words in [["--freeze-info", "a"], ["--freeze-python", "-"], ["--freeze-nothing", "b"]] {
        off.command().args(words).run().prints(&format!("app {words:?} {words:?}\n").replace('"', "'"));
    }
}

#[test]
fn a_switch_finds_damage() {
    for mode in Mode::ALL {
        let project = Project::script(APP).file("big.txt", "some data\n".repeat(5000)).file(
            "app.spec",
            format!(
                "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\ncompression = \"none\"\n[runtime]\nswitches = true\n[[data]]\nfrom = \"big.txt\"\n",
                mode.name()
            ),
        );
        let app = project.freeze_spec(mode);
        let whole = app.command().arg("--freeze-verify").run();
        assert!(whole.stdout.starts_with("whole: "), "{whole}");
        match mode {
            Mode::Onefile => {
                let mut bytes = std::fs::read(&app.exe).unwrap();
                let at = bytes.windows(10).position(|w| w == b"some data\n").unwrap();
                bytes[at + 20_000] ^= 1;
                std::fs::write(&app.exe, bytes).unwrap();
                app.command().arg("--freeze-verify").run().exits(3).says(&["damaged"]);
            }
            Mode::Onedir => {
                let file = app.exe.parent().unwrap().join("_internal/big.txt");
                std::fs::write(&file, "some").unwrap();
                app.command().arg("--freeze-verify").run().exits(3).says(&["big.txt", "cut off"]);
            }
        }
    }
}

#[test]
fn a_terminal_talks_to_the_interpreter() {
    let app = frozen("switches = true", APP);
    let typed = Program::of("interpreter/a_terminal_talks_to_the_interpreter").source("typed.py");
    // From 3.13 on tracebacks have colours there.
    let run = app.command().env("NO_COLOR", "1").arg("--freeze-python");
    let outcome = run.stdin(typed).through_terminal().run();
    for expected in [">>> ", "tool []", "42", "File \"<stdin>\", line 1, in <module>", "ZeroDivisionError"] {
        assert!(outcome.stdout.contains(expected), "{expected}: {outcome}");
    }
    assert_eq!(outcome.code(), Some(0), "{outcome}");
}
