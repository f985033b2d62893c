//! The module graph: what is found, what is left out, and what is said about modules that are missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Interpreter, Mode, Project, interpreters, newest};

#[test]
fn a_syntax_error_in_the_entry_is_shown_as_python_shows_it() {
    let project = Project::script("x = 1\nif x\n    pass\n").file("dist/app/app", "earlier product");
    let outcome = project.command(["app.py", "-y"]).run();
    outcome.fails(&["app.py", "line 2", "if x", "^", "SyntaxError"]);
    assert_eq!(std::fs::read_to_string(project.path().join("dist/app/app")).unwrap(), "earlier product");

    let project = Project::script("print(1\n");
    project.command(["app.py"]).run().fails(&["app.py", "SyntaxError"]);
    let project = Project::script("def f():\n\tx\n        y\n");
    project.command(["app.py"]).run().fails(&["app.py", "Error"]);
    let project = Project::new().file("app.py", b"x = '\xff\xfe'\n");
    project.command(["app.py"]).run().fails(&["app.py", "SyntaxError"]);
}

#[test]
fn a_syntax_error_elsewhere_is_a_warning() {
    let frozen = Project::of("analysis/a_syntax_error_elsewhere_is_a_warning").freeze(["app.py"]);
    frozen.outcome.says(&["broken"]);
    // What the frozen program sees is an error, of whatever kind, and no crash.
    let outcome = frozen.command().run();
    assert!(outcome.code() == Some(0) || outcome.stderr.contains("broken"), "{outcome}");
}

#[test]
fn a_missing_module_is_a_warning_that_names_who_imports_it() {
    let project = Project::of("analysis/a_missing_module_is_a_warning_that_names_who_imports_it");
    let outcome = project.command(["app.py", "-F", "-y"]).run();
    outcome.success().says(&["`plainly_missing", "`helper.py:3`", "`late_missing`", "(in a function)"]);
    assert!(
        !outcome.stderr.contains("guarded_missing"),
        "a guarded import is listed with -v only\n{outcome}"
    );
    let outcome = project.command(["app.py", "-F", "-y", "-v"]).run();
    outcome.success().says(&["plainly_missing", "`guarded_missing`", "`late_missing`"]);
    let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
    let outcome = frozen.command().run();
    assert_eq!(outcome.stdout, "runs\n", "{outcome}");
    outcome.exits(1).says(&["ModuleNotFoundError: No module named 'plainly_missing'"]);
}

#[test]
fn branches_for_other_platforms_are_not_followed() {
    Project::of("analysis/branches_for_other_platforms_are_not_followed")
        .freeze(["app.py"])
        .command()
        .run()
        .prints("on_linux\n");
}

#[test]
fn imports_are_found_wherever_they_stand() {
    let project = Project::of("analysis/imports_are_found_wherever_they_stand");
    project.freeze(["app.py"]).command().run().prints(
        "function class dunder name relative deep sibling exported starred\none two three python match relative\n",
    );
}

#[test]
fn names_that_are_no_identifiers_are_found_too() {
    let project = Project::of("analysis/names_that_are_no_identifiers_are_found_too");
    let frozen = project.freeze(["app.py", "--collect-submodules", "more", "--hidden-import", "sole.y-2"]);
    frozen.command().run().prints("1 2 3\n4 5\n");
}

