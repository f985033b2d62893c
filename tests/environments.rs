//! Projects, and environments that a build creates from inline metadata and lock files: each product runs
//! where no Python can be seen.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Frozen, Mode, Project, Run, newest, uv};

/// Hash of the wheel of six 1.17.0.
const HASH: &str = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274";

/// The tools that install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Uv,
    Pip,
    None,
}

/// `freeze` in a project, with a cache of its own, where a tool and Python can be found.
fn freeze(project: &Project, tool: Tool, arguments: &[&str]) -> Run {
    let python = newest().exe.parent().expect("it is in a folder").to_owned();
    let mut path = vec![python, "/usr/bin".into(), "/bin".into()];
    if tool == Tool::Uv {
        path.insert(0, uv().parent().expect("it is in a folder").to_owned());
    }
    let mut run =
        project.bare_command(arguments).env("PATH", std::env::join_paths(path).expect("plain paths"));
    run = run.env("FREEZE_CACHE_DIR", project.path().join(".cache-of-freeze"));
    if tool == Tool::None {
        return run.env("PIP_NO_INDEX", "1").env("UV_OFFLINE", "1");
    }
    // What pip and uv need to reach the index.
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy().to_uppercase();
        let is_setting =
            ["PIP_", "UV_", "SSL_CERT_", "REQUESTS_CA_"].iter().any(|start| text.starts_with(start));
        if is_setting || text.ends_with("_PROXY") {
            run = run.env(name, value);
        }
    }
    run.env("UV_PYTHON_DOWNLOADS", "never")
}

/// Takes the product away from the project, which stays.
fn taken(project: &Project, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = harness::scratch("app");
    harness::make_reachable(folder.path());
    let moved = folder.path().join(name);
    std::fs::rename(project.path().join("dist").join(name), &moved).expect("the product is there");
    (folder, moved)
}

fn start(product: &Path) -> Run {
    Run::new(product).sandbox(harness::Sandbox::without_python()).show(product)
}

const SIX: &str = "six 1.17.0 1.17.0 True\n";

