//! Files of the program's own: what the build tells of them, and what it leaves out.

use harness::{Mode, Project, newest};

/// What the build says of a program, with `-q`, and the files that the product holds below `_internal` besides Python's.
fn built(project: Project, arguments: &[&str]) -> (String, Vec<String>) {
    let outcome = project.command(["app.py", "--onedir", "-y", "--name", "app"]).args(arguments).run();
    outcome.success();
    let said = outcome.stderr.clone();
    let app = project.moved(Mode::Onedir, "app", outcome);
    let root = app.product.join("_internal");
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|f| f.file_type().is_file());
    let names = files.map(|f| f.path().strip_prefix(&root).unwrap().display().to_string());
    let is_python = |name: &String| name.contains("lib-dynload") || name.contains(".so");
    (said, names.filter(|name| !is_python(name)).collect())
}

const READS: &str = "import os\nhere = os.path.dirname(os.path.abspath(__file__))\n\
                     print(open(os.path.join(here, 'data', 'a.txt')).read())\n";

#[test]
fn the_summary_counts_them_and_an_option_leaves_them_out() {
    let project =
        || Project::script(READS).file("data/a.txt", "a").file("data/b.txt", "b").file("c.txt", "c");
    let (said, files) = built(project(), &[]);
    assert!(said.contains("own data: 1 file (data/…)"), "{said}");
    assert_eq!(files, ["data/a.txt"]);
    let (said, files) = built(project(), &["--no-own-data"]);
    assert!(!said.contains("own data"), "{said}");
    assert!(files.is_empty(), "{files:?}");
    let spec = "[app]\nname = 'app'\nentry = 'app.py'\n[modules]\nown-data = false\n";
    let app = project().file("app.spec", spec).freeze_spec(Mode::Onedir);
    app.command().run().exits(1).says(&["FileNotFoundError"]);
}

#[test]
fn a_word_that_is_the_name_of_a_module_brings_no_source() {
    let app = "import kit\nNAMES = ['__init__.py']\nprint(NAMES, kit.one.X)\n";
    let project =
        Project::script(app).file("kit/__init__.py", "from . import one\n").file("kit/one.py", "X = 1\n");
    let (said, files) = built(project, &[]);
    assert!(!said.contains("own data") && !said.contains("source files"), "{said}");
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn a_pattern_of_a_few_letters_names_no_file() {
    let project = Project::of("own_files/a_pattern_of_a_few_letters_names_no_file");
    let (_, files) = built(project, &[]);
    assert_eq!(files, ["theme_dark/x.css", "theme_light/y.css"]);
}

#[test]
fn what_is_not_there_is_told_with_its_line() {
    let (said, _) = built(Project::of("own_files/what_is_not_there_is_told_with_its_line"), &["-q"]);
    assert!(said.contains("`app.py:4` names the file `gone.json`, which does not exist"), "{said}");
    assert!(!said.contains("log.txt") && !said.contains("there.txt"), "{said}");
}

#[test]
fn what_counts_from_the_command_is_told() {
    let app = "import os, sys\nbase = os.path.dirname(os.path.abspath(sys.argv[0]))\n\
               print(os.listdir(os.path.join(base, 'levels')))\n";
    let (said, _) = built(Project::script(app).file("levels/one.map", "#"), &["-q"]);
    assert!(said.contains("`app.py:3` names `levels` in the folder of `sys.argv[0]`"), "{said}");
}

#[test]
fn imports_that_only_a_run_knows_are_told_at_the_end() {
    let app = "import importlib\nimport sys\nprint(importlib.import_module(sys.argv[1]).__name__)\n";
    for arguments in [&[][..], &["-q"]] {
        let (said, _) = built(Project::script(app), arguments);
        assert!(said.contains("`app.py:3` imports a module whose name is known at run time only"), "{said}");
        assert!(said.contains("hint: list the modules that it may be: `include"), "{said}");
    }
    // What its words name is most likely it.
    let app =
        "import importlib\nMODE = 'plain'\nprint(importlib.import_module(globals()['MODE']).__name__)\n";
    let (said, _) = built(Project::script(app).file("plain.py", ""), &[]);
    assert!(!said.contains("run time only"), "{said}");
}

#[test]
fn secrets_stay_where_they_are() {
    let project = Project::of("own_files/secrets_stay_where_they_are")
        .file(".env", "TOKEN=1")
        .file("server.pem", "-----BEGIN")
        .file("shown.txt", "")
        .file("keys/id_rsa", "x")
        .file("keys/id_rsa.pub.txt.md", "y")
        .file("keys/readme.txt", "z")
        .file(".git/config", "")
        .file("node_modules/shown.txt", "")
        .file("venv/pyvenv.cfg", "")
        .file("venv/shown.txt", "");
    let (said, files) = built(project, &[]);
    for name in [".env", "server.pem"] {
        assert!(
            said.contains(&format!("{name}`, which looks like a secret and was not collected")),
            "{said}"
        );
    }
    assert_eq!(files, ["keys/readme.txt", "shown.txt"], "{said}");
}

#[test]
fn a_large_folder_that_a_word_names_is_left_out_and_told() {
    let mut project = Project::script("KINDS = ['data']\nprint(KINDS)\n");
    for i in 0..5_001 {
        project = project.file(&format!("data/{i}.txt"), "");
    }
    let (said, files) = built(project, &[]);
    assert!(said.contains("`app.py:1` names the folder") && said.contains("too large"), "{said}");
    assert!(files.is_empty());
}

#[test]
fn executables_keep_their_mode_and_libraries_are_found() {
    for mode in Mode::ALL {
        let project = Project::of("own_files/executables_keep_their_mode_and_libraries_are_found");
        let hello = project.path().join("tools/hello");
        std::fs::set_permissions(&hello, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for (name, more) in [("inner", &[][..]), ("outer", &["-Lnative", "-linner", "-Wl,-rpath,$ORIGIN"])] {
            let library = format!("native/lib{name}.so");
            let compiler = harness::Run::new("/usr/bin/gcc").args(["-shared", "-fPIC", "-o", &library]);
            let compiler = compiler.arg(format!("{name}.c")).args(more).env("PATH", "/usr/bin:/bin");
            compiler.in_folder(project.path()).run().success();
        }
        project.freeze_for(mode, newest()).command().run().prints("hello\n42\n");
    }
}

#[test]
fn a_script_may_have_the_name_of_a_package() {
    // The script lists its folder, whose files belong to the program.
    let script = "import os, tool\nprint(tool.VALUE, 'tool' in os.listdir(os.path.dirname(os.path.abspath(__file__))))\n";
    let project = Project::script("").file("bin/tool", script).file("tool/__init__.py", "VALUE = 1\n");
    let outcome = project.command(["bin/tool", "-y", "--paths", "."]).run();
    project.moved(Mode::Onedir, "tool", outcome).command().run().prints("1 True\n");
}
