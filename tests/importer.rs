//! The importer: a frozen program cannot tell that its modules lie in an archive.

use std::process::Command;

use harness::{Frozen, Mode, Project, newest, venv};

fn both(project: impl Fn() -> Project, arguments: &[&str], check: impl Fn(&Frozen)) {
    for mode in Mode::ALL {
        let mut all = vec!["app.py"];
        all.extend(arguments);
        check(&project().freeze_as(mode, all));
    }
}

#[test]
fn modules_know_where_they_are() {
    let project = || Project::of("importer/modules_know_where_they_are");
    both(project, &[], |app| {
        app.command().run().prints(
            "app.py __main__ None None None\n\
             json/__init__.py ['json'] json json\n\
             pack/mod.py pack pack True\n\
             ['space'] None\n\
             json/scanner.py True\n\
             True None\nNone True\nTrue True True True\nTrue True\nTrue\n",
        );
    });
}

#[test]
fn resources_are_found_in_every_way() {
    let project = || Project::of("importer/resources_are_found_in_every_way");
    both(project, &["--collect-all", "pack"], |app| {
        app.command().run().prints(
            "b'text'\ntext b'deep'\n['data.txt', 'sub']\nTrue True False\nTrue text\nb'deep'\ntext\nb'deep'\n\
             b'text'\nFileNotFoundError\n['mod', 'sub'] ['pack.mod', 'pack.sub']\nTrue\n",
        );
    });
}

#[test]
fn metadata_of_distributions_is_there() {
    let environment = venv(newest(), "click\nrich");
    for mode in Mode::ALL {
        let project = Project::of("importer/metadata_of_distributions_is_there");
        let form = format!("--{}", mode.name());
        let outcome = project.bare_command(["app.py", "-y", &form, "--python"]).arg(&environment.path).run();
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints("True rich\nTrue True\nTrue True\nnot found not-there\n");
    }
}

#[test]
fn entry_points_of_collected_distributions_are_there() {
    // A distribution with plugins, as an installer leaves it.
    let source = "
import importlib.metadata as md
found = [e for e in md.distribution('plug-dist').entry_points if e.group == 'app.plugins']
print([(e.name, e.load()()) for e in found])
";
    let project = Project::script(source);
    let made = Command::new(&newest().exe)
        .args(["-m", "venv", "--without-pip"])
        .arg(project.path().join("v"))
        .status();
    assert!(made.unwrap().success());
    let site = format!("v/lib/{}/site-packages", newest().library);
    let info = format!("{site}/plug_dist-1.5.dist-info");
    let project = project
        .file(&format!("{site}/plug.py"), "def go():\n    return 'went'\n")
        .file(&format!("{info}/METADATA"), "Metadata-Version: 2.1\nName: plug-dist\nVersion: 1.5\n")
        .file(&format!("{info}/entry_points.txt"), "[app.plugins]\none = plug:go\n")
        .file(&format!("{info}/INSTALLER"), "pip\n")
        .file(&format!("{info}/RECORD"), "plug.py,,\nplug_dist-1.5.dist-info/METADATA,,\n");
    let outcome = project
        .bare_command([
            "app.py",
            "-F",
            "-y",
            "--python",
            "v",
            "--copy-metadata",
            "plug-dist",
            "--hidden-import",
            "plug",
        ])
        .run();
    let app = project.moved(Mode::Onefile, "app", outcome);
    app.command().run().prints("[('one', 'went')]\n");
}

