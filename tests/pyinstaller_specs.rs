//! Specs of PyInstaller, in Python: they run as they are, and what they change is what the product holds.

use harness::{Mode, Outcome, Program, Project, wine};

use crate::cross::{launcher, path_with, piece};

fn project(name: &str) -> Project {
    Project::of(&format!("pyinstaller_specs/{name}"))
}

#[test]
fn a_spec_reads_and_changes_its_tables() {
    let frozen = project("tables").freeze_spec(Mode::Onefile);
    frozen.command().run().prints(
        "assets/kept.txt True\nassets/dropped.txt False\nadded/new name.txt True\ntree/a.txt True\n\
         tree/inner/b.txt True\ntree/c.log False\ncolorsys True\nwave False\n_csv False\nappended True\n",
    );
}

#[test]
fn programs_of_several_analyses_share_a_folder() {
    let project = project("several");
    let outcome = project.command(["app.spec", "-y"]).run();
    let alone = project.path().join("dist/alone");
    harness::Run::new(&alone).run().prints("three __main__\none shared\n");
    let mut suite = project.moved(Mode::Onedir, "suite", outcome);
    for (name, printed) in [("one", "one shared\n"), ("two", "two shared\n"), ("three", "three __main__\n")] {
        suite.exe = suite.product.join(name);
        suite.command().run().prints(printed);
    }
}

#[test]
fn merged_programs_share_the_file_of_the_first() {
    let project = project("merged");
    project.command(["app.spec", "-y"]).run().success();
    let moved = project.path().join("moved");
    std::fs::rename(project.path().join("dist"), &moved).unwrap();
    let run = |name: &str| harness::Run::new(moved.join(name)).run();
    run("one").prints("one one shared one added\n");
    run("two").prints("two two shared one added\ntwo two shared one added\n");
    run("three/three").prints("three three shared\n");
    // It has other settings than the two above, so it is complete.
    run("noisy").prints("one noisy shared one\n");
    let size = |name: &str| std::fs::metadata(moved.join(name)).unwrap().len();
    assert!(size("two") * 3 < size("one"), "{} {}", size("two"), size("one"));
    std::fs::rename(moved.join("one"), moved.join("renamed")).unwrap();
    run("two").fails(&["failed to read the executable", "copy the program with the whole folder"]);
    project.command(["convert", "app.spec"]).run().success();
    project.command(["one.toml", "--distpath", "converted"]).run().success();
    let converted = |name: &str| harness::Run::new(project.path().join("converted").join(name)).run();
    converted("one").prints("one one shared one added\n");
    converted("two").prints("two two shared one added\ntwo two shared one added\n");
}

/// Builds `app.spec` for Windows. Returns `None` if this machine lacks what that needs.
fn build_for_windows(project: &Project) -> Option<()> {
    let launcher = launcher("x86_64-pc-windows-gnu", "launcher.exe");
    let (python, launcher, path) = (piece("windows-embed-3.11")?, launcher?, path_with("3.11")?);
    let words = ["app.spec", "-y", "--target", "windows-x86_64", "--python"];
    let run = project.bare_command(words).arg(python).env("FREEZE_BOOTLOADER", launcher).env("PATH", path);
    run.run().success();
    Some(())
}

#[test]
fn merged_programs_share_a_file_on_windows_as_well() {
    let project = project("merged");
    if build_for_windows(&project).is_none() {
        return;
    }
    let moved = harness::scratch("product");
    harness::make_reachable(moved.path());
    let product = moved.path().join("moved");
    std::fs::rename(project.path().join("dist"), &product).unwrap();
    let size = |name: &str| std::fs::metadata(product.join(name)).unwrap().len();
    assert!(size("two.exe") * 3 < size("one.exe"), "{} {}", size("two.exe"), size("one.exe"));
    let Some(wine) = wine() else { return };
    let printed = |name: &str| wine.command(product.join(name)).run().success().stdout.replace("\r\n", "\n");
    assert_eq!(printed("one.exe"), "one one.exe shared one added\n");
    assert_eq!(printed("two.exe"), "two two.exe shared one added\ntwo two.exe shared one added\n");
}

#[test]
fn a_spec_sees_its_surroundings() {
    let project = project("globals");
    let outcome = project.command(["app.spec", "-y"]).args(["--", "--name", "renamed", "--fast"]).run();
    outcome.says(&[
        "to standard output",
        "to standard error",
        "`Splash` has no effect",
        "`unknown_argument` of `EXE` is not known",
    ]);
    assert!(outcome.stdout.is_empty(), "{outcome}");
    assert!(!project.path().join("__pycache__").exists(), "imports of a spec leave no bytecode");
    project.moved(Mode::Onefile, "renamed", outcome).command().run().prints("1.2.3\n");
}

