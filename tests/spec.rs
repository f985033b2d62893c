//! Specs: what is wrong with one is said with file, line and column, and what is right in one takes effect.

use harness::{Mode, Outcome, Project, newest};

/// Freezes with that spec; it must fail, say all of `needles`, and leave an earlier product as it was.
#[track_caller]
fn refused(spec: &str, needles: &[&str]) -> Outcome {
    let project = Project::script("print('hello')").file("app.spec", spec);
    let project = project.file("dist/app", "earlier product").file("dist/app.txt", "another file");
    let outcome = project.command(["app.spec", "-y"]).run();
    outcome.fails(needles);
    assert_eq!(std::fs::read_to_string(project.path().join("dist/app")).unwrap(), "earlier product");
    assert!(!outcome.stderr.contains('\x1b'), "colours without a terminal\n{outcome}");
    outcome
}

const APP: &str = "[app]\nname = \"app\"\nentry = \"app.py\"\n";

#[test]
fn a_syntax_error_is_shown_where_it_is() {
    refused("[app]\nentry = \"app.py\nname = 1\n", &["app.spec:2"]);
    refused("[app\n", &["app.spec:1"]);
    refused("[app]\nentry = \"app.py\"\nentry = \"b.py\"\n", &["app.spec:3", "entry"]);
}

#[test]
fn an_unknown_key_is_told_the_nearest_known_one() {
    refused(&format!("{APP}[bundle]\nmod = \"onefile\"\n"), &["app.spec:5:1", "mod", "mode"]);
    refused(&format!("{APP}[bundel]\nmode = \"onefile\"\n"), &["app.spec:4", "bundel", "bundle"]);
    refused(&format!("{APP}versoin = \"1\"\n"), &["app.spec:4:1", "versoin", "version"]);
    refused(&format!("{APP}[target.windows.modulse]\nexclude = []\n"), &["app.spec:4", "modulse", "modules"]);
    refused(&format!("{APP}[[data]]\nfrom = \"a\"\nt = \"b\"\n"), &["app.spec:6:1"]);
}

#[test]
fn a_wrong_type_or_value_is_told_the_right_ones() {
    refused("[app]\nname = 5\nentry = \"app.py\"\n", &["app.spec:2", "name", "string"]);
    refused(&format!("{APP}[bundle]\nmode = \"onefil\"\n"), &["app.spec:5", "onefil", "onefile"]);
    refused(&format!("{APP}[python]\noptimize = 3\n"), &["app.spec:5", "optimize"]);
    refused(&format!("{APP}[python]\noptimize = \"2\"\n"), &["app.spec:5", "optimize"]);
    refused(&format!("{APP}[bundle]\nmax-glibc = \"new\"\n"), &["app.spec:5", "max-glibc"]);
    refused(&format!("{APP}[modules]\nexclude = \"tkinter\"\n"), &["app.spec:5", "exclude"]);
    refused("[app]\nname = \"a/b\"\nentry = \"app.py\"\n", &["app.spec:2", "a/b"]);
    refused("[app]\nname = \"\"\nentry = \"app.py\"\n", &["app.spec:2"]);
}

#[test]
fn a_missing_entry_is_named() {
    refused("[app]\nname = \"app\"\n", &["app.spec", "entry"]);
    refused("[app]\nname = \"app\"\nentry = \"ap.py\"\n", &["app.spec:3", "ap.py"]);
    refused("[app]\nname = \"app\"\nentry = \"missing_module:main\"\n", &["missing_module"]);
    refused("", &["app.spec", "entry"]);
}

#[test]
fn missing_data_and_hooks_are_named() {
    refused(&format!("{APP}[[data]]\nfrom = \"nothing/*.png\"\nto = \"a\"\n"), &["nothing/*.png"]);
    refused(&format!("{APP}[[binary]]\nfrom = \"libnothing.so\"\n"), &["libnothing.so"]);
    refused(&format!("{APP}[runtime]\nhooks = [\"nohook.py\"]\n"), &["nohook.py"]);
    refused(&format!("{APP}[[data]]\nfrom = \"app.py\"\nto = \"../outside\"\n"), &["../outside"]);
}

