//! The launcher: one process that behaves as `python app.py` does.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{Frozen, Mode, Project, Run, Sandbox, hello, interpreters, newest, scratch};

fn frozen(source: &str) -> Frozen {
    Project::script(source).freeze(["app.py"])
}

fn program(name: &str) -> Frozen {
    Project::of(&format!("launcher/{name}")).freeze(["app.py"])
}

#[test]
fn hello_runs_with_every_interpreter_in_both_forms() {
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            let frozen = hello(interpreter, mode);
            frozen.check();
            frozen.command().args(["a b", "", "ü", "-c", "--help"]).run().prints("hello a b  ü -c --help\n");
        }
    }
}

#[test]
fn the_exit_code_is_that_of_the_program() {
    let app = program("the_exit_code_is_that_of_the_program");
    let run = |arguments: &[&str]| app.command().args(arguments).run();
    run(&["code", "0"]).success();
    run(&["code", "3"]).exits(3);
    run(&["code", "255"]).exits(255);
    run(&["hard", "7"]).exits(7);
    run(&["text"]).exits(1).says(&["a message"]);
    let outcome = run(&["error"]);
    outcome.exits(1).says(&[
        "Traceback (most recent call last):",
        "in failing",
        "ValueError: a reason",
        "app.py\", line",
    ]);
    assert!(!outcome.stderr.contains("_freeze"), "the traceback shows the machinery\n{outcome}");
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGSEGV] {
        let outcome = run(&["signal", &signal.to_string()]);
        assert_eq!(outcome.status.signal(), Some(signal), "{outcome}");
    }
    assert_eq!(run(&["abort"]).status.signal(), Some(libc::SIGABRT));
    let outcome = run(&["interrupt"]);
    assert_eq!(outcome.status.signal(), Some(libc::SIGINT), "as python ends\n{outcome}");
    outcome.says(&["KeyboardInterrupt"]);
}

#[test]
fn it_is_one_process_that_gets_its_signals_itself() {
    let app = program("it_is_one_process_that_gets_its_signals_itself");
    let folder = scratch("signal");
    let ready = folder.path().join("ready");
    for (signal, code) in [(libc::SIGTERM, Some(5)), (libc::SIGINT, None)] {
        let _ = std::fs::remove_file(&ready);
        let started = app.command().arg(&ready).start();
        let pid = started.pid();
        wait_for(&ready);
        started.signal_only(signal);
        let outcome = started.wait();
        assert_eq!(outcome.code(), code, "{outcome}");
        assert!(outcome.stdout.starts_with(&format!("{pid} []\n")), "{outcome}");
    }
}

fn wait_for(path: &Path) {
    for _ in 0..6000 {
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("`{}` did not appear", path.display());
}

#[test]
fn it_finds_itself_however_it_is_started() {
    for mode in Mode::ALL {
        let app = Project::script("import sys, os; print('found', os.path.basename(sys.executable))")
            .freeze_as(mode, ["app.py"]);
        let folder = scratch("ways");
        let folder = folder.path().canonicalize().unwrap();
        // Through links, of links.
        std::os::unix::fs::symlink(&app.exe, folder.join("link")).unwrap();
        std::os::unix::fs::symlink("link", folder.join("link of link")).unwrap();
        for name in ["link", "link of link"] {
            Run::new(folder.join(name)).sandbox(Sandbox::without_python()).run().success();
        }
        let parent = app.exe.parent().unwrap();
        let shell = |script: &str| {
            Run::new("/bin/sh").args(["-c", script]).sandbox(Sandbox::without_python()).in_folder(parent)
        };
        // By a relative path, by PATH, and with an argv[0] that is a lie.
        shell("./app").run().prints("found app\n");
        shell("app").env("PATH", format!("/bin:/usr/bin:{}", parent.display())).run().prints("found app\n");
        shell("PATH=.:$PATH; app").run().prints("found app\n");
        Run::new("/bin/bash")
            .args(["-c", "exec -a nonsense ./app"])
            .sandbox(Sandbox::without_python())
            .in_folder(parent)
            .run()
            .prints("found app\n");
        // Under a name with spaces and other letters.
        let odd = folder.join("größe und 名前");
        harness::copy_tree(&app.product, &odd);
        let exe = if mode == Mode::Onedir { odd.join("app") } else { odd };
        Run::new(exe).sandbox(Sandbox::without_python()).run().success();
        // From a folder that is gone.
        let gone = folder.join("gone");
        std::fs::create_dir(&gone).unwrap();
        let script = format!("rmdir '{}' && {}", gone.display(), app.exe.display());
        let run = Run::new("/bin/sh").args(["-c", &script]).in_folder(&gone);
        run.sandbox(Sandbox::without_python()).run().prints("found app\n");
    }
}

#[test]
fn streams_are_utf_8_whatever_the_locale() {
    let app = frozen(
        "import sys; print(sys.stdin.read().upper(), sys.stdout.encoding, sys.argv[1], ascii(sys.argv[2]))",
    );
    for locale in ["C", "POSIX", "C.UTF-8", "de_DE.ISO-8859-1", "nonsense"] {
        use std::os::unix::ffi::OsStrExt;
        let bytes = std::ffi::OsStr::from_bytes(b"\xff");
        let run = app.command().env("LC_ALL", locale).stdin("grüße").arg("名").arg(bytes);
        run.run().prints("GRÜSSE utf-8 名 '\\udcff'\n");
    }
}

#[test]
fn it_works_with_no_environment_and_closed_streams() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        let mut run = app.command();
        for name in ["HOME", "PATH", "TMPDIR"] {
            run = run.env_remove(name);
        }
        run.run().prints("hello\n");
        let script = format!("{} <&- >&- 2>&-; echo $?", app.exe.display());
        let run = Run::new("/bin/sh").args(["-c", &script]).sandbox(Sandbox::without_python());
        run.run().prints("0\n");
        let script = format!("{} > /dev/full; echo $?", app.exe.display());
        let run = Run::new("/bin/sh").args(["-c", &script]).sandbox(Sandbox::without_python());
        let outcome = run.run();
        assert_eq!(outcome.stdout, "120\n", "as python does it\n{outcome}");
    }
}

