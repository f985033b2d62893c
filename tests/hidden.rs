//! The harness itself: what it hides is hidden, and the programs it freezes work before they are frozen.

use harness::{EmptyRoot, Run, Sandbox, full, interpreters, newest, venv};

#[test]
fn no_python_and_no_source_can_be_seen_in_the_sandbox() {
    assert!(!interpreters().is_empty());
    for interpreter in interpreters() {
        let run = || Run::new("/bin/sh").sandbox(Sandbox::without_python());
        let outcome = run().args(["-c", "\"$0\" -c 'print(1)'"]).arg(&interpreter.exe).run();
        assert!(!outcome.is_success(), "{outcome}");
        let library = format!("lib/{}/os.py", interpreter.library);
        run().args(["-c", "test ! -e \"$0\""]).arg(interpreter.prefix.join(library)).run().success();
    }
    let run = Run::new("/bin/sh").args(["-c", "ls -A \"$0\""]).arg(harness::root());
    run.sandbox(Sandbox::without_python()).run().prints("");
    // And outside of it everything is as it was.
    Run::new(&newest().exe).args(["-c", "print('here')"]).run().prints("here\n");
}

#[test]
fn an_empty_root_is_empty() {
    let root = EmptyRoot::new();
    let names: Vec<String> = walkdir::WalkDir::new(root.path())
        .into_iter()
        .flatten()
        .filter(|e| !e.file_type().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().all(|n| n.starts_with("ld-linux") || n.starts_with("lib")), "{names:?}");
    assert!(!names.iter().any(|n| n.starts_with("libz") || n.starts_with("libgcc")), "{names:?}");
    std::fs::copy("/bin/true", root.path().join("app/true")).unwrap();
    Run::new("/app/true").sandbox(root.sandbox()).in_folder("/").run().success();
}

#[test]
fn programs_work_before_they_are_frozen() {
    let chosen: Vec<_> = if full() { interpreters().iter().collect() } else { vec![newest()] };
    for interpreter in chosen {
        for entry in std::fs::read_dir(harness::apps()).unwrap().flatten() {
            let case = entry.file_name().into_string().unwrap();
            let script = entry.path().join(format!("{case}_app.py"));
            // What uses Windows runs there only.
            if case == "combined" || case.starts_with("windows_") || !script.exists() {
                continue;
            }
            let requirements =
                std::fs::read_to_string(entry.path().join("requirements.txt")).unwrap_or_default();
            let environment = venv(interpreter, &requirements);
            let mut run = Run::new(environment.python()).args(["-B", "-X", "utf8"]).arg(&script);
            if case == "stdlib_tour" {
                run = run.args(interpreter.lacks.iter().map(|name| format!("--skip={name}")));
            }
            run.run().prints(&std::fs::read_to_string(entry.path().join("expect.txt")).unwrap());
        }
    }
}