#[test]
fn a_spec_that_cannot_be_read_is_named() {
    let project = Project::new();
    project.command(["nothing.spec"]).run().fails(&["nothing.spec"]);
    let project = Project::new().file("app.spec", b"[app]\nname = \"\xff\"\n");
    project.command(["app.spec"]).run().fails(&["app.spec"]);
    std::fs::create_dir(project.path().join("folder.spec")).unwrap();
    project.command(["folder.spec"]).run().fails(&["folder.spec"]);
}

#[test]
fn an_option_that_contradicts_the_spec_names_the_key() {
    let spec = format!("{APP}[bundle]\nmode = \"onefile\"\n");
    let project = Project::script("print('hello')").file("app.spec", spec);
    project.command(["app.spec", "--onedir"]).run().fails(&["mode"]);
    project.command(["app.spec", "--name", "other"]).run().fails(&["name"]);
    project.command(["app.spec", "--exclude-module", "tkinter"]).run().fails(&["exclude"]);
}

#[test]
fn files_are_renamed_and_left_out() {
    let spec = "[app]\nentry = \"app.py\"\nthen = [\"then.py\"]\n[bundle]\nmode = \"onefile\"\n\
                exclude-files = [\"d/no.txt\", \"*.md\"]\n[[data]]\nfrom = \"d\"\nto = \"d\"\nexclude = [\"*.log\", \"in/x\"]\n\
                [[data]]\nfrom = \"a.txt\"\nto = \"e\"\nname = \"b.txt\"\n";
    let mut project =
        Project::script("import os, sys\nroot = sys._MEIPASS\n").file("app.toml", spec).file("a.txt", "a");
    for path in ["d/yes.txt", "d/no.txt", "d/x.log", "d/in/x", "d/in/y", "d/in/z.md"] {
        project = project.file(path, "x");
    }
    let list = "print(*sorted(os.path.relpath(os.path.join(p, f), root) for p, _, n in os.walk(root) for f in n if p != root and '.so' not in f))";
    let project = project.file("then.py", list);
    let outcome = project.command(["app.toml", "-y"]).run();
    project.moved(Mode::Onefile, "app", outcome).command().run().prints("d/in/y d/yes.txt e/b.txt\n");
}

#[test]
fn mistakes_in_the_newer_keys_are_shown() {
    let with = |text: &str, needles: &[&str]| drop(refused(&format!("{APP}{text}"), needles));
    with("then = [\"none.py\"]\n", &["script `none.py` not found", "app.spec:4"]);
    with("[bundle]\nexclude-files = [\"[\"]\n", &["invalid glob", "app.spec:5"]);
    with("[[data]]\nfrom = \"app.py\"\nexclude = [\"{a\"]\n", &["invalid glob", "app.spec:6"]);
    with("[[data]]\nfrom = \".\"\nname = \"x\"\n", &["`name` is for a single file", "app.spec:6"]);
    with("[[data]]\nfrom = \"app.py\"\nname = \"a/b\"\n", &["invalid `name`", "app.spec:6"]);
    with("[metadata]\nproject = \"none.toml\"\n", &["project `none.toml` not found", "app.spec:5"]);
    with(
        "[[program]]\nname = \"b\"\nentry = \"app.py\"\n[program.windows]\nico = \"x\"\n",
        &["ico", "icon", "app.spec:8"],
    );
    refused("[app]\nentry = \"json.tool\"\nthen = [\"app.py\"]\n", &["`then` needs a script", "app.spec:3"]);
}