#[test]
fn metadata_of_eggs_and_zips_is_there() {
    let project = || {
        let project = Project::of("importer/metadata_of_eggs_and_zips_is_there");
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&newest().exe);
            assert!(command.args(arguments).current_dir(project.path()).status().unwrap().success());
        };
        run(&["-m", "venv", "--without-pip", "v"]);
        run(&["make_archives.py"]);
        let site = format!("v/lib/{}/site-packages", newest().library);
        for name in ["zipped_dist-1.5-py3.egg", "wheeled-3.0-py3-none-any.whl"] {
            std::fs::rename(project.path().join(name), project.path().join(&site).join(name)).unwrap();
        }
        let egg = format!("{site}/unpacked_dist-2.0-py3.egg");
        project
            .file(
                &format!("{site}/easy-install.pth"),
                "./zipped_dist-1.5-py3.egg\n./unpacked_dist-2.0-py3.egg\n./wheeled-3.0-py3-none-any.whl\n",
            )
            .file(&format!("{egg}/unpacked/__init__.py"), "")
            .file(&format!("{egg}/unpacked/mod.py"), "")
            .file(
                &format!("{egg}/EGG-INFO/PKG-INFO"),
                "Metadata-Version: 1.1\nName: unpacked-dist\nVersion: 2.0\n",
            )
            .file(&format!("{egg}/EGG-INFO/entry_points.txt"), "[a.b]\nc = unpacked.mod\n")
            .file(&format!("{egg}/EGG-INFO/top_level.txt"), "unpacked\n")
    };
    for mode in Mode::ALL {
        let project = project();
        let form = format!("--{}", mode.name());
        let outcome = project.bare_command(["app.py", "-y", &form, "--python", "v"]).run();
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints(
            "1.5 Zipped.Dist [('console_scripts', 'zip-tool', 'zipped:go')]\n\
             2.0 unpacked-dist [('a.b', 'c', 'unpacked.mod')]\n3.0 wheeled []\n['six'] True\n[7]\n",
        );
    }
    // An installed script is found there as well.
    let project = project();
    let outcome = project.bare_command(["--entry-point", "zip-tool", "-F", "-y", "--python", "v"]).run();
    project.moved(Mode::Onefile, "zip-tool", outcome).command().run().exits(7);
}

#[test]
fn code_can_be_inspected_as_far_as_its_source_is_carried() {
    let project = Project::of("importer/code_can_be_inspected_as_far_as_its_source_is_carried");
    project
        .freeze_spec(Mode::Onefile)
        .command()
        .run()
        .prints("def f(): True\nTrue\nno source\nNone False\n<module>\nTrue\n");
}

#[test]
fn imports_behave_as_from_files() {
    let project = || Project::of("importer/imports_behave_as_from_files");
    both(project, &["--hidden-import", "slow", "--hidden-import", "runnable"], |app| {
        app.command().run().prints(
            "late b\nraised at import False\npack.nothing No module named 'pack.nothing'\n\
             cannot import name 'nothing' from 'pack'\nTrue 2\nrunnable __main__\n6 True\n\
             [1, 1, 1, 1, 1, 1, 1, 1] 1\nslow\n2\n",
        );
    });
}

#[test]
fn other_interpreters_of_the_process_import_from_the_program() {
    for interpreter in harness::interpreters() {
        for mode in Mode::ALL {
            let app = Project::of("importer/other_interpreters_of_the_process_import_from_the_program")
                .freeze_for(mode, interpreter);
            let once = "True True True 1\n[1] 2.5 False\n['helper']\n";
            let outcome = app.command().run();
            outcome.success();
            assert_eq!(outcome.stdout, once.repeat(3) + "1\n", "{} {mode:?}\n{outcome}", interpreter.name);
        }
    }
}

#[test]
fn packages_can_lie_as_files_on_disk() {
    for mode in Mode::ALL {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n[modules]\nfiles = [\"ondisk\"]\n",
            mode.name()
        );
        let source = "import os, ondisk.mod; print(os.path.isfile(ondisk.mod.__file__), ondisk.mod.VALUE)";
        let project = Project::script(source)
            .file("app.spec", spec)
            .file("ondisk/__init__.py", "")
            .file("ondisk/mod.py", "VALUE = 8");
        project.freeze_spec(mode).command().run().prints("True 8\n");
    }
}

#[test]
fn an_entry_can_be_a_module_a_package_or_a_function() {
    let project = || Project::of("importer/an_entry_can_be_a_module_a_package_or_a_function");
    let app = project().freeze(["pack"]);
    app.command().arg("x").run().prints("main of pack __main__ 1 ['x']\n");
    let app = project().freeze(["pack.cli:main"]);
    app.command().arg("x").run().exits(1).says(&["text for stderr"]);
    let app = project().freeze(["pack.cli:Group.run"]);
    let outcome = app.command().arg("x").run();
    outcome.exits(4);
    assert_eq!(outcome.stdout, "function pack.cli ['x']\n");
    let app = project().freeze(["pack.helper"]);
    app.command().run().prints("");
}