#[test]
fn a_spec_of_an_early_version_builds() {
    let project = project("early");
    let outcome = project.command(["app.spec", "-y"]).run();
    let mut early = project.moved(Mode::Onedir, "early", outcome);
    early.exe = early.product.join("app");
    early.command().run().prints("early 0\n");
}

#[test]
fn a_script_in_a_package_finds_modules_from_above_it() {
    let printed = "True 36 of the tool\n";
    project("packaged").freeze_spec(Mode::Onefile).command().run().prints(printed);
    let project = project("packaged");
    let outcome = project.command(["pyinstaller", "-F", "-n", "app", "src/tool/__main__.py"]).run();
    project.moved(Mode::Onefile, "app", outcome).command().run().prints(printed);
}

#[test]
fn a_spec_sees_the_platform_that_it_builds_for() {
    let native = project("crossed");
    let outcome = native.command(["app.spec", "-y"]).run();
    let here = "colorsys False\nwave True\nassets/inner/a.txt True\nw.txt False\no.txt True\n";
    native.moved(Mode::Onedir, "app", outcome).command().run().prints(here);
    let project = project("crossed");
    if build_for_windows(&project).is_none() {
        return;
    }
    let Some(wine) = wine() else { return };
    let there = "colorsys True\nwave False\nassets/inner/a.txt True\nw.txt True\no.txt False\n";
    let outcome = wine.command(project.path().join("dist/app/app.exe")).run();
    assert_eq!(outcome.success().stdout.replace("\r\n", "\n"), there);
}

#[test]
fn code_behind_collect_finds_the_product() {
    let project = project("after");
    project.command(["app.spec", "-y"]).run().success();
    assert!(project.path().join("dist/app/README").exists() && project.path().join("dist/app.zip").exists());
    // The next build replaces what the spec has put into the product.
    project.command(["app.spec"]).run().success();
}

#[test]
fn helpers_of_hooks_find_packages_without_importing_them() {
    let frozen = project("utilities").freeze_spec(Mode::Onefile);
    frozen.command().run().prints("pack/data.json True\npack/inner/more.txt True\nchosen/data.json True\n");
}

const HOOKED: &str = "started yes None\nhooked.hidden True\nhooked.added True\ncolorsys True\nsearched True\n\
                      hooked/table.json True\nfrom hook/renamed.txt True\nhooked/as_files.py True\n";

#[test]
fn hooks_run_for_each_module_that_has_one() {
    let frozen = project("hooked").freeze_spec(Mode::Onefile);
    frozen.command().run().prints(HOOKED);
    let printed = &frozen.outcome.stderr;
    for line in ["hook for hooked\n", "hook for hooked.added\n"] {
        assert_eq!(printed.matches(line).count(), 1, "{printed}");
    }
}

#[test]
fn hooks_run_again_only_if_what_they_read_has_changed() {
    let project = project("remembered");
    // Hooks ask for it, and the harness changes it with each run.
    let command =
        || project.command(["app.spec", "-y"]).env("FREEZE_LOG", "builder=debug").env("HOME", "/tmp");
    let build = |hooks: &str, printed: &str| {
        let outcome = command().run();
        outcome.says(&[hooks, "hook-printing runs"]);
        harness::Run::new(project.path().join("dist/app")).run().prints(&format!("{printed}\nTrue\n"));
    };
    build("hooks kept=0 run=4", "colorsys\none.txt");
    // One prints, and one runs another process.
    build("hooks kept=2 run=2", "colorsys\none.txt");
    let write = |path: &str, text: &str| std::fs::write(project.path().join(path), text).unwrap();
    write("hooks/names.txt", "wave");
    build("hooks kept=1 run=3", "wave\none.txt");
    write("plain/two.txt", "two");
    build("hooks kept=1 run=3", "wave\none.txt two.txt");
    write("plain/flag", "");
    build("hooks kept=1 run=3", "wave chunk_of_app\nflag one.txt two.txt");
    command().env("REMEMBERED_EXTRA", "colorsys").run().says(&["hooks kept=1 run=3"]);
    write("hooks/hook-plain.py", "hiddenimports = ['colorsys']");
    build("hooks kept=1 run=3", "colorsys\nflag one.txt two.txt");
    build("hooks kept=2 run=2", "colorsys\nflag one.txt two.txt");
}

#[test]
fn installed_packages_bring_their_hooks() {
    for outcome in Program::of("pyinstaller_specs/installed").check() {
        outcome.success();
    }
}

