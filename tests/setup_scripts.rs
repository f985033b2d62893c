//! Setup scripts of cx_Freeze, py2exe and py2app, and `[tool.cxfreeze]`: they build as they are.

use harness::{Frozen, Mode, Outcome, Project};

fn project(name: &str) -> Project {
    Project::of(&format!("setup_scripts/{name}"))
}

/// The programs of a product, moved to another folder: the one with this name.
fn program(mut frozen: Frozen, name: &str) -> Frozen {
    frozen.exe = frozen.product.join(name);
    frozen
}

const FIRST: &str = "assets/a.txt True\nassets/inner/c.txt True\nrenamed/b.txt True\nelsewhere/c.txt True\n\
                     VERSION True\nlib/pack/data.txt False\n42 constant data of the package data of the package\n\
                     colorsys True\nwave True\npack.hidden True\nchunked True\noptional False\nTrue 1 False\n";

#[test]
fn a_setup_script_of_cx_freeze_builds() {
    let project = project("cx_freeze");
    let outcome = project.command(["setup.py", "-y"]).run();
    outcome.says(&[
        "to standard output linux-",
        "`unheard_of` of `build_exe` is not known",
        "a build makes no installers and packages: `bdist_msi`, `bdist_rpm`, `shortcuts` without effect",
    ]);
    assert!(outcome.stdout.is_empty(), "{outcome}");
    assert!(!project.path().join("__pycache__").exists(), "imports of a script leave no bytecode");
    let suite = project.moved(Mode::Onedir, "The suite", outcome);
    assert!(suite.product.join("copied.txt").exists(), "code after `setup` finds the product");
    let first = program(suite, "first");
    first.command().run().prints(FIRST);
    program(first, "second").command().run().prints("the second\n");
}

#[test]
fn the_arguments_and_the_folder_of_a_script_are_its_own() {
    let project = project("cx_freeze");
    let nested = harness::scratch("elsewhere");
    let script = project.path().join("setup.py");
    let words = ["--distpath", "here", "-y", "--", "build", "--build-exe=ignored"];
    let run = project.command([script.to_str().unwrap()]).args(words).in_folder(nested.path());
    // The code after `setup` copies to a folder that does not exist.
    run.run().fails(&["FileNotFoundError", "setup.py:56"]);
    assert!(nested.path().join("here/The suite/first").exists());
    assert!(!project.path().join("ignored").exists() && !project.path().join("dist").exists());
    let version = project.command(["setup.py", "--", "--version"]).run();
    version.says(&["1.2.3"]).success();
    project.command(["setup.py", "--", "py2app"]).run().fails(&["has nothing for the command `py2app`"]);
}

