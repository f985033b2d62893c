//! `freeze init`: a spec from a script or a pyproject.toml, ready to be built.

use std::process::Command;

use harness::{Mode, Project, newest};

#[test]
fn a_spec_from_a_script_can_be_built_as_it_is() {
    let project = Project::script("print('from a spec')");
    project.bare_command(["init", "app.py"]).run().success();
    let text = std::fs::read_to_string(project.path().join("app.spec")).unwrap();
    assert!(text.contains("mode = \"onefile\"") && text.contains("entry = \"app.py\""), "{text}");
    assert!(!text.contains(project.path().to_str().unwrap()), "paths are relative to the spec\n{text}");
    project.freeze_spec(Mode::Onefile).command().run().prints("from a spec\n");
}

#[test]
fn a_spec_that_is_there_is_kept() {
    let project = Project::script("").file("app.spec", "# mine");
    project.bare_command(["init", "app.py"]).run().fails(&["app.spec"]);
    assert_eq!(std::fs::read_to_string(project.path().join("app.spec")).unwrap(), "# mine");
    project.bare_command(["init", "app.py", "--force"]).run().success();
    assert_ne!(std::fs::read_to_string(project.path().join("app.spec")).unwrap(), "# mine");
}

#[test]
fn a_spec_from_a_pyproject_has_all_its_scripts() {
    let project = Project::new()
        .file(
            "pyproject.toml",
            "[project]\nname = \"shop\"\nversion = \"1.2\"\n\
             [project.scripts]\nshop = \"shop.cli:main\"\nshop-admin = \"shop.cli:admin\"\n\
             [project.gui-scripts]\nshop-gui = \"shop.gui:main\"\n",
        )
        .file("src/shop/__init__.py", "")
        .file("src/shop/cli.py", "def main(): print('main')\ndef admin(): print('admin')\n")
        .file("src/shop/gui.py", "def main(): print('gui')\n");
    project.bare_command(["init"]).run().success();
    let spec = project.path().join("shop.spec");
    let text = std::fs::read_to_string(&spec).unwrap();
    for needle in ["shop.cli:main", "shop.cli:admin", "shop.gui:main", "1.2"] {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
    let made = Command::new(&newest().exe)
        .args(["-m", "venv", "--without-pip"])
        .arg(project.path().join("v"))
        .status();
    assert!(made.unwrap().success());
    let outcome = project.bare_command(["shop.spec", "-y", "--python", "v"]).run();
    outcome.success();
}

#[test]
fn what_cannot_be_made_a_spec_of_is_named() {
    let project = Project::new();
    project.bare_command(["init", "nothing.py"]).run().fails(&["nothing.py"]);
    project.bare_command(["init"]).run().fails(&["hint:"]);
    let project = Project::new().file("pyproject.toml", "[project]\nname = \"x\"\n");
    project.bare_command(["init"]).run().fails(&["hint:"]);
    let project = Project::new().file("pyproject.toml", "[project\n");
    project.bare_command(["init"]).run().fails(&["pyproject.toml:1"]);
}