#[test]
fn a_spec_can_be_explained_and_traced() {
    let project = project("several");
    project.command(["why", "wave", "app.spec"]).run().fails(&["wave"]);
    let why = project.command(["why", "shared", "app.spec"]).run();
    assert!(why.success().stdout.contains("imported by one.py:1"), "{why}");
    assert!(!project.path().join("dist").exists(), "nothing is built");
    project.command(["trace", "app.spec"]).run().success();
    project.command(["trace", "app.spec", "--write"]).run().fails(&["written in Python"]);
}

/// Builds from a spec in Python; it must fail and say all of `needles`, and leave nothing behind.
#[track_caller]
fn refused(spec: &str, needles: &[&str]) -> Outcome {
    let project = Project::script("print('hello')").file("app.spec", spec).file("x.txt", "x");
    let before = harness::Tree::of(project.path());
    let outcome = project.command(["app.spec", "-y"]).run();
    outcome.fails(needles);
    assert!(!outcome.stderr.contains("_freeze_"), "a traceback of the builder's own\n{outcome}");
    assert_eq!(harness::Tree::of(project.path()), before, "{outcome}");
    outcome
}

const BUILD: &str = "EXE(PYZ(a.pure), a.scripts, a.binaries, a.datas, name='app')\n";

#[test]
fn what_is_wrong_with_a_spec_is_shown_where_it_is() {
    refused("a = Analysis(['app.py']\nx = 1\n", &["app.spec` is not valid Python", "app.spec:1"]);
    refused("def f():\n  return a\nAnalysis([f()])\n", &["NameError", "app.spec:2", "return a"]);
    refused("import nothing_there\nAnalysis([])\n", &["app.spec:1", "nothing_there", "-m pip install"]);
    refused(
        "import sys\na = Analysis(['app.py'])\nsys.exit('stopped here')\n",
        &["app.spec:3", "stopped here"],
    );
    refused("import sys\nsys.exit(3)\nAnalysis([])\n", &["app.spec:2", "with code 3"]);
    refused("name = input()\nAnalysis([name])\n", &["app.spec:1", "EOFError", "after `--`"]);
    refused("import os\nos._exit(0)\nAnalysis([])\n", &["app.spec` ended its process"]);
    refused("a = Analysis(['app.py'])\n", &["makes no product"]);
}

#[test]
fn files_that_a_spec_names_must_be_there() {
    refused("x = 1\na = Analysis(['ap.py'])\n", &["ap.py` not found", "app.spec:2"]);
    let datas = |items: &str| format!("import os\na = Analysis(['app.py'], datas={items})\n{BUILD}");
    refused(&datas("[('none/*.txt', '.')]"), &["none/*.txt` of `datas` does not exist", "app.spec:2"]);
    refused(&datas("['x.txt']"), &["expected a tuple", "app.spec:2"]);
    refused(&datas("[('x.txt', '')]"), &["folder in the bundle is empty", "app.spec:2"]);
    refused(&datas("[('x.txt', '../outside')]"), &["../outside", "app.spec:2"]);
    let hook = "a = Analysis(['app.py'], runtime_hooks=['nohook.py'])\n";
    refused(&format!("import os\n{hook}{BUILD}"), &["nohook.py", "app.spec:2"]);
}

#[test]
fn entries_of_tables_stay_in_the_bundle() {
    let entry = |entry: &str| format!("a = Analysis(['app.py'])\na.datas += [{entry}]\n{BUILD}");
    refused(&entry("('../x.txt', 'x.txt', 'DATA')"), &["`../x.txt` lies outside the bundle", "app.spec:3"]);
    refused(&entry("('/etc/x', 'x.txt', 'DATA')"), &["lies outside the bundle", "app.spec:3"]);
    refused(&entry("('x', 'nothing.txt', 'DATA')"), &["nothing.txt", "is not a file", "app.spec:3"]);
    refused(&entry("'x.txt'"), &["expected a tuple (name, source, typecode)", "app.spec:2"]);
    refused("a = Analysis(['app.py'])\nEXE(5, a.scripts)\n", &["expected a TOC", "got 5", "app.spec:2"]);
    refused("a = Analysis(['app.py'])\nEXE(PYZ(a.pure), a.binaries)\n", &["has no script", "app.spec:2"]);
    refused("a = Analysis(['app.py'])\nCOLLECT(a.binaries)\n", &["`COLLECT` has no program", "app.spec:2"]);
}

