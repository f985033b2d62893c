//! Large packages of which only the parts are collected that a program uses.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Frozen, Mode, Project, root};

/// Compiles a library whose function `answer` returns a number, linked to others in `kit/lib`.
fn library(project: &Path, path: &str, answer: u32, linked: &[&str]) {
    let out = project.join("kit").join(path);
    std::fs::create_dir_all(out.parent().unwrap()).unwrap();
    let source = project.join("x.c");
    std::fs::write(&source, format!("int answer(void) {{ return {answer}; }}\n")).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-Wl,--no-as-needed", "-Wl,-rpath,$ORIGIN:$ORIGIN/../../lib"]);
    gcc.arg(format!("-Wl,-soname,{}", out.file_name().unwrap().to_str().unwrap()));
    gcc.arg("-o").arg(&out).arg(&source);
    gcc.args(linked.iter().map(|name| project.join("kit/lib").join(name)));
    let made = gcc.output().expect("gcc is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::remove_file(source).unwrap();
}

fn rules() -> String {
    std::fs::read_to_string(root().join("tests/programs/parts/kit.toml")).unwrap()
}

fn spec(mode: Mode, more: &str) -> String {
    format!(
        "[app]\nentry = 'app.py'\n[bundle]\nmode = '{}'\n[rules]\nfiles = ['kit.toml']\n{more}",
        mode.name()
    )
}

/// A program with libraries that need one another, and plugins that need them.
fn project(mode: Mode, more: &str) -> Project {
    let project = Project::of("parts/only_used_parts_of_a_package");
    library(project.path(), "lib/libbase.so.1", 1, &[]);
    library(project.path(), "lib/libpaint.so.1", 2, &["libbase.so.1"]);
    library(project.path(), "lib/libextra.so.1", 3, &["libbase.so.1"]);
    library(project.path(), "lib/libgone.so.1", 3, &[]);
    library(project.path(), "plugins/draw/libdraw.so", 42, &["libpaint.so.1"]);
    library(project.path(), "plugins/draw/libneedy.so", 4, &["libgone.so.1"]);
    library(project.path(), "plugins/paint/libbrush.so", 5, &[]);
    library(project.path(), "plugins/extra/libmore.so", 6, &["libextra.so.1"]);
    std::fs::remove_file(project.path().join("kit/lib/libgone.so.1")).unwrap();
    let project =
        project.file("kit/include/kit.h.txt", "").file("kit/colours.txt", "").file("kit/extra.txt", "");
    project.file("kit/readme.txt", "").file("kit.toml", rules()).file("app.spec", spec(mode, more))
}

/// The files of the package that the program finds.
fn found(frozen: &Frozen) -> String {
    let outcome = frozen.command().run();
    let (files, answer) = outcome.success().stdout.split_once('\n').unwrap();
    assert_eq!(answer, "42\n", "{outcome}");
    files.to_owned()
}

#[test]
fn only_used_parts_of_a_package_are_collected() {
    for mode in [Mode::Onefile, Mode::Onedir] {
        let frozen = project(mode, "").freeze_spec(mode);
        let expected = "colours.txt lib/libbase.so.1 lib/libpaint.so.1 plugins/draw/libdraw.so \
                        plugins/paint/libbrush.so readme.txt";
        assert_eq!(found(&frozen), expected);
    }
}

#[test]
fn a_package_is_collected_whole_if_the_spec_says_so() {
    let frozen = project(Mode::Onedir, "[modules]\nwhole = ['kit']\n").freeze_spec(Mode::Onedir);
    let files = found(&frozen);
    for name in ["extra.txt", "lib/libextra.so.1", "plugins/extra/libmore.so", "include/kit.h.txt"] {
        assert!(files.contains(name), "{name} in {files}");
    }
}

#[test]
fn what_is_left_out_is_told() {
    let project = project(Mode::Onedir, "");
    let run = project.command(["app.spec", "--report", "report.json", "-v"]).run();
    run.success().says(&[
        "left out: ",
        "of kit that nothing uses; `--no-prune kit` adds it",
        "libneedy.so` is left out: library `libgone.so.1`",
    ]);
    assert!(!run.stderr.contains("was not found"), "{run}");
    let report = std::fs::read_to_string(project.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let reasons: Vec<(&str, &str)> = report["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["folder"].as_str().unwrap(), entry["why"].as_str().unwrap()))
        .collect();
    for expected in [
        ("kit/lib", "nothing links to it"),
        ("kit/plugins/extra", "it belongs to extra"),
        ("kit/include", "no program needs it"),
    ] {
        assert!(reasons.contains(&expected), "{expected:?} in {reasons:?}");
    }
    let why = project.command(["why", "libmore.so", "app.spec"]).run();
    why.says(&["of `kit` is left out: it belongs to extra", "whole = [\"kit\"]"]);
}

#[test]
fn a_rule_without_roots_is_an_error() {
    let rules = "[[parts]]\npackages = ['kit']\nroots = []\n";
    let project = project(Mode::Onedir, "").file("kit.toml", rules);
    let run = project.command(["app.spec"]).run();
    run.fails(&["`roots` of `[[parts]]` in rule file `kit.toml` is empty"]);
}

/// A program whose QML imports one of several modules.
fn qml(main: &str) -> Project {
    let project = Project::of("parts/qml_modules_that_are_imported").file("kit.toml", rules());
    let module =
        |name: &str, more: &str| (format!("kit/qml/{name}/qmldir"), format!("module {name}\n{more}"));
    let modules = [
        module(
            "Shapes",
            "depends Base auto\noptional import Styles.Usual auto\noptional import Styles.Rare auto\n",
        ),
        module("Base", ""),
        module("Styles/Usual", ""),
        module("Styles/Rare", ""),
        module("Charts", "import Base auto\n"),
    ];
    let project = modules.into_iter().fold(project, |project, (path, text)| project.file(&path, text));
    let project = if main.is_empty() { project } else { project.file("main.qml", main) };
    project.file("app.spec", spec(Mode::Onefile, ""))
}

#[test]
fn qml_modules_come_with_what_they_import() {
    let main = std::fs::read_to_string(
        root().join("tests/programs/parts/qml_modules_that_are_imported").join("main.qml"),
    );
    let frozen = qml(&main.unwrap()).freeze_spec(Mode::Onefile);
    frozen.command().run().prints("Base Shapes Styles\nTrue\n");
    assert!(!files(&frozen.exe).iter().any(|path| path.starts_with("kit/qml/Styles/Rare")));
    let named = qml("import Shapes\nText { text: \"Rare\" }\n").freeze_spec(Mode::Onefile);
    assert!(files(&named.exe).contains(&"kit/qml/Styles/Rare/qmldir".to_owned()));
}

#[test]
fn all_qml_modules_are_collected_if_no_qml_is_found() {
    let project = qml("");
    std::fs::remove_file(project.path().join("main.qml")).unwrap();
    let frozen = project.freeze_spec(Mode::Onefile);
    frozen.command().run().prints("Base Charts Shapes Styles\nFalse\n");
}

/// Paths of the files in a product.
fn files(product: &PathBuf) -> Vec<String> {
    let listing = harness::freeze_command().args(["inspect", "--json"]).arg(product).run();
    let listing: serde_json::Value = serde_json::from_str(&listing.success().stdout).unwrap();
    let files = listing["files"].as_array().unwrap().iter();
    files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn only_translations_of_named_locales_are_collected() {
    let project = |locales: &str| {
        let project = Project::of("parts/translations_of_named_locales");
        let files = ["de", "de_AT", "fr", "pt_BR"].map(|l| format!("pkg/locale/{l}/LC_MESSAGES/pkg.mo"));
        let project = files.iter().fold(project, |project, path| project.file(path, b"\xde\x12\x04\x95"));
        project.file("app.spec", format!("[app]\nentry = 'app.py'\n[modules]\nlocales = {locales}\n"))
    };
    let frozen = project("['de', 'pt']").freeze_spec(Mode::Onedir);
    frozen.command().run().prints("de de_AT pt_BR\nTrue False\n");
    project("[]").freeze_spec(Mode::Onedir).command().run().prints("de de_AT fr pt_BR\nTrue True\n");
    let told = project("['de']").command(["app.spec", "-y", "-v"]).run();
    assert!(!told.success().stderr.contains("left out"), "{told}");
    let why = project("['de']").command(["why", "fr/LC_MESSAGES/pkg.mo", "app.spec"]).run();
    why.says(&["`locales` does not list its language", "add its language to `locales`"]);
    let wrong = project("['German']").command(["app.spec"]).run();
    wrong.fails(&["app.spec:4", "expected a locale such as `de` or `pt_BR`"]);
}

#[test]
fn texts_of_a_program_without_translations_are_english() {
    let languages = |more: &str, code: &str| {
        let project = Project::of("parts/texts_in_several_languages").file("kit.toml", rules());
        let files = ["de", "en", "fr"].map(|l| format!("kit/locales/{l}.pak"));
        let project = files.iter().fold(project, |project, path| project.file(path, b"text"));
        let app = std::fs::read_to_string(project.path().join("app.py")).unwrap();
        let project = project.file("app.py", format!("{app}{code}"));
        let frozen = project.file("app.spec", spec(Mode::Onedir, more)).freeze_spec(Mode::Onedir);
        frozen.command().run().success().stdout.clone()
    };
    assert_eq!(languages("", ""), "en.pak\n");
    assert_eq!(languages("[modules]\nlocales = ['en', 'fr']\n", ""), "en.pak fr.pak\n");
    assert_eq!(languages("", "import gettext\n"), "de.pak en.pak fr.pak\n");
    assert_eq!(languages("[modules]\nwhole = ['kit']\n", ""), "de.pak en.pak fr.pak\n");
}

/// A program that opens services by name.
fn services(main: &str) -> Project {
    let project = Project::of("parts/files_that_calls_name");
    let project = ["store", "queue", "login", "mail"]
        .iter()
        .fold(project, |project, name| project.file(&format!("cloud/data/{name}/service.txt"), *name));
    let project = if main.is_empty() { project } else { project.file("app.py", main) };
    project.file("app.spec", "[app]\nentry = 'app.py'\n[rules]\nfiles = ['cloud.toml']\n")
}

#[test]
fn files_are_selected_by_names_in_calls() {
    let frozen = services("").freeze_spec(Mode::Onedir);
    frozen.command().run().prints("storequeuelogin\nlogin queue store\n");
    let why = services("").command(["why", "cloud/data/mail/service.txt", "app.spec"]).run();
    why.says(&["the program does not name it in a call of `cloud.client`", "whole = [\"cloud\"]"]);
}

#[test]
fn all_files_are_collected_if_a_name_is_unknown() {
    let print = "print(*sorted(os.listdir(cloud.FOLDER)))\n";
    for (code, why) in [
        (
            "cloud.client('store')\nif len(sys.argv) > 1: cloud.client(sys.argv[1])\n",
            "computes an argument of",
        ),
        ("cloud.client('store')\nclients = map(cloud.client, sys.argv[1:])\n", "passes on"),
        ("cloud.client('store')\ncloud.services()\n", "calls `cloud.services`"),
        ("", "nothing visible calls `cloud.client`"),
    ] {
        let program = format!("import os, sys\nimport cloud\n{code}{print}");
        let project = services(&program);
        let said = project.command(["app.spec", "-y", "-v"]).run();
        said.success().says(&["all data of `cloud` that calls name is collected", why]);
        project.freeze_spec(Mode::Onedir).command().run().prints("login mail queue store\n");
    }
}
