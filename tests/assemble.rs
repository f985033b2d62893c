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
    assert!(tree.0.keys().any(|p| p.to_string_lossy().contains("libpython")), "{tree}");
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
