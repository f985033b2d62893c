//! Real programs, frozen, moved to another folder and run where no Python can be seen.
//!
//! The tour of the standard library runs with every interpreter in both forms. Each third-party program runs with
//! one interpreter in both forms; with the others they run together in one process (`combined`).
//! `FREEZE_TEST_FULL=1` runs each of them with each interpreter.

use std::time::Duration;

use harness::{
    Build, Interpreter, Mode, Server, apps, full, interpreter, interpreters, newest, without_libpython,
};

macro_rules! tests {
    ($($name:ident: $call:expr;)*) => { $(#[test] fn $name() { $call })* };
}

/// Interpreters that have a test of their own.
const NAMED: [&str; 9] =
    ["3.9", "3.10", "3.11", "3.11-system", "3.11-static", "3.12", "3.13", "3.14", "3.15"];

fn tour(python: &str, mode: Mode) {
    if let Some(interpreter) = interpreter(python) {
        tour_with(interpreter, mode);
    }
}

fn others(mode: Mode) {
    let all = interpreters().iter().chain(without_libpython());
    for interpreter in all.filter(|i| !NAMED.contains(&i.name.as_str())) {
        tour_with(interpreter, mode);
    }
}

fn tour_with(interpreter: &Interpreter, mode: Mode) {
    let frozen = Build::new("stdlib_tour").python(interpreter).mode(mode).freeze();
    let skipped = interpreter.lacks.iter().map(|name| format!("--skip={name}"));
    frozen.command().args(skipped).run().prints(&frozen.expected());
}

fn combined(python: &str, mode: Mode) {
    let Some(interpreter) = interpreter(python) else { return };
    let frozen = Build::new("combined").python(interpreter).mode(mode).freeze();
    frozen.command().patience(Duration::from_secs(400)).run().prints(&frozen.expected());
}

fn program(case: &str, mode: Mode) {
    for interpreter in chosen() {
        Build::new(case).python(interpreter).mode(mode).freeze().check();
    }
}

fn chosen() -> Vec<&'static harness::Interpreter> {
    if full() { interpreters().iter().collect() } else { vec![newest()] }
}

// The slow ones come first: at the end there is something left for the second thread.
tests! {
    combined_39_onefile: combined("3.9", Mode::Onefile);
    combined_39_onedir: combined("3.9", Mode::Onedir);
    combined_310_onefile: combined("3.10", Mode::Onefile);
    combined_310_onedir: combined("3.10", Mode::Onedir);
    combined_311_onefile: combined("3.11", Mode::Onefile);
    combined_311_onedir: combined("3.11", Mode::Onedir);
    combined_311_system_onefile: combined("3.11-system", Mode::Onefile);
    combined_311_system_onedir: combined("3.11-system", Mode::Onedir);
    combined_313_onefile: combined("3.13", Mode::Onefile);
    combined_313_onedir: combined("3.13", Mode::Onedir);

    stdlib_tour_39_onefile: tour("3.9", Mode::Onefile);
    stdlib_tour_39_onedir: tour("3.9", Mode::Onedir);
    stdlib_tour_310_onefile: tour("3.10", Mode::Onefile);
    stdlib_tour_310_onedir: tour("3.10", Mode::Onedir);
    stdlib_tour_311_onefile: tour("3.11", Mode::Onefile);
    stdlib_tour_311_onedir: tour("3.11", Mode::Onedir);
    stdlib_tour_311_system_onefile: tour("3.11-system", Mode::Onefile);
    stdlib_tour_311_system_onedir: tour("3.11-system", Mode::Onedir);
    stdlib_tour_312_onefile: tour("3.12", Mode::Onefile);
    stdlib_tour_312_onedir: tour("3.12", Mode::Onedir);
    stdlib_tour_313_onefile: tour("3.13", Mode::Onefile);
    stdlib_tour_313_onedir: tour("3.13", Mode::Onedir);
    stdlib_tour_314_onefile: tour("3.14", Mode::Onefile);
    stdlib_tour_314_onedir: tour("3.14", Mode::Onedir);
    stdlib_tour_315_onefile: tour("3.15", Mode::Onefile);
    stdlib_tour_315_onedir: tour("3.15", Mode::Onedir);

    stdlib_tour_311_static_onefile: tour("3.11-static", Mode::Onefile);
    stdlib_tour_311_static_onedir: tour("3.11-static", Mode::Onedir);
    stdlib_tour_others_onefile: others(Mode::Onefile);
    stdlib_tour_others_onedir: others(Mode::Onedir);
    combined_311_static_onefile: combined("3.11-static", Mode::Onefile);

    click_onefile: program("click", Mode::Onefile);
    click_onedir: program("click", Mode::Onedir);
    cryptography_onefile: program("cryptography", Mode::Onefile);
    cryptography_onedir: program("cryptography", Mode::Onedir);
    django_onefile: program("django", Mode::Onefile);
    django_onedir: program("django", Mode::Onedir);
    fastapi_onefile: program("fastapi", Mode::Onefile);
    fastapi_onedir: program("fastapi", Mode::Onedir);
    flask_onefile: program("flask", Mode::Onefile);
    flask_onedir: program("flask", Mode::Onedir);
    lxml_onefile: program("lxml", Mode::Onefile);
    lxml_onedir: program("lxml", Mode::Onedir);
    numpy_pandas_onefile: program("numpy_pandas", Mode::Onefile);
    numpy_pandas_onedir: program("numpy_pandas", Mode::Onedir);
    pillow_onefile: program("pillow", Mode::Onefile);
    pillow_onedir: program("pillow", Mode::Onedir);
    pydantic_onefile: program("pydantic", Mode::Onefile);
    pydantic_onedir: program("pydantic", Mode::Onedir);
    requests_rich_onefile: program("requests_rich", Mode::Onefile);
    requests_rich_onedir: program("requests_rich", Mode::Onedir);
    science_onefile: program("science", Mode::Onefile);
    science_onedir: program("science", Mode::Onedir);
    scipy_onefile: program("scipy", Mode::Onefile);
    scipy_onedir: program("scipy", Mode::Onedir);
    sqlalchemy_onefile: program("sqlalchemy", Mode::Onefile);
    sqlalchemy_onedir: program("sqlalchemy", Mode::Onedir);
    typer_onefile: program("typer", Mode::Onefile);
    typer_onedir: program("typer", Mode::Onedir);

    black_onefile: black(Mode::Onefile);
    black_onedir: black(Mode::Onedir);
    httpie_onefile: httpie(Mode::Onefile);
    httpie_onedir: httpie(Mode::Onedir);
}

fn black(mode: Mode) {
    for interpreter in chosen() {
        let build = Build::new("black").python(interpreter).mode(mode);
        let frozen = build.arguments("black", ["--entry-point", "black"]).freeze();
        let input = std::fs::read(apps().join("black/input.py")).unwrap();
        frozen.command().args(["-q", "-"]).stdin(input.clone()).run().prints(&frozen.expected());

        // Several files are formatted by a pool of processes, each of them the frozen program again.
        let folder = harness::scratch("black");
        for name in ["a.py", "b.py", "c.py"] {
            std::fs::write(folder.path().join(name), &input).unwrap();
        }
        frozen.command().args(["-q", "--workers", "2"]).arg(folder.path()).run().prints("");
        for name in ["a.py", "b.py", "c.py"] {
            assert_eq!(
                std::fs::read_to_string(folder.path().join(name)).unwrap(),
                frozen.expected(),
                "{name}"
            );
        }
        frozen.command().arg("--version").run().success();
    }
}

fn httpie(mode: Mode) {
    let server = Server::start();
    for interpreter in chosen() {
        let build = Build::new("httpie").python(interpreter).mode(mode);
        let frozen = build.arguments("http", ["--entry-point", "http"]).freeze();
        let run = frozen.command().args(["--ignore-stdin", "--print=b", "--pretty=none", "POST"]);
        // The answer is shown as it came, without the end of line that the file of expectations has.
        run.arg(format!("http://{}/a", server.address)).arg("n=1").run().prints(frozen.expected().trim_end());
        let run = frozen.command().args(["--offline", "--ignore-stdin", "--style=monokai", "--pretty=all"]);
        let outcome = run.args(["GET", "localhost/b"]).run();
        assert!(outcome.success().stdout.contains("\x1b["), "{outcome}");
    }
}
