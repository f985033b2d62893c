//! The same input gives the same bytes, and no path of the machine that built them.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Build, Content, Interpreter, Mode, Project, interpreters, newest, scratch, venv};

/// Freezes `case` in a new folder whose sources are `hours` old, with an empty cache.
fn build(
    case: &str,
    interpreter: &Interpreter,
    mode: Mode,
    place: &str,
    hours: u32,
) -> (tempfile::TempDir, PathBuf) {
    let folder = scratch(place);
    let (run, name) = Build::new(case).python(interpreter).mode(mode).prepare(folder.path());
    let date = format!("-{hours} hours");
    let touched = Command::new("find")
        .arg(folder.path().join("src"))
        .args(["-exec", "touch", "-d", &date, "{}", "+"])
        .status()
        .unwrap();
    assert!(touched.success());
    run.env("FREEZE_CACHE_DIR", folder.path().join("cache")).run().success();
    let product = folder.path().join("dist").join(name);
    (folder, product)
}

fn assert_equal(one: &Path, two: &Path) {
    let list = |product: &Path| -> Vec<(PathBuf, Vec<u8>, u32)> {
        use std::os::unix::fs::PermissionsExt;
        walkdir::WalkDir::new(product)
            .sort_by_file_name()
            .into_iter()
            .map(Result::unwrap)
            .map(|e| {
                let path = e.path().strip_prefix(product).unwrap().to_owned();
                let bytes =
                    if e.file_type().is_file() { std::fs::read(e.path()).unwrap() } else { Vec::new() };
                (path, bytes, e.metadata().unwrap().permissions().mode())
            })
            .collect()
    };
    let (one, two) = (list(one), list(two));
    let names =
        |all: &[(PathBuf, Vec<u8>, u32)]| all.iter().map(|(p, _, m)| (p.clone(), *m)).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two));
    for ((path, a, _), (_, b, _)) in one.iter().zip(&two) {
        if let Some(at) =
            a.iter().zip(b).position(|(x, y)| x != y).or((a.len() != b.len()).then_some(a.len().min(b.len())))
        {
            panic!("`{}` differs from byte {at} on ({} and {} bytes)", path.display(), a.len(), b.len());
        }
    }
}

#[test]
fn hello_is_the_same_from_two_checkouts() {
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            let (_a, one) = build("hello", interpreter, mode, "checkout", 0);
            let (_b, two) = build("hello", interpreter, mode, "a-much-longer-name-of-a-checkout", 30);
            assert_equal(&one, &two);
        }
    }
}

#[test]
fn numpy_and_pandas_are_the_same_from_two_checkouts() {
    for mode in Mode::ALL {
        let (a, one) = build("numpy_pandas", newest(), mode, "checkout", 0);
        let (_b, two) = build("numpy_pandas", newest(), mode, "a-much-longer-name-of-a-checkout", 30);
        assert_equal(&one, &two);
        names_no_path(&one, a.path(), newest());
    }
}

#[test]
fn no_product_names_a_path_of_this_machine() {
    for interpreter in interpreters() {
        let (folder, product) = build("hello", interpreter, Mode::Onefile, "checkout", 0);
        names_no_path(&product, folder.path(), interpreter);
    }
}