#[test]
fn a_hook_that_fails_is_shown() {
    let with = |hook: &str| {
        let spec = format!("a = Analysis(['app.py'], hookspath=['hooks'])\n{BUILD}");
        Project::script("import colorsys").file("app.spec", spec).file("hooks/hook-colorsys.py", hook)
    };
    let fails = |hook: &str, needles: &[&str]| {
        with(hook).command(["app.spec", "-y"]).run().fails(needles);
    };
    fails("x = 1\nraise RuntimeError('broken hook')\n", &["broken hook", "hook-colorsys.py:2"]);
    fails("datas = [('none.txt', '.')]\n", &["none.txt` of `datas` does not exist"]);
    fails("hiddenimports = [\n", &["SyntaxError", "hook-colorsys.py:1"]);
    with("print('a hook prints')").command(["app.spec", "-y"]).run().says(&["a hook prints"]).success();
    // The same without a spec.
    let project = with("raise RuntimeError('broken hook')\n");
    let arguments = ["app.py", "--additional-hooks-dir", "hooks"];
    project.command(arguments).run().fails(&["broken hook", "hook-colorsys.py:1"]);
    project.command(["app.py", "--additional-hooks-dir", "nohooks"]).run().fails(&["nohooks"]);
}

#[test]
fn an_interrupt_ends_an_endless_spec() {
    let spec = "a = Analysis(['app.py'])\nopen('marker', 'w').close()\nwhile True: pass\n";
    let project = Project::script("").file("app.spec", spec);
    project.interrupt_when_there("marker", &["app.spec", "-y"]);
    assert!(!project.path().join("dist").exists());
}

#[test]
fn the_command_line_of_pyinstaller_is_taken() {
    let project = project("hooked").file("more.py", "print(os.path.basename(sys.argv[0]), 'more')\n");
    let words = [
        "pyinstaller",
        "-F",
        "-n",
        "app",
        "--additional-hooks-dir=hooks",
        "--hiddenimport",
        "wave",
        "--noupx",
        "-y",
        "--win-private-assemblies",
        "--add-data",
        "more.py:assets",
        "app.py",
        "more.py",
    ];
    let hook = std::fs::read_to_string(project.path().join("hooks/hook-hooked.py")).unwrap();
    // There are no values for hooks on a command line.
    let project = project.file("hooks/hook-hooked.py", hook.replace("== 'more'", "is None"));
    let outcome = project.command(words).run();
    outcome.says(&["`--noupx` has no effect", "`--win-private-assemblies` has no effect"]);
    let frozen = project.moved(Mode::Onefile, "app", outcome);
    let outcome = frozen.command().run();
    assert!(outcome.success().stdout.ends_with("hooked/as_files.py True\napp more\n"), "{outcome}");
}

#[test]
fn options_are_kept_as_a_spec() {
    let project = Project::script("import sys\nprint('kept', sys.flags.optimize)").file("data.txt", "x");
    let words = [
        "init",
        "app.py",
        "-n",
        "app",
        "--add-data",
        "data.txt:d",
        "--optimize",
        "1",
        "--hidden-import",
        "wave",
    ];
    project.bare_command(words).run().success();
    let text = std::fs::read_to_string(project.path().join("app.spec")).unwrap();
    for needle in ["mode = \"onedir\"", "to = \"d\"", "optimize = 1", "\"wave\""] {
        assert!(text.contains(needle), "{needle}\n{text}");
    }
    project.bare_command(["init", "-n", "x"]).run().fails(&["expected a script"]);
    let frozen = project.freeze_spec(Mode::Onedir);
    assert!(frozen.product.join("_internal/d/data.txt").exists());
    frozen.command().run().prints("kept 1\n");
}

#[test]
fn tables_may_be_emptied_and_moved() {
    let frozen = project("moved").freeze_spec(Mode::Onedir);
    frozen.command().run().prints("moved True\nlibc.so.6 False\n");
    let there = |path: &str| frozen.product.join("_internal").join(path).exists();
    assert!(there("scattered/helper.py") && there("libs/liblzma.so.5") && !there("liblzma.so.5"));
    assert!(!there("libz.so.1"), "the spec excludes it by its name");
}

#[test]
fn a_spec_may_only_print_its_help() {
    let project = project("globals");
    let outcome = project.command(["app.spec", "-y"]).args(["--", "--help"]).run();
    outcome.says(&["usage:", "--fast"]).success();
    let wrong = project.command(["app.spec", "-y"]).args(["--", "--onefile"]).run();
    wrong.fails(&["the following arguments are required: --name", "app.spec:"]);
}

#[test]
fn a_broken_toml_spec_is_not_taken_for_python() {
    let project = Project::script("").file("app.spec", "[app]\nentry = app.py\n");
    project.command(["app.spec"]).run().fails(&["app.spec:2", "failed to parse spec"]);
}