#[test]
fn inline_metadata_make_an_environment() {
    for tool in [Tool::Uv, Tool::Pip] {
        let project = Project::of("environments/inline");
        freeze(&project, tool, &["-F", "-y", "app.py"]).run().success();
        let (_folder, app) = taken(&project, "app");
        start(&app).run().prints(SIX);
        // The environment is in the cache: neither a tool nor the index is needed any more.
        let again = freeze(&project, Tool::None, &["-F", "-y", "--offline", "app.py"]).run();
        again.success();
        let (_folder, app) = taken(&project, "app");
        start(&app).run().prints(SIX);
        let entries: Vec<_> =
            std::fs::read_dir(project.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        assert_eq!(entries.len(), 3, "only the product and the cache are new: {entries:?}");
    }
}

#[test]
fn without_a_cache_offline_builds_fail_with_a_hint() {
    let project = Project::of("environments/inline");
    let outcome = freeze(&project, Tool::None, &["-F", "--offline", "app.py"]).run();
    outcome.fails(&["offline", "hint: build once without `--offline`"]);
    assert!(!project.path().join("dist").exists());
    // `--no-sync`, or an environment that is named, leave the metadata aside.
    let outcome = freeze(&project, Tool::None, &["-F", "--no-sync", "app.py"]).run();
    outcome.success().says(&["six"]);
    let named = freeze(&project, Tool::None, &["-F", "-y", "app.py", "--python"]).arg(&newest().exe).run();
    named.success().says(&["six"]);
}

#[test]
fn builds_at_once_share_an_environment() {
    let project = Project::of("environments/inline");
    let names = ["one", "two", "three"];
    let started: Vec<_> =
        names.iter().map(|name| freeze(&project, Tool::Uv, &["-F", "-n", name, "app.py"]).start()).collect();
    for build in started {
        build.wait().success();
    }
    for name in names {
        let (_folder, app) = taken(&project, name);
        start(&app).run().prints(SIX);
    }
    let folders = std::fs::read_dir(project.path().join(".cache-of-freeze/1/folders")).unwrap();
    let unfinished =
        folders.flatten().filter(|e| e.file_name().to_string_lossy().starts_with("new-")).count();
    assert_eq!(unfinished, 0);
}

#[test]
fn mistakes_in_inline_metadata_are_told() {
    let mistake = |head: &str, expected: &[&str]| {
        let project = Project::script(&format!("{head}\nprint(1)\n"));
        let outcome = freeze(&project, Tool::None, &["app.py"]).run();
        outcome.fails(expected);
        assert!(!project.path().join("dist").exists());
    };
    mistake("# /// script\n# dependencies = [\n# ///", &["app.py", "line 2"]);
    mistake("# /// script\n# dependencies = []", &["app.py", "line 1", "no end"]);
    mistake("# /// script\n# dependencies = ['a b c']\n# ///", &["app.py", "`a b c`", "PEP 508"]);
    mistake("# /// script\n# requires-python = 'new'\n# ///", &["app.py", "`new`", ">=3.11"]);
    mistake("# /// script\n# requires-python = '>=3.99'\n# ///", &["app.py", ">=3.99", "hint:"]);
    let project = Project::of("environments/inline");
    let locked = freeze(&project, Tool::None, &["--locked", "app.py"]).run();
    locked.exits(2).fails(&["app.py` are not locked", "uv lock --script"]);
}

/// Lock files of each kind that pin six.
fn locks(hash: &str) -> [(&'static str, String); 5] {
    let file = "six-1.17.0-py2.py3-none-any.whl";
    let uv = format!(
        "version = 1\nrequires-python = \">=3.9\"\n[[package]]\nname = \"demo\"\nversion = \"0.3\"\nsource = {{ editable = \".\" }}\n\
         dependencies = [{{ name = \"six\" }}]\n[[package]]\nname = \"six\"\nversion = \"1.17.0\"\n\
         source = {{ registry = \"https://pypi.org/simple\" }}\nwheels = [{{ url = \"https://x/{file}\", hash = \"sha256:{hash}\" }}]\n"
    );
    let pylock = format!(
        "lock-version = \"1.0\"\ncreated-by = \"test\"\n[[packages]]\nname = \"six\"\nversion = \"1.17.0\"\n\
         wheels = [{{ url = \"https://x/{file}\", hashes = {{ sha256 = \"{hash}\" }} }}]\n\
         [[packages]]\nname = \"none\"\nversion = \"1\"\nmarker = \"sys_platform == 'win32'\"\n"
    );
    let pinned =
        format!("version = \"1.17.0\"\nfiles = [{{ file = \"{file}\", hash = \"sha256:{hash}\" }}]\n");
    let poetry = format!(
        "[[package]]\nname = \"six\"\npython-versions = \">=2.7, !=3.0.*\"\n{pinned}[metadata]\nlock-version = \"2.0\"\npython-versions = \"^3.9\"\n"
    );
    let pdm = format!(
        "[metadata]\ngroups = [\"default\"]\nlock_version = \"4.5.0\"\n[[package]]\nname = \"six\"\ngroups = [\"default\"]\n{pinned}"
    );
    let requirements = format!("# pinned\nsix==1.17.0 \\\n    --hash=sha256:{hash}\n");
    [
        ("uv.lock", uv),
        ("pylock.toml", pylock),
        ("poetry.lock", poetry),
        ("pdm.lock", pdm),
        ("requirements.txt", requirements),
    ]
}

#[test]
fn each_kind_of_lock_file_makes_an_environment() {
    for (i, (name, text)) in locks(HASH).iter().enumerate() {
        let project = Project::of("environments/locked").file(name, text);
        let tool = if i % 2 == 0 { Tool::Uv } else { Tool::Pip };
        freeze(&project, tool, &["-F", "--locked"]).run().success();
        let (_folder, app) = taken(&project, "demo");
        start(&app).run().prints("demo 0.3 with six 1.17.0\n");
    }
}

#[test]
fn a_wrong_hash_in_a_lock_file_ends_the_build() {
    let wrong = HASH.replace('4', "5");
    for (i, (name, text)) in locks(&wrong).iter().enumerate() {
        let project = Project::of("environments/locked").file(name, text);
        let tool = if i % 2 == 0 { Tool::Pip } else { Tool::Uv };
        let outcome = freeze(&project, tool, &["-F", "--sync"]).run();
        outcome.fails(&["failed to create the environment", &wrong[..16]]);
        assert!(!project.path().join("dist").exists(), "{name}");
    }
}

#[test]
fn outdated_and_absent_locks_are_errors() {
    let [(name, text), ..] = locks(HASH);
    let project = Project::of("environments/locked").file(name, text.replace("1.17.0", "1.15.0"));
    let outcome = freeze(&project, Tool::None, &["--sync"]).run();
    outcome.fails(&[
        "uv.lock` does not match the project",
        "requires `six>=1.16`",
        "has 1.15.0",
        "`uv lock`",
    ]);
    let project = Project::of("environments/locked");
    let unused = project.file("uv.lock", &locks(HASH)[0].1);
    freeze(&unused, Tool::None, &["-y"]).run().success().says(&["`uv.lock` has no effect", "`--sync`"]);
    let project = Project::of("environments/locked");
    let absent = freeze(&project, Tool::None, &["--locked"]).run();
    absent.exits(2).fails(&["pyproject.toml` are not locked", "uv lock"]);
    let extra = freeze(&project, Tool::None, &["--extra", "none"]).run();
    extra.fails(&["no extra `none`"]);
    let loose = project.file("requirements.txt", "six>=1.16\n");
    freeze(&loose, Tool::None, &["--locked"])
        .run()
        .exits(2)
        .fails(&["`six` is not locked", "requirements.txt"]);
    let nothing = Project::script("print(1)").file(".git/HEAD", "");
    freeze(&nothing, Tool::None, &["--sync", "app.py"])
        .run()
        .exits(2)
        .fails(&["nothing to create", "uv.lock"]);
}

#[test]
fn requirements_of_a_project_are_resolved() {
    let project = Project::of("environments/locked");
    freeze(&project, Tool::Uv, &["-F", "--extra", "shapes", "--hidden-import", "attrs"]).run().success();
    let (_folder, app) = taken(&project, "demo");
    let outcome = start(&app).run();
    assert!(outcome.success().stdout.starts_with("demo 0.3 with six 1."), "{outcome}");
    let listed = harness::freeze_command().arg("inspect").arg(&app).run();
    assert!(listed.success().stdout.contains(" attrs"), "{listed}");
}

#[test]
fn a_project_is_built_from_its_pyproject() {
    let project = Project::of("environments/shop");
    project.bare_command(["-y", "-q"]).env("PATH", newest().exe.parent().unwrap()).run().success();
    let (_folder, app) = taken(&project, "my-shop");
    start(&app.join("shop")).arg("x").run().prints("welcome 2.5 {'tea': 3} ['x']\n");
    start(&app.join("shop-admin")).run().prints("admin\n");
}

#[test]
fn a_table_in_the_pyproject_is_a_spec() {
    let project = Project::of("environments/shop");
    let path = project.path().join("pyproject.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        format!(
            "{text}\n[tool.freeze]\ncache-size = \"1G\"\n[tool.freeze.bundle]\nmode = \"onefile\"\n\
         [tool.freeze.app]\nname = \"kiosk\"\nentry = \"shop.cli:main\"\n"
        ),
    )
    .unwrap();
    let outcome = project.command(["-y"]).run();
    let frozen: Frozen = project.moved(Mode::Onefile, "kiosk", outcome);
    frozen.command().run().prints("welcome 2.5 {'tea': 3} []\n");
    // Options that say what the table is there to say are refused.
    let project = Project::of("environments/shop").file("pyproject.toml", "[tool.freeze]\n");
    project.command(["-F"]).run().exits(2).fails(&["`mode` in `[bundle]`"]);
    project.command([""; 0]).run().fails(&["`[tool.freeze.app]`", "pyproject.toml"]);
    let wrong = Project::new().file("pyproject.toml", "[tool.freeze]\nextend = []\n");
    wrong.command([""; 0]).run().fails(&["pyproject.toml:2:1", "did you mean `extends`?"]);
}

#[test]
fn nothing_to_build_is_explained_in_five_lines() {
    let project = Project::new();
    let outcome = project.bare_command([""; 0]).run();
    outcome.exits(2).fails(&["nothing to build", "`pyproject.toml`", "`*.spec`", "hint: name a program"]);
    assert_eq!(outcome.stderr.lines().count(), 5, "{outcome}");
    let project = Project::script("").file("b.py", "").file("pyproject.toml", "[project]\nname = \"x\"\n");
    let outcome = project.bare_command([""; 0]).run();
    outcome.exits(2).fails(&["names no program", "`app.py`, `b.py`", "`freeze app.py`"]);
    assert_eq!(outcome.stderr.lines().count(), 5, "{outcome}");
}

#[test]
fn the_only_spec_of_a_folder_is_built() {
    let project = Project::script("print('from the spec')")
        .file("app.spec", "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n");
    let outcome = project.command(["-y"]).run();
    project.moved(Mode::Onefile, "app", outcome).command().run().prints("from the spec\n");
}

#[test]
fn the_schema_of_specs_is_printed() {
    let outcome = harness::freeze_command().arg("schema").run();
    let schema: serde_json::Value = serde_json::from_str(&outcome.success().stdout).unwrap();
    assert_eq!(schema["properties"]["app"]["$ref"], "#/definitions/app");
}

#[test]
fn versions_and_ranges_find_interpreters_of_tools() {
    let python = newest();
    let (major, minor, micro) = python.version;
    let version = format!("{major}.{minor}.{micro}");
    let tools = Project::new();
    let link = |place: &str| {
        let place = tools.path().join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&python.prefix, place).unwrap();
    };
    link(&format!("uv/cpython-{version}-linux-x86_64-gnu"));
    link(&format!("asdf/installs/python/{version}"));
    link(&format!("pyenv/versions/{version}"));
    let shows = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
    let next = format!(">={major}.{minor},<{major}.{}", minor + 1);
    for (variable, folder) in
        [("UV_PYTHON_INSTALL_DIR", "uv"), ("ASDF_DATA_DIR", "asdf"), ("PYENV_ROOT", "pyenv")]
    {
        for wanted in [&format!("{major}.{minor}"), &version, &next] {
            let project = Project::script(shows);
            let run = project
                .bare_command(["-F", "-y", "-q", "app.py", "--python", wanted])
                .env("PATH", "/nowhere");
            let outcome = run.env(variable, tools.path().join(folder)).run();
            project.moved(Mode::Onefile, "app", outcome).command().run().prints(&format!("{version}\n"));
        }
    }
    let project = Project::script(shows);
    project
        .bare_command(["app.py", "--python", ">=3.98"])
        .run()
        .fails(&[">=3.98", "tried", "pyenv", "hint:"]);
    project.bare_command(["app.py", "--python", ">=3.x"]).run().fails(&["invalid range", ">=3.x"]);
}