/// Searches the decompressed content for the folders that the build has used.
fn names_no_path(product: &Path, build: &Path, interpreter: &Interpreter) {
    let all = Content::of(product);
    assert!(all.len() > 100, "too little content was found to search: {}", all.len());
    let requirements =
        std::fs::read_to_string(harness::apps().join("numpy_pandas/requirements.txt")).unwrap();
    let mut needles = vec![
        build.display().to_string(),
        harness::root().display().to_string(),
        venv(newest(), &requirements).path.display().to_string(),
        std::env::temp_dir().join("freeze-test").display().to_string(),
    ];
    if let Some(home) = std::env::var_os("CARGO_HOME").or_else(|| std::env::var_os("HOME")) {
        needles.push(format!("{}/.cargo", Path::new(&home).display()));
        needles.push(format!("{}/.rustup", Path::new(&home).display()));
        needles.push(format!("{}/.cache", Path::new(&home).display()));
    }
    // The system's own interpreter lies in folders that every machine has.
    if !interpreter.name.ends_with("-system") {
        needles.push(interpreter.prefix.display().to_string());
    }
    let mut found = Vec::new();
    for needle in &needles {
        found.extend(Content::search(&all, needle));
    }
    assert!(
        found.is_empty(),
        "{} pieces of content name a path of this machine:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn a_second_build_from_the_cache_is_the_same() {
    let folder = scratch("again");
    let (run, name) = Build::new("hello").mode(Mode::Onefile).prepare(folder.path());
    let cache = folder.path().join("cache");
    run.env("FREEZE_CACHE_DIR", &cache).run().success();
    let product = folder.path().join("dist").join(&name);
    let first = folder.path().join("first");
    std::fs::rename(&product, &first).unwrap();
    std::fs::remove_dir_all(folder.path().join("src")).unwrap();
    let (run, _) = Build::new("hello").mode(Mode::Onefile).prepare(folder.path());
    run.env("FREEZE_CACHE_DIR", &cache).run().success();
    assert_equal(&first, &product);
}

#[test]
fn bytecode_beside_the_sources_makes_no_difference() {
    // The interpreter's own bytecode cache may hold anything between nothing and everything.
    let source = "import helper, pack.mod\nprint(helper.f(), pack.mod.VALUE)\n";
    let make = |compile: bool| {
        let project = harness::Project::script(source)
            .file("helper.py", "CONSTANT = frozenset({'a', 'b', 'c'})\ndef f(x=(1, 2)):\n    return x\n")
            .file("pack/__init__.py", "")
            .file("pack/mod.py", "VALUE = {'k': [1.5, 2j, None, ..., b'x']}\n");
        if compile {
            let status = Command::new(&newest().exe)
                .args(["-m", "compileall", "-q", "."])
                .current_dir(project.path())
                .status();
            assert!(status.unwrap().success());
        }
        let cache = scratch("cache");
        let outcome = project
            .command(["app.py", "-F", "-y", "--name", "app"])
            .env("FREEZE_CACHE_DIR", cache.path())
            .run();
        project.moved(Mode::Onefile, "app", outcome)
    };
    let (plain, compiled) = (make(false), make(true));
    assert_equal(&plain.exe, &compiled.exe);
    compiled.command().run().prints("(1, 2) {'k': [1.5, 2j, None, Ellipsis, b'x']}\n");
}

#[test]
fn metadata_of_local_installs_names_no_folder() {
    let make = |place: &str| {
        let folder = scratch(place);
        let root = folder.path();
        let about = |name: &str, more: &str| {
            format!(
                "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n\
                 [project]\nname = '{name}'\nversion = '1.5'\n{more}\
                 [tool.setuptools]\npackages = ['{name}']\n"
            )
        };
        let requires = format!(
            "dependencies = [\"local @ file://{root}/src/local ; python_version > '3'\", \"six ; extra == 'x'\"]\n",
            root = root.display()
        );
        for (name, more) in [("local", ""), ("edited", requires.as_str())] {
            std::fs::create_dir_all(root.join("src").join(name).join(name)).unwrap();
            std::fs::write(root.join("src").join(name).join("pyproject.toml"), about(name, more)).unwrap();
            std::fs::write(root.join("src").join(name).join(name).join("__init__.py"), "").unwrap();
        }
        harness::copy_tree(
            Project::of("determinism/metadata_of_local_installs_names_no_folder").path(),
            root,
        );
        let run = |program: &Path, arguments: &[&str]| {
            assert!(Command::new(program).args(arguments).current_dir(root).status().unwrap().success());
        };
        run(&newest().exe, &["-m", "venv", "v"]);
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(&root.join("v/bin/python"), &[&install[..], &["-e", "./src/edited"]].concat());
        let command = harness::freeze_command().in_folder(root).args(["app.py", "-F", "-y", "--python", "v"]);
        command.env("FREEZE_CACHE_DIR", root.join("cache")).run().success();
        let product = root.join("dist/app");
        let outcome = harness::Run::new(&product).run();
        outcome.prints("['local; python_version > \"3\"', 'six; extra == \"x\"'] 1.5 True\n[]\n");
        (folder, product)
    };
    let (a, one) = make("local");
    let (_b, two) = make("a-local-install-elsewhere");
    let found = Content::search(&Content::of(&one), &a.path().display().to_string());
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_equal(&one, &two);
}