#[test]
fn the_whole_search_path_is_searched() {
    // A zip, an egg folder, a folder named by a .pth file, a module without source, and two halves of a namespace.
    let project = Project::script(
        "import in_zip.mod, in_pth, bare\nimport halves.left, halves.right\n\
         print(in_zip.mod.VALUE, in_pth.VALUE, bare.VALUE, halves.left.VALUE, halves.right.VALUE)\n",
    )
    .file("zipped/in_zip/__init__.py", "")
    .file("zipped/in_zip/mod.py", "VALUE = 'zip'")
    .file("named/in_pth.py", "VALUE = 'pth'")
    .file("named/halves/left.py", "VALUE = 'left'")
    .file("other/halves/right.py", "VALUE = 'right'")
    .file("other/bare.py", "VALUE = 'bare'");
    let root = project.path().to_owned();
    let python = |arguments: &[&str]| {
        let output = Command::new(&newest().exe).args(arguments).current_dir(&root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    python(&["-c", "import shutil; shutil.make_archive('lib', 'zip', 'zipped')"]);
    python(&["-c", "import py_compile; py_compile.compile('other/bare.py', 'other/bare.pyc')"]);
    std::fs::remove_file(root.join("other/bare.py")).unwrap();
    python(&["-m", "venv", "--without-pip", "v"]);
    let site = root.join(format!("v/lib/{}/site-packages", newest().library));
    std::fs::write(
        site.join("a.pth"),
        format!("# comment\n{}\nimport sys; x = 1\n", root.join("named").display()),
    )
    .unwrap();
    let outcome = project
        .bare_command(["app.py", "-F", "-y", "--python", "v", "--paths", "lib.zip", "--paths", "other"])
        .run();
    let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
    frozen.command().run().prints("zip pth bare left right\n");
}

#[test]
fn an_editable_install_is_followed() {
    let project = Project::of("analysis/an_editable_install_is_followed");
    let root = project.path().to_owned();
    let made = Command::new(&newest().exe).args(["-m", "venv", "--without-pip"]).arg(root.join("v")).status();
    assert!(made.unwrap().success());
    // What setuptools writes for an editable install: a .pth file that imports a finder with a table.
    let site = root.join(format!("v/lib/{}/site-packages", newest().library));
    std::fs::write(
        site.join("__editable__.edited-1.0.pth"),
        "import __editable___edited_1_0_finder; __editable___edited_1_0_finder.install()",
    )
    .unwrap();
    let finder = std::fs::read_to_string(root.join("finder.py")).unwrap();
    let finder = finder.replace("FOLDER", root.join("work/src/edited").to_str().unwrap());
    std::fs::write(site.join("__editable___edited_1_0_finder.py"), finder).unwrap();
    std::fs::remove_file(root.join("finder.py")).unwrap();
    let outcome = project.bare_command(["app.py", "-F", "-y", "--python", "v"]).run();
    let frozen = project.moved(harness::Mode::Onefile, "app", outcome);
    frozen.command().run().prints("edited inner\n");
}

/// Runs an interpreter in the folder of a project.
#[track_caller]
fn python(exe: impl AsRef<std::ffi::OsStr>, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(exe);
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONDONTWRITEBYTECODE");
    let output = command.output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}\n{}{}", said(&output.stdout), said(&output.stderr));
}

/// The folder of the distributions in the virtual environment `v`.
fn site(folder: &Path, interpreter: &Interpreter) -> PathBuf {
    folder.join(format!("v/lib/{}/site-packages", interpreter.library))
}

#[test]
fn eggs_are_searched_with_their_data_and_metadata() {
    // Python finds the metadata by the name of the egg, even if the metadata contains another one.
    let project = Project::of("analysis/eggs_are_searched_with_their_data_and_metadata");
    let root = project.path().to_owned();
    let make =
        "import os, shutil; shutil.make_archive('z', 'zip', 'z'); os.rename('z.zip', 'zipped-2.5-py3.egg')";
    python(&newest().exe, &root, &["-c", make]);
    python(&newest().exe, &root, &["-m", "venv", "--without-pip", "v"]);
    let lines =
        ["folded-1.5-py3.egg", "zipped-2.5-py3.egg"].map(|egg| format!("{}\n", root.join(egg).display()));
    std::fs::write(site(&root, newest()).join("easy-install.pth"), lines.concat()).unwrap();
    let outcome = project.bare_command(["app.py", "-F", "-y", "--python", "v"]).run();
    let frozen = project.moved(Mode::Onefile, "app", outcome);
    frozen.command().run().prints("folder zip zip inner\nb'in a folder' b'in a zip'\n1.5\n");
}

#[test]
fn editable_installs_are_followed_as_pip_makes_them() {
    // The first and the last are made by a path in a .pth file, the second by a finder.
    for (backend, module, layout) in [
        ("setuptools", "setuptools.build_meta", "src/"),
        ("setuptools", "setuptools.build_meta", ""),
        ("hatchling", "hatchling.build", "src/"),
    ] {
        let settings = "[tool.setuptools]\npackages = ['edited', 'edited.inner']\n";
        let about = format!(
            "[build-system]\nrequires = ['{backend}']\nbuild-backend = '{module}'\n\
             [project]\nname = 'edited'\nversion = '3.5'\n\
             [project.scripts]\nedited-tool = 'edited.inner:main'\n{}",
            if layout.is_empty() { settings } else { "" }
        );
        let project = Project::of("analysis/editable_installs_are_followed_as_pip_makes_them")
            .file("work/pyproject.toml", about)
            .file(&format!("work/{layout}edited/__init__.py"), "VALUE = 'edited'")
            .file(&format!("work/{layout}edited/note.txt"), "note")
            .file(&format!("work/{layout}edited/inner/__init__.py"), "VALUE = 'inner'");
        let root = project.path().to_owned();
        python(&newest().exe, &root, &["-m", "venv", "v"]);
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", "./work"];
        python(root.join("v/bin/python"), &root, &install);
        let has_finder = std::fs::read_dir(site(&root, newest()))
            .unwrap()
            .flatten()
            .any(|e| e.file_name().to_string_lossy().ends_with("_finder.py"));
        assert_eq!(has_finder, layout.is_empty(), "{backend} {layout}");
        let outcome = project.bare_command(["app.py", "-F", "-y", "--python", "v"]).run();
        let frozen = project.moved(Mode::Onefile, "app", outcome);
        frozen.command().run().prints("edited inner note\n3.5\n");
    }
}

#[test]
fn packages_without_source_work_on_all_versions() {
    for interpreter in interpreters() {
        let project = Project::of("analysis/packages_without_source_work_on_all_versions");
        let root = project.path().to_owned();
        for folder in ["lib", "app"] {
            python(&interpreter.exe, &root, &["-m", "compileall", "-q", "-b", folder]);
        }
        let bare = "import pathlib\nfor folder in 'lib', 'app':\n    \
                    for path in pathlib.Path(folder).rglob('*.py'): path.unlink()";
        python(&interpreter.exe, &root, &["-c", bare]);
        python(&interpreter.exe, &root, &["-c", "import shutil; shutil.make_archive('zapp', 'zip', 'app')"]);
        std::fs::rename(root.join("zapp.zip"), root.join("zapp.pyz")).unwrap();
        std::fs::remove_dir_all(root.join("app")).unwrap();
        let options = ["app.py", "-F", "-y", "--paths", "lib", "--paths", "zapp.pyz", "--python"];
        let outcome = project.bare_command(options).arg(&interpreter.exe).run();
        let frozen = project.moved(Mode::Onefile, "app", outcome);
        frozen.command().run().prints("(1, 'late') quopri\n");
    }
}

#[test]
fn modules_are_included_and_excluded_by_name() {
    let project = Project::of("analysis/modules_are_included_and_excluded_by_name");
    let options =
        ["app.py", "--hidden-import", "hidden", "--collect-submodules=tree", "--exclude-module", "decimal"];
    let frozen = project.freeze(options);
    let outcome = frozen.command().run();
    let lines: Vec<&str> = outcome.success().stdout.lines().collect();
    assert_eq!(lines[1..], ["hidden", "tree.a", "tree.b.c", "no decimal"], "{outcome}");
}

#[test]
fn a_function_that_is_not_in_its_module_is_named() {
    let project = || Project::of("analysis/a_function_that_is_not_in_its_module_is_named");
    let refused = |what: &str, needles: &[&str]| {
        let outcome = project().command([what]).run();
        outcome.exits(1).fails(needles);
    };
    refused(
        "pack:start_op",
        &["entry function `start_op` not found in module `pack`", "hint: did you mean `pack:start_up`"],
    );
    refused("pack:LIMIT", &["`LIMIT` not found in module `pack`"]);
    refused("pack.inner:Tool.rum", &["`rum` not found in class `pack.inner:Tool`", "`pack.inner:Tool.run`"]);
    refused("email:x", &["entry function `x` not found in module `email`", "email:message_from_file"]);
    refused("asyncio:rum", &["did you mean `asyncio:run`"]);
    // The spec's line is told.
    refused(
        "app.spec",
        &["`start` not found in module `pack.inner`, named in ", "app.spec:3", "`pack.inner:start_up`"],
    );
    for (what, expected) in [
        ("pack:start_up", "started\n"),
        ("pack.inner:Tool.run", "ran\n"),
        ("pack:Tool.run", "ran\n"),
        ("pack:late", "late late\n"),
        ("pack.lazy:anything", "late anything\n"),
    ] {
        project().freeze([what]).command().run().prints(expected);
    }
    project().freeze(["pack.odd:main"]).command().run().exits(1).says(&["/"]);
}

#[test]
fn an_installed_script_without_its_function_is_named() {
    let project = Project::new();
    let root = project.path().to_owned();
    python(&newest().exe, &root, &["-m", "venv", "--without-pip", "v"]);
    let site = site(&root, newest());
    let info = site.join("tool-1.dist-info");
    std::fs::create_dir(&info).unwrap();
    std::fs::write(info.join("METADATA"), "Metadata-Version: 2.1\nName: tool\nVersion: 1\n").unwrap();
    let points = "[console_scripts]\none = tool:mian\ntwo = gone.away:main\n";
    std::fs::write(info.join("entry_points.txt"), points).unwrap();
    std::fs::write(site.join("tool.py"), "def main(): pass\n").unwrap();
    let build = |name: &str| project.bare_command(["--entry-point", name, "--python", "v"]).run();
    build("one").fails(&["`mian` not found in module `tool`, named by entry point `one`", "`tool:main`"]);
    build("two").fails(&["entry module `gone.away` not found, named by entry point `two`"]);
}

#[test]
fn paths_above_a_module_and_listed_packages_are_whole() {
    for mode in Mode::ALL {
        let project = Project::of("analysis/paths_above_a_module_and_listed_packages_are_whole");
        project.freeze_as(mode, ["app.py"]).command().run().prints("found ['one']\n");
    }
}

#[test]
fn a_folder_of_plugins_shows_them() {
    for mode in ["-D", "-F"] {
        let project = Project::of("analysis/a_folder_of_plugins_shows_them");
        let outcome = project.freeze(["app.py", mode]).command().run();
        assert_eq!(outcome.stdout, "colorsys\n2\n", "{outcome}");
    }
}

/// A name that only the command line gives may be that of any module of the program, but not of another project's.
#[test]
fn projects_in_the_folder_of_a_program_stay_outside() {
    let project = Project::of("analysis/projects_in_the_folder_of_a_program_stay_outside");
    let names = ["plugins.a", "plugins.inner.b", "bots.one.run", "other.pkg.module"];
    let outcome = project.freeze(["app.py"]).command().args(names).run();
    outcome.prints("2\n3\n4\nNo module named 'other'\n");
}