#[test]
fn python_variables_are_not_obeyed() {
    let app = frozen(
        "import sys; print(sys.flags.optimize, sys.flags.dont_write_bytecode, 'evil' in sys.modules, sys.flags.utf8_mode, __debug__)",
    );
    let evil = Project::new()
        .file("evil.py", "")
        .file("sitecustomize.py", "import evil")
        .file("os.py", "raise SystemExit('shadowed')");
    let run =
        app.command().env("PYTHONPATH", evil.path()).env("PYTHONHOME", "/nowhere").env("PYTHONOPTIMIZE", "2");
    let run = run
        .env("PYTHONVERBOSE", "1")
        .env("PYTHONINSPECT", "1")
        .env("PYTHONSTARTUP", evil.path().join("os.py"));
    let outcome = run.in_folder(evil.path()).run();
    outcome.success();
    assert!(outcome.stdout.starts_with("0 ") && outcome.stdout.contains("False"), "{outcome}");
    assert_eq!(outcome.stderr, "", "{outcome}");
}

#[test]
fn options_of_python_are_obeyed() {
    let source = "import sys, warnings; warnings.warn('careful'); print(sys.flags.optimize, sys.flags.dev_mode, sys.stdout.write_through)";
    let app = Project::script(source).freeze([
        "app.py",
        "--optimize",
        "1",
        "--python-option",
        "u",
        "--python-option",
        "X dev",
        "--python-option",
        "W error",
    ]);
    app.command().run().exits(1).says(&["careful"]);
    let app = Project::script(source).freeze(["app.py", "--python-option", "u"]);
    app.command().run().prints("0 False True\n");
    let app = Project::script("import json, own\nprint(json.dumps(own.x))\n").file("own.py", "x = 1\n");
    let outcome = app.freeze(["app.py", "--python-option", "X importtime"]).command().run();
    outcome.says(&["import time:", "| own\n", "|   json.decoder\n"]);
    assert_eq!(outcome.stdout, "1\n", "{outcome}");
}

#[test]
fn it_does_not_run_as_an_interpreter_unless_that_was_asked_for() {
    let app = Project::of("launcher/it_does_not_run_as_an_interpreter_unless_that_was_asked_for")
        .freeze(["app.py"]);
    app.command().run().prints("2 False True\n2 False True\nstarted again with ['sub', '--flag']\n");
}