#[test]
fn options_come_from_several_files() {
    let frozen = |arguments: &[&str], folder: &str| {
        let project = project("configured");
        let outcome = project.command(["setup.py", "-y"]).args(arguments).run();
        outcome.success();
        let (parent, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let product = project.path().join(parent).join(name);
        harness::Run::new(product.join("app")).run().stdout
    };
    assert_eq!(frozen(&[], "from arguments"), "['colorsys', 'wave'] 1 ['data.txt', 'more.txt']\n");
    let words = ["--", "build_exe", "-O2", "--excludes", "wave", "-b", "out/given"];
    assert_eq!(frozen(&words, "out/given"), "['colorsys'] 2 ['data.txt', 'more.txt']\n");
}

#[test]
fn commands_of_a_script_run_around_the_build() {
    let project = project("commands");
    let outcome = project.command(["setup.py", "-y"]).args(["--", "check", "sdist", "build_exe"]).run();
    outcome.says(&["a command of its own", "the command `sdist` is not run", "are not compiled"]);
    let frozen = project.moved(Mode::Onedir, "commands", outcome);
    program(frozen, "app").command().run().prints("True True\n");
}

#[test]
fn a_table_of_cx_freeze_builds() {
    for arguments in [&["-y"][..], &["pyproject.toml", "-y"], &[".", "-y"]] {
        let project = project("table");
        let outcome = project.bare_command(arguments).run();
        let frozen = program(project.moved(Mode::Onedir, "tabled", outcome), "one");
        frozen.command().run().prints("['data.txt', 'inner/renamed.txt']\n");
        program(frozen, "two").command().run().prints("two\n");
    }
    // A script beside it may be as short as this.
    let project = project("table").file("setup.py", "from cx_Freeze import setup\nsetup()\n");
    let outcome = project.command(["setup.py", "-y"]).run();
    program(project.moved(Mode::Onedir, "tabled", outcome), "two").command().run().prints("two\n");
    let project = crate::setup_scripts::project("table")
        .file("pyproject.toml", "\n[tool.cxfreeze]\nexecutables = [\"none.py\"]\n");
    let outcome = project.bare_command(["-y"]).run();
    outcome.fails(&["script `none.py` of `Executable` not found", "pyproject.toml:2"]);
}

#[test]
fn a_setup_script_of_py2exe_builds() {
    let project = project("py2exe");
    let outcome = project.command(["setup.py", "-y"]).run();
    outcome.says(&["the files for `C:\\outside` in `data_files` are left out"]);
    // Without a name, the setup script of a folder is built if it names a freezer.
    assert!(project.command(["-y"]).run().success().stderr.contains("dist/both"));
    project.command(["setup.py", "-F"]).run().fails(&["`--onefile` cannot be used with the setup script"]);
    let both = program(project.moved(Mode::Onedir, "both", outcome), "window");
    both.command().run().prints("window booted True True\n");
    program(both, "console").command().run().prints("console helped True True\n");
}

#[test]
fn py2exe_bundles_one_file() {
    let project = project("py2exe_one");
    let outcome = project.command(["build.py", "-y"]).run();
    outcome.says(&["`data_files` are inside the single file"]).success();
    harness::Run::new(project.path().join("out/here/one")).run().prints("one 2 True\n");
    let window = project.path().join("out/here/window");
    assert!(window.is_file() && !window.is_symlink());
    harness::Run::new(window).run().prints("window\n");
}

#[test]
fn a_setup_script_of_py2app_builds() {
    let project = project("py2app");
    let outcome = project.command(["setup.py", "-y"]).run();
    outcome.says(&["`semi_standalone` of `py2app` has no effect"]);
    let app = program(project.moved(Mode::Onedir, "An App", outcome), "An App");
    let printed = "macosx_app ['--injected', 'value', 'own'] True\n\
                   pictures/one.txt True\ntexts/a.txt True\nb.txt True\n";
    app.command().arg("own").run().prints(printed);
    program(app, "tool").command().run().prints("a tool\n");
}

#[test]
fn contents_with_the_name_of_a_program_move() {
    let project = project("conflict");
    let outcome = project.command(["setup.py", "-y"]).run();
    outcome.says(&["the contents are in `_internal`", "the name of the program `suite`"]);
    program(project.moved(Mode::Onedir, "suite", outcome), "suite").command().run().prints("True\n");
}

#[test]
fn a_setup_script_can_be_explained_and_traced() {
    let project = project("commands");
    let why = project.command(["why", "colorsys", "setup.py"]).run();
    assert!(why.success().stdout.contains("requested: include `colorsys`"), "{why}");
    assert!(!project.path().join("dist").exists(), "nothing is built");
    project.command(["trace", "setup.py"]).run().success();
    project.command(["trace", "setup.py", "--write"]).run().fails(&["written in Python"]);
}

/// Builds from a setup script; it must fail and say all of `needles`, and leave nothing behind.
#[track_caller]
fn refused(script: &str, needles: &[&str]) -> Outcome {
    let project = Project::script("print('hello')").file("setup.py", script).file("x.txt", "x");
    let before = harness::Tree::of(project.path());
    let outcome = project.command(["setup.py", "-y"]).run();
    outcome.fails(needles);
    assert!(!outcome.stderr.contains("_freeze_"), "a traceback of the builder's own\n{outcome}");
    assert_eq!(harness::Tree::of(project.path()), before, "{outcome}");
    outcome
}

#[test]
fn mistakes_in_setup_scripts_are_shown_where_they_are() {
    let import = "from cx_Freeze import setup, Executable\n";
    let with = |rest: &str| format!("{import}{rest}");
    refused(&with("setup(executables=[\n"), &["setup.py` is not valid Python", "setup.py:2"]);
    refused(&with("print 'x'\nsetup()\n"), &["setup.py` is not valid Python", "setup.py:2"]);
    refused(&with("setup(name=undefined)\n"), &["NameError", "setup.py:2", "name=undefined"]);
    refused(&with("import nothing_there; setup()\n"), &["setup.py:2", "nothing_there", "-m pip install"]);
    refused(&with("import sys; sys.exit('stopped'); setup()\n"), &["setup.py:2", "stopped"]);
    refused(&with("input(); setup()\n"), &["setup.py:2", "EOFError"]);
    refused(&with("import os; os._exit(0); setup()\n"), &["setup.py` ended its process"]);
    let compiler = "import subprocess; subprocess.check_call(['nothing-there']); setup()\n";
    refused(&with(compiler), &["FileNotFoundError", "nothing-there", "setup.py:2"]);
    refused(&with("setup(name='x')\n"), &["`setup()` names no program to build", "setup.py:2"]);
    refused(&with("def later(): setup()\n"), &["describes no program to build"]);
    let scripts = "setup(entry_points={'console_scripts': ['tool = pack.cli:main']})\n";
    refused(&with(scripts), &["names no program", "`freeze pack.cli:main` builds the console script `tool`"]);
    refused("import py2exe\nfrom setuptools import setup\nsetup(scripts=['app.py'])\n", &["setup.py:3"]);
}

#[test]
fn what_cx_freeze_cannot_build_is_refused() {
    let import = "from cx_Freeze import setup, Executable\n";
    let program = |arguments: &str| format!("{import}setup(executables=[Executable({arguments})])\n");
    refused(&program("'ap.py'"), &["script `ap.py` of `Executable` not found", "setup.py:2"]);
    let service = program("'app.py', base='Win32Service'");
    refused(&service, &["a service can only be built for Windows", "--target windows", "setup.py:2"]);
    refused(&program("'app.py', base='Own'"), &["`base='Own'` of `Executable` is not known", "setup.py:2"]);
    let twice = "setup(executables=[Executable('app.py'), Executable('app.py')])\n";
    refused(&format!("{import}{twice}"), &["two programs are named `app`", "setup.py:2"]);
    let with = |options: &str| {
        format!(
            "{import}setup(executables=[Executable('app.py')],\n      options={{'build_exe': {options}}})\n"
        )
    };
    let missing = with("{'include_files': ['none']}");
    refused(&missing, &["`none` of `include_files` does not exist", "setup.py:2"]);
    let outside = with("{'include_files': [('x.txt', '../x.txt')]}");
    refused(&outside, &["`../x.txt` of `include_files` is outside the product", "setup.py:2"]);
    refused(&with("{'include_files': [5]}"), &["expected a path", "got 5", "setup.py:2"]);
}

#[test]
fn what_py2exe_and_py2app_cannot_build_is_refused() {
    let py2exe =
        |arguments: &str| format!("from setuptools import setup\nimport py2exe\nsetup({arguments})\n");
    refused(&py2exe("com_server=['app']"), &["`com_server` of `setup()` cannot be built", "setup.py:3"]);
    refused(&py2exe("service=['app']"), &["`service` can only be built for Windows", "setup.py:3"]);
    refused(&py2exe("console=['ap.py']"), &["script `ap.py` of `console` not found", "setup.py:3"]);
    refused(&py2exe("windows=[{'x': 1}]"), &["a target has no `script`", "setup.py:3"]);
    let data = "console=['app.py'], data_files=[('d', ['none.txt'])]";
    refused(&py2exe(data), &["`none.txt` of `data_files` does not exist", "setup.py:3"]);
    let py2app =
        |arguments: &str| format!("import py2app\nfrom setuptools import setup\nsetup({arguments})\n");
    refused(&py2app("plugin=['app.py']"), &["`plugin` of `setup()` cannot be built", "setup.py:3"]);
    let plist = "app=['app.py'], options={'py2app': {'plist': 'none.plist'}}";
    refused(&py2app(plist), &["`none.plist` of `plist` does not exist", "setup.py:3"]);
}

#[test]
fn an_interrupt_ends_an_endless_setup_script() {
    let script = "import py2exe\nopen('marker', 'w').close()\nwhile True: pass  # setup()\n";
    let project = Project::script("").file("setup.py", script);
    project.interrupt_when_there("marker", &["setup.py", "-y"]);
    assert!(!project.path().join("dist").exists());
}

#[test]
fn libraries_are_left_out_by_their_names() {
    let script = "import lzma\nprint('imported')\n";
    let spec = "[app]\nentry = \"app.py\"\n[modules]\nexclude-binaries = [\"liblzma.so*\"]\n";
    let project = Project::script(script).file("app.spec", spec);
    let frozen = project.freeze_spec(Mode::Onedir);
    assert!(!frozen.product.join("_internal/liblzma.so.5").exists());
    // The library of the host is used instead.
    frozen.command().run().prints("imported\n");
}
