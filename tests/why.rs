//! Why something is in a program: `freeze why`, `--bloat`, and what a program says of a module that it lacks.

use harness::{Outcome, Project, interpreters, newest, venv};

const REQUIREMENTS: &str = "numpy==2.1.3\ncertifi\n";

fn why(project: &Project, arguments: &[&str]) -> Outcome {
    let python = venv(newest(), REQUIREMENTS).path;
    project.bare_command(["why"]).args(arguments).arg("--python").arg(python).run()
}

fn project() -> Project {
    Project::script("import helper\n")
        .file("helper.py", "\ndef f():\n    import certifi, numpy\n\n    import gone.below\n")
        .file("app.spec", "[app]\nentry = \"app.py\"\n\n[modules]\nexclude = [\"sqlite3\"]\n")
}

#[test]
fn chains_lead_from_the_entry_to_modules_data_and_libraries() {
    let project = project();
    let outcome = why(&project, &["numpy.linalg"]);
    let text = &outcome.success().stdout;
    for line in [
        "module `numpy.linalg` (numpy/linalg/__init__.py, numpy 2.1.3)",
        "  app.py        requested: entry `app.py`",
        "  helper        imported by app.py:1",
        "  numpy         imported by helper.py:3, in a function",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{outcome}");
    }
    assert!(text.lines().last().unwrap().ends_with("other reasons; `--all` lists them"), "{outcome}");
    let all = why(&project, &["numpy.linalg", "app.spec", "--all"]);
    assert!(all.success().stdout.lines().count() > text.lines().count() + 5, "{all}");

    let outcome = why(&project, &["certifi/cacert.pem", "app.py"]);
    let last = outcome.success().stdout.lines().last().unwrap();
    assert_eq!(last, "  certifi/cacert.pem  data of package `certifi`", "{outcome}");

    let outcome = why(&project, &["libscipy_openblas64_", "app.spec"]);
    let needed: Vec<&str> = outcome.success().stdout.lines().filter(|l| l.contains("(DT_NEEDED)")).collect();
    assert_eq!(needed.len(), 1, "{outcome}");
    assert!(needed[0].contains("needed by numpy/") && needed[0].contains(".so (DT_NEEDED)"), "{outcome}");
    assert!(outcome.stdout.contains("imported by helper.py:3, in a function"), "{outcome}");
}

#[test]
fn chains_are_told_as_json() {
    let outcome = why(&project(), &["certifi", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&outcome.success().stdout).unwrap();
    let last = &value["chain"].as_array().unwrap()[2];
    assert_eq!(value["kind"], "module", "{outcome}");
    assert_eq!((last["file"].as_str(), last["line"].as_u64()), (Some("helper.py"), Some(3)), "{outcome}");
    assert_eq!(last["guard"], "function", "{outcome}");
    let outcome = why(&project(), &["gone", "--json"]);
    outcome.exits(1);
    let value: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((value["found"].as_bool(), value["state"].as_str()), (Some(false), Some("missing")));
}

#[test]
fn what_is_not_there_has_its_reason() {
    let project = project();
    why(&project, &["sqlite3"]).exits(1).fails(&["excluded by `sqlite3` in `exclude` of `[modules]`"]);
    why(&project, &["gone.below"]).exits(1).fails(&["`gone` is not installed", "imported by helper.py:5"]);
    why(&project, &["colorsys"]).exits(1).fails(&["installed at", "include = [\"colorsys\"]"]);
    why(&project, &["numpyy"]).exits(1).fails(&["nothing of that name is installed", "there is `numpy`"]);
    why(&project, &["libc.so.6"]).exits(1).fails(&["stays with the host"]);
    let bare = Project::script("");
    bare.command(["why", "json"]).run().exits(2).fails(&["nothing to build", "freeze why NAME app.py"]);
}

#[test]
fn a_product_tells_what_brought_its_contents_in() {
    let app = Project::script("import helper")
        .file("helper.py", "import json.decoder\ntry: import gone\nexcept ImportError: pass\n")
        .freeze(["app.py", "--exclude-module", "tkinter"]);
    let run = |name: &str| harness::freeze_command().args(["why", name]).arg(&app.product).run();
    let outcome = run("json.decoder");
    let expected = "  app.py        requested: entry `app.py`\n  helper        imported by app.py:1\n  \
                    json.decoder  imported by helper.py:1\n";
    assert!(outcome.success().stdout.contains(expected), "{outcome}");
    run("gone").exits(1).fails(&["imported by helper.py:2 (in a try block)"]);
    run("tkinter").exits(1).fails(&["excluded by `tkinter`"]);
    run("colorsys").exits(1).fails(&["nothing in it imports it"]);
}

#[test]
fn what_takes_the_room_is_told() {
    let project = project();
    let python = venv(newest(), REQUIREMENTS).path;
    let arguments = ["app.spec", "--bloat", "--report", "report.json", "--python"];
    let outcome = project.bare_command(arguments).arg(python).run();
    outcome.success().says(&["numpy 2.1.3", "imported by helper.py:3, in a function", "in all"]);
    let text = std::fs::read_to_string(project.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let parts = report["bloat"].as_array().unwrap();
    let sizes: Vec<u64> = parts.iter().map(|p| p["stored"].as_u64().unwrap()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{parts:?}");
    let numpy = parts.iter().find(|p| p["name"] == "numpy").unwrap();
    assert_eq!(
        (numpy["place"].as_str(), numpy["kind"].as_str()),
        (Some("helper.py:3"), Some("distribution"))
    );
    let stored = |list: &str| {
        report[list].as_array().unwrap().iter().map(|m| m["stored"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sizes.iter().sum::<u64>(), stored("modules") + stored("files"));
}

#[test]
fn an_excluded_module_is_named_with_its_line_in_the_spec() {
    let caught = "ModuleNotFoundError No module named 'caught' None (\"No module named 'caught'\",)\n";
    let all = interpreters();
    for interpreter in all
        .iter()
        .filter(|i| [all[0].name.as_str(), all[all.len() - 1].name.as_str()].contains(&i.name.as_str()))
    {
        let project = Project::of("why/an_excluded_module_is_named_with_its_line_in_the_spec");
        let outcome = project
            .bare_command(["app.py", "-F", "--hidden-import", "colorsys", "--python"])
            .arg(&interpreter.exe)
            .run();
        let app = project.moved(harness::Mode::Onefile, "app", outcome);
        let run = |how: &str, what: &str| app.command().args([how, what]).run();
        for name in ["wave", "json.tool"] {
            let outcome = run("", name);
            assert_eq!(outcome.exits(1).stdout, caught, "{outcome}");
            let expected = format!(
                "ModuleNotFoundError: No module named '{name}'\nhint: `{name}` is not in this program; \
                 add it to the spec: [modules] include = [\"{name}\"]\n"
            );
            assert!(outcome.stderr.ends_with(&expected), "{outcome}");
        }
        let outcome = run("file", "HEREdata/words.txt");
        let expected = "\nhint: `data/words.txt` is not in this program; if the program only reads it, add it to the spec: \
                        [[data]] with from = \"data/words.txt\" and to = \"data\"\n";
        assert!(outcome.exits(1).stderr.ends_with(expected), "{outcome}");
        // What was not there when the program was built is no fault of the spec.
        for (how, what) in [
            ("hook", "wave"),
            ("words", ""),
            ("again", ""),
            ("path", ""),
            ("", "never_installed"),
            ("", "json.never"),
            ("file", "/never/there"),
        ] {
            let outcome = run(how, what);
            outcome.exits(1);
            assert!(!outcome.stderr.contains("hint:"), "{outcome}");
        }
    }
}
