//! `freeze trace`: what a run uses and analysis misses is listed, written into the spec, and then in the product.

use std::process::Command;
use std::time::Duration;

use freeze_archive::{Archive, module_flag};
use harness::{Mode, Project, archive_range, interpreters, newest};

/// What decodes to an import of a module.
fn import_of(module: &str) -> String {
    let hex: String = format!("import {module}\n").bytes().map(|b| format!("{b:02x}")).collect();
    format!("exec(bytes.fromhex('{hex}'))")
}

/// A program that imports a module, opens a file and loads a library by what only a run tells.
fn secretive() -> Project {
    let project = Project::of("trace/what_a_run_shows_goes_into_the_spec_and_the_product");
    let library = project.path().join("pkg/tests/libdeep.so");
    let output = Command::new("gcc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &project.path().join("answer.c")])
        .output()
        .expect("gcc is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    project
}

#[test]
fn what_a_run_shows_goes_into_the_spec_and_the_product() {
    let spec = "# by hand\n[app]\nentry = \"app.py\" # the script\n\n[modules]\ninclude = [\n    \"wave\", # sounds\n]\n";
    let project = secretive().file("app.spec", spec);
    let trace = |write: &[&str]| {
        project
            .bare_command(["trace", "app.spec", "--python"])
            .arg(&newest().exe)
            .args(write)
            .args(["--", "deep"])
            .run()
    };
    let listed = trace(&[]);
    listed.exits(7).says(&[
        "missed 1 module, 1 data file, 1 library:",
        "app.py:3",
        "pkg/tests/deep.txt",
        "pkg/__init__.py:5",
        "pkg/tests/libdeep.so",
        "pkg/__init__.py:9",
        "freeze trace app.spec --write",
    ]);
    assert_eq!(listed.stdout, "deep data 42 True\n", "{listed}");
    assert!(!listed.stderr.contains("never.txt") && !listed.stderr.contains("inner_of_hidden"), "{listed}");
    assert_eq!(std::fs::read_to_string(project.path().join("app.spec")).unwrap(), spec);

    trace(&["--write"]).exits(7).says(&["wrote app.spec"]);
    let written = std::fs::read_to_string(project.path().join("app.spec")).unwrap();
    let expected = "# by hand\n[app]\nentry = \"app.py\" # the script\n\n[modules]\ninclude = [\n    \"wave\", # sounds\n    \
                    \"hidden\",\n]\n\n[[data]]\nfrom = \"pkg/tests/deep.txt\"\nto = \"pkg/tests\"\n\n\
                    [[binary]]\nfrom = \"pkg/tests/libdeep.so\"\nto = \"pkg/tests\"\n";
    assert_eq!(written, expected);
    trace(&["--write"]).exits(7).says(&["missed nothing"]);
    assert_eq!(std::fs::read_to_string(project.path().join("app.spec")).unwrap(), expected);

    let outcome = project.freeze_spec(Mode::Onedir).command().arg("deep").run();
    outcome.exits(7);
    assert_eq!(outcome.stdout, "deep data 42 True\n", "{outcome}");
}

#[test]
fn a_script_gets_a_spec_beside_it() {
    let project = Project::new()
        .file("sub/tool.py", format!("{}\nimport hidden\nprint(hidden.x)\n", import_of("more")))
        .file("sub/hidden.py", "x = 1\n")
        .file("sub/more.py", "");
    let trace = || project.command(["trace", "sub/tool.py", "--write"]).run();
    trace().prints("1\n").says(&["missed 1 module:", "tool.py:1", "wrote sub/tool.spec"]);
    let spec = std::fs::read_to_string(project.path().join("sub/tool.spec")).unwrap();
    assert!(spec.contains("entry = \"tool.py\"") && spec.contains("include = [\"more\"]"), "{spec}");
    // Nothing is run if there is no place for what it shows.
    let refused = trace();
    refused.fails(&["tool.spec` exists", "hint: trace it instead of the script"]);
    assert_eq!(refused.stdout, "", "{refused}");
    project.command(["trace", "sub/tool.spec"]).run().prints("1\n").says(&["missed nothing"]);
}

#[test]
fn a_package_that_lists_itself_is_carried_as_files() {
    let project = Project::script("import plugins\nprint(plugins.names())\n")
        .file(
            "plugins/__init__.py",
            "import os\n\ndef names():\n    return sorted(n for n in os.listdir(os.path.dirname(__file__)) if n[0] != '_')\n",
        )
        .file("plugins/one.py", "")
        .file("plugins/two.py", "")
        .file("app.spec", "[app]\nentry = 'app.py'\n");
    project
        .command(["trace", "--write"])
        .run()
        .prints("['one.py', 'two.py']\n")
        .says(&["plugins/__init__.py:4"]);
    project.freeze_spec(Mode::Onedir).command().run().prints("['one.py', 'two.py']\n");
}

#[test]
fn children_of_multiprocessing_are_traced_too() {
    for interpreter in interpreters() {
        if interpreter.lacks.iter().any(|name| name.contains("multiprocessing") || name.contains("ctypes")) {
            continue;
        }
        let project = Project::of("trace/children_of_multiprocessing_are_traced_too");
        for method in ["fork", "spawn", "forkserver"] {
            let run = project.bare_command(["trace", "app.py", "--python"]).arg(&interpreter.exe);
            run.args(["--", method]).run().prints("worked\n").says(&[
                "missed 1 module:",
                "hidden",
                "app.py:4",
            ]);
        }
    }
}

#[test]
fn the_program_looks_as_if_nobody_watched() {
    let project = Project::of("trace/the_program_looks_as_if_nobody_watched");
    let outcome = project.command(["trace", "app.py"]).args(["--", "--write", "-x"]).stdin("typed").run();
    outcome.exits(1).fails(&["line 4, in <module>", "ValueError: told"]);
    assert_eq!(outcome.stdout, "__main__ app.py app.py ['--write', '-x']\ntyped True\n", "{outcome}");
    assert!(!outcome.stderr.contains("hook.py"), "{outcome}");
    // A function of a module, and the file that a user names.
    let project = Project::of("trace/a_function_of_a_module_and_a_named_file");
    let input = project.path().join("mine/input.txt");
    let outcome = project.command(["trace", "tool.cli:main"]).arg("--").arg(&input).run();
    outcome.exits(5).says(&["missed nothing"]);
    assert_eq!(outcome.stdout, "input\n", "{outcome}");
}

#[test]
fn an_interrupt_ends_the_program_and_what_it_used_is_told() {
    let name = "trace/an_interrupt_ends_the_program_and_what_it_used_is_told";
    for alone in [true, false] {
        let project = Project::of(name);
        let started = project.command(["trace", "app.py"]).start();
        while !project.path().join("ready").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(50));
        if alone {
            started.signal_only(libc::SIGINT);
        } else {
            started.signal(libc::SIGINT);
        }
        let outcome = started.wait();
        outcome.exits(9).says(&["missed 1 module:", "hidden"]);
        assert_eq!(outcome.stdout, "ended\n", "{outcome}");
    }
}

#[test]
fn without_a_spec_there_is_nothing_to_trace() {
    let project = Project::script("");
    project.command(["trace"]).run().exits(2).fails(&["nothing to build", "freeze trace app.py"]);
    project.command(["trace", "none.spec"]).run().exits(1).fails(&["none.spec"]);
}

#[test]
fn the_order_of_a_run_becomes_that_of_the_archive() {
    let spec = "# by hand\n[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n";
    let project = Project::of("trace/the_order_of_a_run_becomes_that_of_the_archive");
    let traced = project.command(["trace", "app.spec", "--order"]).run();
    traced.success().says(&["app.spec", "app.order"]);
    assert_eq!(traced.stdout, "1 2\n");
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert!(read("app.spec").starts_with(spec) && read("app.spec").contains("order = \"app.order\""));
    let order = read("app.order");
    let own = ["zebra", "late", "ant", "ant.bee", "aardvark", "yak", "no_such_module"];
    let recorded: Vec<&str> = order.lines().filter(|l| own.contains(l)).collect();
    assert_eq!(recorded, ["zebra", "late", "ant", "ant.bee"]);

    // A second time nothing in the spec changes.
    let before = read("app.spec");
    project.command(["trace", "app.spec", "--order"]).run().success();
    assert_eq!((read("app.spec"), read("app.order")), (before, order.clone()));

    // A name that is no module's, and one that is in no program.
    std::fs::write(project.path().join("app.order"), "gone\nno name\n").unwrap();
    project.command(["app.spec", "-y"]).run().exits(1).says(&["app.order:2", "`no name`"]);
    std::fs::write(project.path().join("app.order"), format!("gone\n{order}")).unwrap();

    let app = project.freeze_spec(Mode::Onefile);
    app.command().run().prints("1 2\n");
    let bytes = std::fs::read(&app.exe).unwrap();
    let archive = Archive::open(&bytes[archive_range(&bytes)]).unwrap();
    let find = |name: &str| archive.find_module(name.as_bytes()).unwrap();
    let place = |name: &str| find(name).code.unwrap();
    let places: Vec<_> = ["__main__", "zebra", "late", "ant.bee", "aardvark", "yak"].map(place).to_vec();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(find("late").flags & module_flag::CERTAIN, module_flag::CERTAIN);
    assert_eq!(find("yak").flags & module_flag::CERTAIN, 0);
}

#[test]
fn what_the_environment_loads_at_its_start_is_not_missed() {
    let project = Project::script("print('ran')").file("venv/note.txt", "");
    let venv = project.path().join("venv");
    harness::Run::new(&newest().exe).args(["-m", "venv", "--without-pip"]).arg(&venv).run().success();
    let site = venv.join("lib").join(format!("python{}", newest().minor())).join("site-packages");
    std::fs::write(site.join("starts.pth"), "import tempfile, lzma, decimal\n").unwrap();
    let outcome = project.bare_command(["trace", "app.py", "--python"]).arg(&venv).run();
    outcome.success().says(&["missed nothing"]);
    assert_eq!(outcome.stdout, "ran\n", "{outcome}");
}
