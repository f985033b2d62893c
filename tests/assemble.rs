//! The form of products: one file, or an executable beside its contents folder.

use std::os::unix::fs::PermissionsExt;

use harness::{Mode, Project, Tree, hello, newest};

#[test]
fn a_onefile_product_is_one_executable_file() {
    let frozen = hello(newest(), Mode::Onefile);
    let meta = std::fs::metadata(&frozen.product).unwrap();
    assert!(meta.is_file());
    assert_eq!(meta.permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read_dir(frozen.product.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_onedir_product_is_an_executable_and_its_contents() {
    let frozen = hello(newest(), Mode::Onedir);
    let mut names: Vec<_> = std::fs::read_dir(&frozen.product)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["_internal", "hello"]);
    let tree = Tree::of(&frozen.product);
    assert!(!tree.0.keys().any(|p| p.extension().is_some_and(|e| e == "py" || e == "pyc")), "{tree}");
    let python = if newest().name.ends_with("-static") { "python3" } else { "libpython" };
    assert!(tree.0.keys().any(|p| p.to_string_lossy().contains(python)), "{tree}");
    let before = Tree::of(&frozen.product);
    frozen.command().run().success();
    assert_eq!(Tree::of(&frozen.product), before, "a run writes nothing into the product");
}

#[test]
fn the_contents_folder_has_the_name_that_was_asked_for() {
    let source = "import os, sys; print(os.path.relpath(sys._MEIPASS, os.path.dirname(sys.executable)))";
    let frozen = Project::script(source).freeze_as(Mode::Onedir, ["app.py", "--contents-directory", "parts"]);
    frozen.command().run().prints("parts\n");
    let frozen = Project::script(source).freeze_as(Mode::Onedir, ["app.py", "--contents-directory", "."]);
    frozen.command().run().prints(".\n");
    assert!(!frozen.product.join("_internal").exists());
}

#[test]
fn an_executable_and_a_folder_of_the_same_name_are_refused() {
    let project =
        Project::script("import parts").file("parts/__init__.py", "").file("parts/data.txt", "text");
    let beside = ["app.py", "-D", "-y", "--contents-directory", ".", "--add-data", "parts/data.txt:parts"];
    project.command(beside).args(["--name", "parts"]).run().fails(&["`parts/data.txt`", "hint:"]);
    assert!(!project.path().join("dist").exists());
    project.command(beside).run().success();
    project.command(["app.py", "-D", "--name", "_internal"]).run().fails(&["`_internal`", "hint:"]);
}

#[test]
fn several_programs_share_one_bundle() {
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onedir\"\n\
                [[program]]\nname = \"b\"\nentry = \"b.py\"\n[[program]]\nname = \"c\"\nentry = \"pack\"\n";
    let show =
        |name: &str| format!("import json, sys\nprint('{name}', __name__, json.dumps(sys.argv[1:]))\n");
    let project = Project::script(&show("a"))
        .file("app.spec", spec)
        .file("b.py", show("b"))
        .file("pack/__init__.py", "")
        .file("pack/__main__.py", show("c"));
    let frozen = project.freeze_spec(Mode::Onedir);
    for (program, name) in [("app", "a"), ("b", "b"), ("c", "c")] {
        harness::Run::new(frozen.product.join(program))
            .sandbox(harness::Sandbox::without_python())
            .arg("x y")
            .run()
            .prints(&format!("{name} __main__ [\"x y\"]\n"));
        let size = std::fs::metadata(frozen.product.join(program)).unwrap().len();
        assert!(program == "app" || size < 2_000_000, "{program} does not share: {size} bytes");
    }
}

#[test]
fn several_programs_in_one_file_are_told_apart_by_their_names() {
    for extract in ["cache", "memory"] {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"{extract}\"\n\
             [runtime]\nswitches = true\n[[program]]\nname = \"second\"\nentry = \"second.py\"\n"
        );
        let project = Project::of("assemble/several_programs_in_one_file_are_told_apart_by_their_names")
            .file("app.spec", spec);
        project.command(["app.spec", "-y"]).run().success();
        let dist = project.path().join("dist");
        assert_eq!(std::fs::read_link(dist.join("second")).unwrap(), std::path::Path::new("app"));
        let run = |name: &str| harness::Run::new(dist.join(name)).sandbox(harness::Sandbox::without_python());
        run("app").run().prints("['first'] app []\n");
        run("second").arg("again").run().prints("['other'] second ['again']\n['other'] second ['x']\n");
        // Found in `PATH`.
        let path = format!("{}:/usr/bin:/bin", dist.display());
        let called = "import os; os.execvp('second', ['second', 'y'])";
        run("app")
            .env("PATH", &path)
            .args(["--freeze-python", "-c", called])
            .run()
            .prints("['other'] second ['y']\n");
        // Under a name that says nothing, and by a switch.
        std::os::unix::fs::symlink("app", dist.join("link")).unwrap();
        run("link").run().prints("['first'] app []\n");
        run("app").args(["--freeze-program=second", "z"]).run().prints("['other'] app ['z']\n");
        let unknown = run("app").arg("--freeze-program=third").run();
        unknown.exits(2).says(&["no program `third`", "it holds `app`, `second`"]);
    }
}
