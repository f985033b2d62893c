//! `freeze convert`: specs that build the same as the configurations of other freezers.

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Project, Tree, freeze_command};

fn project(name: &str) -> Project {
    Project::of(&format!("convert/{name}"))
}

/// What a product contains: its settings, programs, modules and files, without the reasons for them.
fn contents(product: &Path) -> BTreeMap<String, String> {
    let outcome = freeze_command().arg("inspect").arg(product).args(["--json"]).run();
    let listing: serde_json::Value = serde_json::from_str(&outcome.success().stdout).unwrap();
    let mut found = BTreeMap::new();
    for (kind, key) in [("modules", "name"), ("files", "path")] {
        for item in listing[kind].as_array().unwrap() {
            let mut item = item.clone();
            item.as_object_mut().unwrap().remove("why");
            found.insert(format!("{kind} {}", item[key]), item.to_string());
        }
    }
    let mut settings = listing["settings"].clone();
    // Hashes of the names that are known to be absent: one that a spec removes is not among them.
    settings.as_array_mut().unwrap().retain(|setting| setting[0] != "absent" && setting[0] != "manifest");
    for (key, value) in
        [("mode", &listing["mode"]), ("programs", &listing["programs"]), ("settings", &settings)]
    {
        found.insert(key.to_owned(), value.to_string());
    }
    found
}

/// Builds from a configuration and from the spec that it converts to. Both products must have the same contents.
#[track_caller]
fn same(project: &Project, configuration: &str, name: &str) -> String {
    project.command([configuration, "-y", "--distpath", "one"]).run().success();
    let one = contents(&project.path().join("one").join(name));
    // The files of a product next to the sources could be taken for those of the program.
    std::fs::remove_dir_all(project.path().join("one")).unwrap();
    let before = Tree::of(project.path());
    project.command(["convert", configuration]).run().success();
    let spec = format!("{name}.toml");
    let text = std::fs::read_to_string(project.path().join(&spec)).unwrap();
    let mut after = Tree::of(project.path());
    let is_spec = |path: &Path| {
        path.extension().is_some_and(|e| e == "toml") && !path.ends_with("pyproject.toml")
            || path.starts_with(format!("{name}-files"))
    };
    after.0.retain(|path, _| !is_spec(path));
    assert_eq!(after, before, "nothing but the spec is written");
    assert!(!text.contains(project.path().to_str().unwrap()), "paths are relative to the spec\n{text}");
    project.command([spec.as_str(), "-y", "--distpath", "two"]).run().success();
    let two = contents(&project.path().join("two").join(name));
    for (key, value) in &one {
        assert_eq!(Some(value), two.get(key), "{key}\n{text}");
    }
    let more: Vec<&String> = two.keys().filter(|key| !one.contains_key(*key)).collect();
    assert!(more.is_empty(), "{more:?}\n{text}");
    text
}