/// Lays out a folder like an environment of conda, with the files of a real Python.
fn conda(prefix: &Path, sources: &Path) {
    let python = newest();
    let library = format!("lib/{}", python.library);
    let site = prefix.join(&library).join("site-packages");
    for folder in [prefix.join("bin"), prefix.join("conda-meta"), site.clone()] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let (major, minor, micro) = python.version;
    std::fs::write(prefix.join(format!("conda-meta/python-{major}.{minor}.{micro}-h0_0.json")), "{}")
        .unwrap();
    std::fs::copy(&python.exe, prefix.join("bin/python3")).unwrap();
    let link = |from: &Path, to: PathBuf| std::os::unix::fs::symlink(from, to).unwrap();
    for entry in std::fs::read_dir(python.prefix.join(&library)).unwrap().flatten() {
        if entry.file_name() != "site-packages" {
            link(&entry.path(), prefix.join(&library).join(entry.file_name()));
        }
    }
    let gcc = |arguments: &[&str]| {
        let status =
            Command::new("gcc").args(["-shared", "-fPIC"]).args(arguments).current_dir(sources).status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    for (name, number, soname) in [("own", "40", "libown.so.1"), ("other", "2", "libother.so.2")] {
        std::fs::write(sources.join("lib.c"), format!("int {name}(void) {{ return {number}; }}\n")).unwrap();
        let file = prefix.join("lib").join(soname);
        gcc(&["lib.c", "-o", file.to_str().unwrap(), &format!("-Wl,-soname,{soname}")]);
    }
    link(Path::new("libown.so.1"), prefix.join("lib/libown.so"));
    let include = format!("-I{}", python.prefix.join("include").join(&python.library).display());
    let folder = format!("-L{}", prefix.join("lib").display());
    gcc(&["native.c", &include, &folder, "-lown", "-o", site.join("native.so").to_str().unwrap()]);
}

#[test]
fn an_environment_like_that_of_conda_has_libraries_in_lib() {
    if !newest().prefix.join("include").join(&newest().library).join("Python.h").exists() {
        harness::skip_unavailable("the headers of Python are not there");
        return;
    }
    let project = Project::of("environments/conda");
    // As an environment that is named, as that of pixi, and as the active one.
    for (place, arguments, is_active) in
        [("env", &["--python", "env"][..], false), (".pixi/envs/default", &[], false), ("active", &[], true)]
    {
        let prefix = project.path().join(place);
        conda(&prefix, project.path());
        let mut run =
            project.bare_command(["-F", "-y", "app.py"]).args(arguments).env("PATH", "/usr/bin:/bin");
        if is_active {
            run = run.env("CONDA_PREFIX", &prefix);
        }
        run.run().success();
        let (_folder, app) = taken(&project, "app");
        start(&app).run().prints("native 40 2\n");
        std::fs::remove_dir_all(&prefix).unwrap();
    }
}

/// A virtual environment with tools that make zip applications.
fn made(project: &Project, command: &[&str]) {
    let tools = harness::venv(newest(), "pex\nshiv");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([tools.path.join("bin")].into_iter().chain(std::env::split_paths(&path)))
        .unwrap();
    let program = tools.path.join("bin").join(command[0]);
    let output = Command::new(program)
        .args(&command[1..])
        .env("PATH", path)
        .current_dir(project.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn zip_applications_are_frozen() {
    let project = Project::of("environments/locked").file("src/demo/word.txt", "word");
    let source = "import importlib.resources, six\n\
                  def main(): print('zipped', six.__version__, importlib.resources.files('demo').joinpath('word' + '.txt').read_text())\n";
    let project = project.file("src/demo/zipped.py", source);
    made(&project, &["pex", "six==1.17.0", "-D", "src", "-e", "demo.zipped:main", "-o", "a.pex"]);
    made(&project, &["python", "-m", "pip", "install", "-q", "six==1.17.0", "--target", "tree"]);
    harness::copy_tree(&project.path().join("src"), &project.path().join("tree"));
    made(&project, &["shiv", "--site-packages", "tree", "-e", "demo.zipped:main", "-o", "b.pyz"]);
    made(
        &project,
        &[
            "python",
            "-m",
            "zipapp",
            "tree",
            "-m",
            "demo.zipped:main",
            "-p",
            "/usr/bin/env python3",
            "-o",
            "c.pyz",
        ],
    );
    for (i, name) in ["a.pex", "b.pyz", "c.pyz"].iter().enumerate() {
        let mode = if i == 0 { "-D" } else { "-F" };
        project.command([mode, "-y", name]).run().success();
        let (_folder, app) = taken(&project, &name[..1]);
        let exe = if i == 0 { app.join("a") } else { app };
        start(&exe).run().prints("zipped 1.17.0 word\n");
    }
}

#[test]
fn zip_files_that_are_no_applications_are_refused() {
    let project = Project::script("print(1)");
    made(&project, &["pex", "six==1.17.0", "-o", "shell.pex"]);
    project.command(["shell.pex"]).run().fails(&["shell.pex", "no entry point"]);
    made(&project, &["python", "-m", "zipfile", "-c", "plain.zip", "app.py"]);
    project.command(["plain.zip"]).run().fails(&["plain.zip", "without `__main__.py`"]);
    assert!(!project.path().join("dist").exists());
}