#[test]
fn every_table_takes_effect() {
    let spec = format!(
        "[app]\nname = \"app\"\nentry = \"app.py\"\nversion = \"1.2.0\"\n\
         [python]\ninterpreter = {python:?}\noptimize = 2\noptions = [\"X importtime_off=1\", \"W error\"]\n\
         paths = [\"lib\"]\n\
         [bundle]\nmode = \"onedir\"\ncontents-directory = \"parts\"\ncompression = \"max\"\nstrip = \"all\"\n\
         source = \"own\"\n\
         [modules]\ninclude = [\"plugins.*\"]\nexclude = [\"sqlite3\"]\nsource = [\"helper\"]\n\
         [[data]]\nfrom = \"assets/**/*.txt\"\nto = \"texts\"\n\
         [[data]]\nfrom = \"one.bin\"\nto = \".\"\n\
         [runtime]\nhooks = [\"first.py\"]\nenv = {{ APP_SHARE = \"{{root}}/share\" }}\n\
         [[program]]\nname = \"second\"\nentry = \"second.py\"\n\
         [target.windows.modules]\nexclude = [\"json\"]\n\
         [target.linux.modules]\nexclude = [\"xmlrpc\"]\n",
        python = newest().exe.to_str().unwrap(),
    );
    let project =
        Project::of("spec/every_table_takes_effect").file("app.spec", spec).file("one.bin", b"\x00\x01");
    let outcome = project.bare_command(["app.spec", "-y"]).run();
    let frozen = project.moved(Mode::Onedir, "app", outcome);
    assert!(!frozen.product.join("parts/texts/deep/a.png").exists(), "{}", frozen.outcome);
    frozen.command().run().prints(
        "hook ran True\noptimize 2 None False\noptions {'importtime_off': '1'} ['error']\n\
         plugins ['blue', 'red']\nsource True\nown source True\nsqlite3 is excluded\nxmlrpc.client is excluded\n\
         text of a\nTrue parts\n",
    );
    harness::Run::new(frozen.product.join("second"))
        .sandbox(harness::Sandbox::without_python())
        .run()
        .prints("second 5 ran\n");
}

/// Freezes a worked spec of specs/ as its comment says, and returns the folder of the products.
fn worked(spec: &str, requirements: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = harness::scratch("worked");
    harness::copy_tree(&harness::root().join("specs"), &folder.path().join("specs"));
    let environment = harness::venv(newest(), requirements);
    let run = harness::freeze_command().in_folder(folder.path()).arg(folder.path().join("specs").join(spec));
    run.arg("-y").arg("--python").arg(&environment.path).run().success();
    std::fs::remove_dir_all(folder.path().join("specs")).unwrap();
    let dist = folder.path().join("dist");
    (folder, dist)
}

fn start(program: &std::path::Path) -> harness::Run {
    harness::Run::new(program).sandbox(harness::Sandbox::without_python())
}

#[test]
fn the_worked_spec_of_one_script_runs() {
    let (_folder, dist) = worked("hello.spec", "");
    assert!(start(&dist.join("hello")).arg("you").run().success().stdout.contains("you"));
}

#[test]
fn the_worked_spec_of_two_programs_runs() {
    let (_folder, dist) = worked("notes/notes.spec", "");
    let outcome = start(&dist.join("notes/notes")).run();
    let found = outcome.success().stdout.to_lowercase();
    assert!(
        ["monday: ", "tuesday: ", "started by", "home set"].iter().all(|n| found.contains(n)),
        "{outcome}"
    );
    assert!(!found.contains("draft"), "{outcome}");
    start(&dist.join("notes/count")).run().success();
}

#[test]
fn the_worked_spec_of_numbers_runs() {
    let (_folder, dist) = worked("science/science.spec", "numpy\npandas");
    assert!(start(&dist.join("science")).run().success().stdout.contains("words per hour"));
}

#[test]
fn the_worked_spec_of_a_web_server_runs() {
    let (_folder, dist) = worked("web/guestbook.spec", "flask");
    start(&dist.join("guestbook/guestbook")).arg("--check").run().prints("entry found\nversion 1.0\n");
}

#[test]
fn every_worked_spec_is_tested() {
    let specs = walkdir::WalkDir::new(harness::root().join("specs")).into_iter().flatten();
    let count = specs.filter(|e| e.path().extension().is_some_and(|x| x == "spec")).count();
    assert_eq!(count, 4, "a spec in specs/ is frozen and run by a test above");
}

#[test]
fn a_spec_is_data_only_if_it_is_named() {
    let spec =
        |data: &str| format!("[app]\nentry = \"app.py\"\n[[data]]\nfrom = \"{data}\"\nto = \"files\"\n");
    let script = "import os, sys\nprint(sorted(os.listdir(os.path.join(sys._MEIPASS, 'files'))))\n";
    let project =
        |data: &str| Project::script(script).file("conf/app.spec", spec(data)).file("conf/a.txt", "");
    for (data, printed) in [(".", "['a.txt', 'app.py']\n"), ("app.spec", "['app.spec']\n")] {
        let project = project(data).file("conf/app.py", script);
        let outcome = project.command(["conf/app.spec", "-y", "-q"]).run();
        project.moved(Mode::Onedir, "app", outcome).command().run().prints(printed);
    }
}