#[test]
fn what_a_spec_computes_becomes_keys() {
    let project = project("computed");
    let text = same(&project, "app.spec", "app");
    for needle in [
        "# `collect_submodules(\"pack\")` in app.spec:10\ninclude = [\"colorsys\", \"pack\", \"pack.*\"]",
        "# `collect_data_files(\"pack\")` in app.spec:11\ncollect-data = [\"pack\"]",
        "# `copy_metadata(\"lib\")` in app.spec:11\ninclude = [\"lib\"]",
        "version-info = { CompanyName = \"Me\", FileVersion = \"1.2.3\" }",
        "[[data]]\nfrom = \"b.txt\"\nto = \"renamed\"\n",
        "optimize = 1",
        "# - code after the last product (app.spec:18)",
    ] {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
    harness::Run::new(project.path().join("two/app")).run().prints(
        "pack.inner.deep True\ncolorsys True\npack/table.json True\nassets/img/a.txt True\nrenamed/b.txt True\n1.0\n\
         1 ['ignore']\n",
    );
}

#[test]
fn setup_scripts_become_specs() {
    for (folder, configuration, name) in [
        ("py2exe", "setup.py", "both"),
        ("table", "pyproject.toml", "tabled"),
        ("conflict", "setup.py", "suite"),
        ("py2app", "setup.py", "An App"),
    ] {
        let project = Project::of(&format!("setup_scripts/{folder}"));
        let text = same(&project, configuration, name);
        assert!(text.contains(&format!("# Converted from {configuration}.")), "{text}");
    }
}

#[test]
fn each_single_file_of_a_setup_script_becomes_a_spec() {
    let project = Project::of("setup_scripts/py2exe_one");
    project.command(["convert", "build.py"]).run().success();
    for name in ["one", "window"] {
        let spec = format!("{name}.toml");
        project.command([spec.as_str(), "-y", "--distpath", "two"]).run().success();
        assert!(project.path().join("two").join(name).is_file(), "{name}");
    }
    let text = std::fs::read_to_string(project.path().join("one.toml")).unwrap();
    assert!(text.contains("`data_files` are inside the single file"), "{text}");
}

#[test]
fn a_script_in_a_package_keeps_its_folder() {
    let project = Project::of("pyinstaller_specs/packaged");
    let text = same(&project, "app.spec", "app");
    assert!(text.contains("entry = \"src/tool/__main__.py\"\nfolder = \"src\""), "{text}");
}

#[test]
fn files_that_a_spec_makes_stay_beside_the_converted_one() {
    let project = project("generated");
    let text = same(&project, "app.spec", "app");
    assert!(text.contains("entry = \"app-files/starter.py\""), "{text}");
    harness::Run::new(project.path().join("two/app")).run().prints("a part True\n");
    let again = project.command(["convert", "app.spec", "--output", "other.toml"]).run();
    again.success();
    project
        .file("third-files/kept", "")
        .command(["convert", "app.spec", "-o", "third.toml"])
        .run()
        .fails(&["third-files` exists"]);
}

#[test]
fn programs_of_one_folder_stay_together() {
    let project = project("suite");
    let text = same(&project, "app.spec", "suite");
    for needle in
        ["[program.windows]\nconsole = true", "then = [\"more.py\"]", "identifier = \"org.example.suite\""]
    {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
    let run = |name: &str| harness::Run::new(project.path().join("two/suite").join(name)).run();
    run("gui").prints("gui shared\n");
    run("cli").prints("cli shared\nmore shared\n");
}

#[test]
fn changed_tables_become_excludes_and_files() {
    let project = project("filtered");
    let text = same(&project, "app.spec", "app");
    for needle in [
        "exclude-files = [\"data/drop\"]",
        "exclude = [\"colorsys\"]",
        "[[data]]\nfrom = \"shrub\"\nto = \"tree\"",
    ] {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
    harness::Run::new(project.path().join("two/app/app")).run().prints(
        "wave\nno colorsys\ndata/keep/a.txt True\ndata/drop/b.txt False\ntree/c.txt True\ntree/in/d.txt True\n",
    );
}

#[test]
fn specs_of_other_tests_stay_the_same() {
    for (name, product) in [("hooked", "app"), ("utilities", "app"), ("early", "early")] {
        same(&Project::of(&format!("pyinstaller_specs/{name}")), "app.spec", product);
    }
}

#[test]
fn several_products_become_several_specs() {
    let project = Project::of("pyinstaller_specs/several");
    let outcome = project.command(["convert", "app.spec"]).run();
    outcome.success();
    for name in ["suite", "alone"] {
        assert!(project.path().join(format!("{name}.toml")).exists(), "{outcome}");
    }
    project
        .command(["convert", "app.spec", "-o", "x.toml", "--force"])
        .run()
        .fails(&["2 products", "--output"]);
}

#[test]
fn options_for_systems_become_layers() {
    let project = project("conditional");
    let text = same_script(&project);
    for needle in [
        "[target.windows.bundle]\nmode = \"onefile\"",
        "[target.linux.bundle]\nmode = \"onedir\"",
        "[[target.windows.data]]\nfrom = \"windows\"\nto = \"extra\"",
        "[windows]\nconsole = false\nversion-info = { CompanyName = \"My Company\" }",
        "# - `--user-plugin` has no effect",
        "# - the product goes to `build`: pass `--distpath build`",
    ] {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
}

/// The same as [`same`] for a script whose comments name the folder of the product.
#[track_caller]
fn same_script(project: &Project) -> String {
    let text = same(project, "main.py", "main");
    harness::Run::new(project.path().join("two/main/main"))
        .run()
        .prints("assets/a.txt True\nextra/l.txt True\nextra/w.txt False\n");
    text
}

#[test]
fn configurations_of_data_stay_the_same() {
    same(&Project::of("other_freezers/auto_py_to_exe"), "config.json", "tool");
    same(&Project::of("other_freezers/briefcase"), "pyproject.toml", "hello-world");
    same(&Project::of("other_freezers/nuitka"), "main.py", "tool");
    // Each of its targets becomes a spec, with the metadata of the project.
    let text = same(&Project::of("other_freezers/poetry"), "pyproject.toml", "one");
    assert!(text.contains("project = \"pyproject.toml\""), "{text}");
}

#[test]
fn a_command_line_can_be_converted() {
    let project = Project::script("print('hello')").file("data/a.txt", "a");
    let words =
        ["convert", "--", "python", "-m", "nuitka", "--onefile", "--include-data-dir=data=d", "app.py"];
    project.bare_command(words).run().success();
    let text = std::fs::read_to_string(project.path().join("app.toml")).unwrap();
    assert!(text.contains("mode = \"onefile\"") && text.contains("from = \"data\"\nto = \"d\""), "{text}");
    project.command(["app.toml", "-y"]).run().success();
    harness::Run::new(project.path().join("dist/app")).run().prints("hello\n");
    let words = ["convert", "-o", "two.toml", "--", "pyinstaller", "-F", "--hidden-import=wave", "app.py"];
    project.bare_command(words).run().success();
    assert!(
        std::fs::read_to_string(project.path().join("two.toml")).unwrap().contains("include = [\"wave\"]")
    );
    let script = "python -m nuitka \\\n    --standalone \\\n    --include-module=wave app.py\n";
    let project = project.file("build.sh", script);
    project.bare_command(["convert", "build.sh", "--force"]).run().success();
    assert!(
        std::fs::read_to_string(project.path().join("app.toml")).unwrap().contains("include = [\"wave\"]")
    );
}

#[test]
fn a_file_that_exists_is_kept() {
    let project = Project::script("# nuitka-project: --standalone\n").file("app.toml", "# mine");
    project.bare_command(["convert", "app.py"]).run().fails(&["`app.toml` exists", "--force"]);
    assert_eq!(std::fs::read_to_string(project.path().join("app.toml")).unwrap(), "# mine");
    project.bare_command(["convert", "app.py", "--force"]).run().success();
    project.bare_command(["convert", "app.py", "-o", "b.txt"]).run().fails(&["cannot be named", ".toml"]);
    project.bare_command(["convert", "app.py", "-o", "none/b.toml"]).run().fails(&["folder", "not found"]);
}

#[test]
fn code_that_needs_a_product_is_listed() {
    let spec = "a = Analysis(['app.py'])\nb = [PYZ(a.pure), a.scripts, a.binaries, a.datas]\nEXE(*b, name='one')\n\
                os.remove(os.path.join('dist', 'one'))\nEXE(*b, name='two')\n";
    let project = Project::script("").file("app.spec", spec);
    project.command(["convert", "app.spec"]).run().says(&["which failed: FileNotFoundError"]);
    assert!(project.path().join("one.toml").exists() && !project.path().join("two.toml").exists());
}

#[test]
fn an_endless_spec_can_be_interrupted() {
    let spec = "open('started', 'w').close()\nwhile True:\n    pass\n";
    let project = Project::script("").file("app.spec", format!("import os\n{spec}"));
    project.interrupt_when_there("started", &["convert", "app.spec"]);
    assert!(!project.path().join("app.toml").exists());
}

#[test]
fn what_cannot_be_converted_is_named() {
    let project = Project::script("print('hello')")
        .file("own.spec", "[app]\nentry = \"app.py\"\n")
        .file("broken.spec", "a = Analysis(['app.py'])\nb = undefined\nEXE(a.scripts)\n")
        .file("data.json", "{\"a\": 1}");
    let before = Tree::of(project.path());
    let fails = |words: &[&str], needles: &[&str]| {
        let outcome = project.command(["convert"]).args(words).run();
        outcome.fails(needles);
    };
    fails(&["none.spec"], &["`none.spec` not found"]);
    fails(&["own.spec"], &["is already a spec of freeze"]);
    fails(&["app.py"], &["no configuration of another freezer", "freeze init"]);
    fails(&["broken.spec"], &["NameError", "broken.spec:2"]);
    fails(&["data.json"], &["is not a configuration of auto-py-to-exe"]);
    fails(&[], &["expected a file to convert"]);
    assert_eq!(Tree::of(project.path()), before);
}
