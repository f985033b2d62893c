//! Rule files: what each key does in a product, and what is said of rules that match nothing.

use harness::{Mode, Project};

/// A program that uses `pkg`, which looks into its own folder and at its own source.
fn lister() -> Project {
    Project::of("rules/a_package_that_lists_its_folder")
}

#[test]
fn a_rule_carries_modules_as_files_and_with_their_source() {
    let rules = "[[rule]]\nmodule = 'pkg'\nimports = ['pkg.plug']\nfiles = ['pkg']\nsource = ['pkg.shown']\n";
    for mode in [Mode::Onefile, Mode::Onedir] {
        let spec = format!(
            "[app]\nentry = 'app.py'\n[bundle]\nmode = '{}'\n[rules]\nfiles = ['my.toml']\n",
            mode.name()
        );
        let frozen = lister().file("app.spec", spec).file("my.toml", rules).freeze_spec(mode);
        frozen.command().run().prints("['__init__.py', 'plug.py', 'shown.py'] here = 1\n");
    }
    // The source alone is carried in the archive.
    let spec = "[app]\nentry = 'app.py'\n[rules]\nfiles = ['my.toml']\nshipped = false\n";
    let rules = "[[rule]]\nmodule = 'pkg'\nsource = ['pkg.shown']\nbinaries = []\n";
    let program = "import pkg\nprint(pkg.text())\n";
    let frozen = lister().file("app.py", program).file("app.spec", spec).file("my.toml", rules);
    frozen.freeze_spec(Mode::Onedir).command().run().prints("here = 1\n");
}

#[test]
fn code_of_rules_runs_before_hooks_and_entry_in_order() {
    let frozen =
        Project::of("rules/code_of_rules_runs_before_hooks_and_entry_in_order").freeze_spec(Mode::Onedir);
    frozen.command().run().prints("['b1', 'b2', 'a', 'hook']\n");
}

#[test]
fn an_error_in_code_of_a_rule_names_the_rule_file_and_its_line() {
    let project = |startup: &str| {
        Project::new()
            .file("app.py", "import pkg\n")
            .file("pkg.py", "")
            .file(
                "my.toml",
                format!("# one\n[[rule]]\nmodule = 'pkg'\nstartup = \"\"\"\n{startup}\n\"\"\"\n"),
            )
            .file("app.spec", "[app]\nentry = 'app.py'\n[rules]\nfiles = ['my.toml']\n")
    };
    let frozen = project("import sys\nraise OSError('told')").freeze_spec(Mode::Onedir);
    frozen.command().run().fails(&["my.toml\", line 6", "OSError: told"]);
    project("import sys\ndef").command(["app.spec"]).run().fails(&["my.toml", "line 6"]);
}

#[test]
fn a_rule_that_matches_nothing_is_reported_once() {
    let rules = "[[rule]]\nmodule = 'nowhere.at.all'\n\
                 [[rule]]\nmodule = 'pkg'\nimports = ['pkg.none', 'json']\nsubmodules = ['gone']\n\
                 data = ['pkg/*.none', 'pkg/*.txt']\nbinaries = ['pkg/*.so']\nresources = ['pkg/x/**']\n\
                 files = ['pkgs.*']\n\
                 [[rule]]\nmodule = 'pkg'\nwhen = 'not-installed-at-all'\nimports = ['silent']\n\
                 [[rule]]\nmodule = 'tkinter'\nimports = ['quiet']\n";
    let project = Project::new()
        .file("app.py", "import pkg\n")
        .file("pkg/__init__.py", "")
        .file("pkg/a.txt", "")
        .file("my.toml", rules)
        .file("app.spec", "[app]\nentry = 'app.py'\n[rules]\nfiles = ['my.toml']\n[python]\npaths = ['.']\n");
    let outcome = project.command(["app.spec"]).run();
    outcome.success();
    let warnings: Vec<&str> = outcome.stderr.lines().filter(|l| l.contains("my.toml")).collect();
    assert_eq!(
        warnings,
        [
            "warning: rule for `nowhere.at.all` in `my.toml` matches nothing: no such module is installed",
            "warning: rule for `pkg` in `my.toml`: nothing matches `pkg.none` of `imports`, `gone` of `submodules`, \
             `pkgs.*` of `files`, `pkg/*.none` of `data`, `pkg/*.so` of `binaries`, `pkg/x/**` of `resources`",
        ],
        "{outcome}"
    );
}

#[test]
fn shipped_rules_can_be_switched_off() {
    let listed = |shipped: &str| {
        let project = Project::script("import zoneinfo\n")
            .file("app.spec", format!("[app]\nentry = 'app.py'\n[rules]\nshipped = {shipped}\n"));
        project.command(["app.spec", "--report", "report.json"]).run().success();
        std::fs::read_to_string(project.path().join("report.json")).unwrap()
    };
    assert!(!listed("true").contains("numpy.toml") && !listed("false").contains("zoneinfo.toml"));
    let project = Project::script("").file("app.spec", "[app]\nentry = 'app.py'\n[rules]\nshipped = 'no'\n");
    project.command(["app.spec"]).run().fails(&["app.spec:4:11", "shipped"]);
}

#[test]
fn a_rule_chooses_the_first_package_that_is_installed() {
    let rules = "[[rule]]\nmodule = 'pkg'\nchoices = ['nowhere', 'second', 'first']\nunless-named = ['None']\n\
                 imports = ['{choice}.part']\n";
    let chosen = |source: &str| -> Vec<String> {
        let project = Project::new().file("app.py", source).file("pkg.py", "").file("my.toml", rules);
        let project = project.file("first/__init__.py", "").file("first/part.py", "");
        let project = project.file("second/__init__.py", "").file("second/part.py", "");
        let spec = "[app]\nentry = 'app.py'\n[rules]\nfiles = ['my.toml']\n";
        let frozen = project.file("app.spec", spec).freeze_spec(Mode::Onedir);
        let listing = harness::freeze_command().args(["inspect", "--json"]).arg(&frozen.exe).run();
        let listing: serde_json::Value = serde_json::from_str(&listing.success().stdout).unwrap();
        let modules = listing["modules"].as_array().unwrap().iter();
        let names = modules.map(|module| module["name"].as_str().unwrap().to_owned());
        names.filter(|name| name.ends_with(".part")).collect()
    };
    assert_eq!(chosen("import pkg\n"), ["second.part"]);
    assert_eq!(chosen("import pkg, first.part\n"), ["first.part"]);
    assert_eq!(chosen("import pkg\nCHOSEN = 'none'\n"), [""; 0]);
}