#[test]
fn its_own_children_are_interpreters_where_they_are_meant_to_be() {
    // A library that knows the interpreter, in an environment of its own.
    let project = Project::of("launcher/its_own_children_are_interpreters_where_they_are_meant_to_be");
    let made = Command::new(&newest().exe)
        .args(["-m", "venv", "--without-pip"])
        .arg(project.path().join("v"))
        .status();
    assert!(made.unwrap().success());
    let library = format!("v/lib/{}/site-packages/runner.py", newest().library);
    let runner = "import subprocess, sys\ndef run(name): subprocess.run([sys.executable, '-m', name])\n";
    let project = project.file(&library, runner);
    let outcome = project.bare_command(["app.py", "-F", "-y", "--python", "v"]).run();
    let app = project.moved(Mode::Onefile, "app", outcome);
    app.command().run().prints(
        "0 ['-c', 'x'] ''\n0 ['-c', 'x'] True\n0 __main__ ['--flag'] 1\n1 app: No module named nothing_like_it\n\
         0 __main__ True ['s.py', 'y'] 42\n0 started again with ['sub', '--flag']\n\
         0 started again with ['-c', 'z']\n__main__ True ['s.py'] 42\n",
    );
    // From outside these are the program's own options.
    for words in [["-c", "print(1)"], ["-m", "tool"], ["s.py", "x"]] {
        app.command().args(words).run().prints(&format!("started again with {words:?}\n").replace('"', "'"));
    }
}

#[test]
fn multiprocessing_needs_no_freeze_support() {
    // A program without a `__main__` guard would start itself for ever: it is not run again in children.
    for mode in Mode::ALL {
        let app = Project::of("launcher/multiprocessing_needs_no_freeze_support").freeze_as(mode, ["app.py"]);
        let outcome = app.command().args(["--flag", "-c"]).run();
        let expected = "main True\nspawn 90 __main__\nforkserver 90 __main__\nfork 90 __main__\nTrue\n";
        outcome.success();
        assert_eq!(outcome.stdout.replace("__mp_main__", "__main__"), expected, "{outcome}");
        assert_eq!(outcome.stderr, "", "{outcome}");
    }
}

#[test]
fn threads_and_exit_handlers_end_as_in_python() {
    let app = program("threads_and_exit_handlers_end_as_in_python");
    app.command().run().prints("main ends\nthread ends\nat exit\ndeleted\n");
}

#[test]
fn much_memory_and_deep_stacks() {
    // Chunks of the threads' stacks come from the allocator of arenas too, between arenas.
    let app = program("much_memory_and_deep_stacks");
    app.command().run().prints("8000000\n20\n");
}

#[test]
fn no_file_stays_open_for_children_to_inherit() {
    for mode in Mode::ALL {
        let app = Project::script(
            "import os, subprocess\nprint(subprocess.run(['/bin/ls', '/proc/self/fd'], close_fds=False, capture_output=True, text=True).stdout.split())",
        )
        .freeze_as(mode, ["app.py"]);
        // What this very process has got from its own parent is there for all.
        let usual = Run::new("/bin/ls").arg("/proc/self/fd").run();
        let usual: Vec<String> =
            usual.success().stdout.split_whitespace().map(|n| format!("'{n}'")).collect();
        app.command().run().prints(&format!("[{}]\n", usual.join(", ")));
    }
}

#[test]
fn the_program_may_replace_or_remove_its_own_file() {
    let app = program("the_program_may_replace_or_remove_its_own_file");
    app.command().run().prints("goes on\n");
}

#[test]
fn a_deep_recursion_ends_with_an_error_of_python() {
    let app = program("a_deep_recursion_ends_with_an_error_of_python");
    app.command().run().prints("caught\n");
}

#[test]
fn output_to_a_closed_pipe_ends_quietly() {
    let app = frozen("import sys\nfor i in range(100000): print('line', i)\n");
    let script = format!("{} | head -n 1", app.exe.display());
    let run = Run::new("/bin/bash").args(["-c", &script]).sandbox(Sandbox::without_python());
    let outcome = run.run();
    assert_eq!(outcome.stdout, "line 0\n", "{outcome}");
    outcome.says(&["BrokenPipeError"]);
}

#[test]
fn the_bare_launcher_says_what_it_is() {
    let app = hello(newest(), Mode::Onefile);
    let bytes = std::fs::read(&app.exe).unwrap();
    let folder = scratch("bare");
    let bare = folder.path().join("bare");
    let start = harness::archive_range(&bytes).start;
    std::fs::File::create(&bare).unwrap().write_all(&bytes[..start]).unwrap();
    std::fs::set_permissions(&bare, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    Run::new(&bare).run().exits(2).fails(&["freeze"]);
    // `ld` of binutils makes it 16 kB longer than that of zig.
    assert!(start < 615_000, "the launcher is {start} bytes long");
}
