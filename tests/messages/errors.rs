//! Errors that a command line can provoke: each ends in one message, which names what to do.
//!
//! Not here are messages that other tests provoke (products and caches that are damaged, other freezers, macOS, signing,
//! downloads), and those that nothing can provoke at will: files that change during a build, processes that end early, and
//! contradictions between phases.

use harness::Project;

use super::{compare, run, shown};

/// Files of the project in which all commands run.
const FILES: &[(&str, &str)] = &[
    ("app.py", "import json\n"),
    ("other.py", "print('hello')\n"),
    ("broken.py", "def f(:\n    pass\n"),
    ("late.py", "import importlib, sys\nimportlib.import_module(sys.argv[1])\n"),
    ("pack/__init__.py", ""),
    ("pack/cli.py", "def main():\n    pass\n"),
    ("range.py", "# /// script\n# requires-python = \">>3\"\n# dependencies = []\n# ///\n"),
    ("inline.py", "# /// script\n# dependencies = [\"nothing ==\"]\n# ///\n"),
    ("open.py", "# /// script\n# dependencies = [\n# ///\n"),
    ("unlocked.py", "# /// script\n# dependencies = [\"idna\"]\n# ///\n"),
    ("nuitka.py", "# nuitka-project: --onefil\n"),
    ("app.spec", "[app]\nentry = \"app.py\"\n"),
    ("kept/app.spec", "[app]\nentry = \"other.py\"\n"),
    ("text.txt", "no program\n"),
    ("options.json", "{\"pyinstallerOptions\": [{\"optionDest\": \"hiddenimport\", \"value\": \"x\"}]}\n"),
    ("broken.json", "{\"pyinstallerOptions\": [\n"),
    ("empty/keep.txt", ""),
    ("project/shop/__init__.py", ""),
    ("project/shop/__main__.py", ""),
    ("locked/requirements.txt", "idna>=3\n"),
    ("locked/main.py", "import idna\n"),
    ("other/pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = []\n"),
    ("other/uv.lock", "version = 1\nrequires-python = \">=3.99\"\n"),
    ("other/main.py", ""),
    ("newest.py", "# /// script\n# requires-python = \">=3.99\"\n# dependencies = []\n# ///\n"),
    ("gone/pyvenv.cfg", "home = /gone/bin\n"),
    ("gone/bin/python", ""),
    ("wheels/shop.whl", "no zip\n"),
    ("good.json", "{\"pyinstallerOptions\": [{\"optionDest\": \"filenames\", \"value\": \"app.py\"}]}\n"),
    ("empty.json", "{\"pyinstallerOptions\": []}\n"),
    ("project/pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"idna >=\"]\n"),
    ("stale/pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"idna\"]\n"),
    (
        "stale/uv.lock",
        "version = 1\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"other\"\nversion = \"1\"\n",
    ),
    ("stale/main.py", "import idna\n"),
    ("rules.toml", "[[rule]]\nmodul = \"json\"\n"),
    ("index.txt", "nothing\n"),
];

/// Specs with one mistake each, which are built by their names.
const SPECS: &[(&str, &str)] = &[
    ("unclosed", "[app]\nentry = \"app.py\n"),
    ("unknown-table", "[apps]\nentry = \"app.py\"\n"),
    ("unknown-key", "[app]\nentri = \"app.py\"\n"),
    ("key-of-another-table", "[app]\nentry = \"app.py\"\nmode = \"onefile\"\n"),
    ("key-of-pyinstaller", "[app]\nentry = \"app.py\"\n[modules]\nhiddenimports = [\"json\"]\n"),
    ("wrong-type", "[app]\nentry = 3\n"),
    ("wrong-item", "[app]\nentry = \"app.py\"\n[modules]\ninclude = [\"json\", 3]\n"),
    ("wrong-word", "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefil\"\n"),
    ("wrong-number", "[app]\nentry = \"app.py\"\n[python]\noptimize = 7\n"),
    ("no-entry", "[bundle]\nmode = \"onefile\"\n"),
    ("two-entries", "[app]\nentry = \"app.py\"\nentry-point = \"normalizer\"\n"),
    ("missing-script", "[app]\nentry = \"ap.py\"\n"),
    ("wrong-name", "[app]\nname = \"a/b\"\nentry = \"app.py\"\n"),
    ("wrong-target", "[app]\nentry = \"app.py\"\n[bundle]\ntarget = \"linux-x86\"\n"),
    ("wrong-target-table", "[app]\nentry = \"app.py\"\n[target.linus.modules]\nexclude = [\"json\"]\n"),
    ("missing-data", "[app]\nentry = \"app.py\"\n[[data]]\nfrom = \"asets\"\n"),
    ("wrong-glob", "[app]\nentry = \"app.py\"\n[[data]]\nfrom = \"a[\"\n"),
    ("data-outside", "[app]\nentry = \"app.py\"\n[[data]]\nfrom = \"app.py\"\nto = \"../x\"\n"),
    ("wrong-module", "[app]\nentry = \"app.py\"\n[modules]\ninclude = [\"a b\"]\n"),
    ("wrong-size", "cache-size = \"5X\"\n[app]\nentry = \"app.py\"\n"),
    ("wrong-glibc", "[app]\nentry = \"app.py\"\n[bundle]\nmax-glibc = \"new\"\n"),
    ("old-glibc", "[app]\nentry = \"app.py\"\n[bundle]\nmax-glibc = \"2.2\"\n"),
    ("missing-rules", "[app]\nentry = \"app.py\"\n[rules]\nfiles = [\"rule.toml\"]\n"),
    ("wrong-rules", "[app]\nentry = \"app.py\"\n[rules]\nfiles = [\"rules.toml\"]\n"),
    ("wrong-debug", "[app]\nentry = \"app.py\"\n[runtime]\ndebug = [\"import\"]\n"),
    ("missing-hook", "[app]\nentry = \"app.py\"\n[runtime]\nhooks = [\"hok.py\"]\n"),
    ("missing-base", "extends = \"bas.spec\"\n[app]\nentry = \"app.py\"\n"),
    ("circle", "extends = \"circle.toml\"\n[app]\nentry = \"app.py\"\n"),
    ("same-names", "[app]\nentry = \"app.py\"\n[[program]]\nname = \"app\"\nentry = \"other.py\"\n"),
    ("wrong-option", "[app]\nentry = \"app.py\"\n[python]\noptions = [\"z\"]\n"),
    ("missing-packages", "[app]\nentry = \"app.py\"\n[python]\npackages = [\"wheel\"]\n"),
    ("missing-module", "[app]\nentry = \"pack.clii:main\"\n"),
    ("missing-function", "[app]\nentry = \"pack.cli:mian\"\n"),
    (
        "missing-include",
        "[app]\nentry = \"app.py\"\n[modules]\ninclude = [\"pakc.cli\"]\nexclude = [\"jsn\"]\n",
    ),
    ("missing-metadata", "[app]\nentry = \"app.py\"\n[metadata]\ninclude = [\"charset-normalizr\"]\n"),
    (
        "wrong-icon",
        "[app]\nentry = \"app.py\"\n[bundle]\ntarget = \"windows-x86_64\"\n[windows]\nicon = \"app.icn\"\n",
    ),
    ("no-match", "[app]\nentry = \"app.py\"\n[[data]]\nfrom = \"*.xyz\"\n"),
    ("folder-entry", "[app]\nentry = \"./empty\"\n"),
    ("no-table", "extends = \"project/pyproject.toml\"\n[app]\nentry = \"app.py\"\n"),
    ("contents-name", "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\ncontents-directory = \"app\"\n"),
    (
        "files-in-memory",
        "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"memory\"\n[modules]\nfiles = [\"json\"]\n",
    ),
    ("wrong-version", "[app]\nentry = \"app.py\"\nversion = 1.0\n"),
    ("wrong-range", "[app]\nentry = \"app.py\"\n[python]\ninterpreter = \">=3.99\"\n"),
    ("wrong-environment", "[app]\nentry = \"app.py\"\n[runtime]\nenv = { A = 1 }\n"),
    ("wrong-exclude", "[app]\nentry = \"app.py\"\n[bundle]\nexclude-files = [\"a[\"]\n"),
    ("duplicate-key", "[app]\nentry = \"app.py\"\nentry = \"other.py\"\n"),
    ("wrong-uac", "[app]\nentry = \"app.py\"\n[windows]\nuac = \"admin\"\n"),
];

fn project() -> Project {
    let files = FILES.iter().fold(Project::new(), |project, (path, text)| project.file(path, text));
    SPECS.iter().fold(files, |project, (name, text)| project.file(&format!("{name}.toml"), text))
}

/// Compares the output of several commands, which are separated by spaces.
fn check(name: &str, commands: &[&str]) {
    let project = project();
    let mut text = String::new();
    for command in commands {
        let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
        let outcome = run(&project, &words).run();
        assert_ne!(outcome.code(), Some(101), "a panic\n{outcome}");
        assert!(!outcome.stderr.is_empty(), "no message\n{outcome}");
        text += &shown(&words, &outcome);
    }
    compare(name, project.path(), &text);
}

#[test]
fn of_the_command_line() {
    check(
        "errors-command-line",
        &[
            "--no-such-option app.py",
            "--onefiel app.py",
            "app.py other.py",
            "inti app.py",
            "doctr",
            "bild.py",
            "ap.py",
            "./init",
            "-F init",
            "app.py --optimize 9",
            "app.py --compression fats",
            "app.py --log-format jsno",
            "app.py --target linux-x86",
            "app.py --target-architecture arm",
            "app.py --entry-point pip",
            "app.spec --onefile",
            "app.spec --hidden-import x",
            "app.spec --specpath x",
            "app.py -q -v",
            "app.py --add-data x",
            "app.py --add-data missing:.",
            "app.py --add-data app.py:../x",
            "app.py --add-binary asets:.",
            "app.py --hidden-import a/b",
            "app.py --name a/b",
            "app.py --contents-directory ..",
            "app.py --python-option z",
            "app.py --runtime-hook hok.py",
            "app.py --additional-hooks-dir hoks",
            "app.py --packages wheel",
            "app.py --requirements requirement.txt",
            "app.py --workpath dist",
            "app.py --specpath kept",
            "app.py --target all -- x",
            "--target all -- x",
            "help tagets",
            "help cache prun",
            "man inti",
            "schema specs",
            "completions tcsh",
            "cache prune 5X",
            "cache shwo",
            "pyinstaller",
            "-q pyinstaller app.py",
            "why",
            "inspect",
        ],
    );
}

#[test]
fn of_subjects() {
    check(
        "errors-subjects",
        &[
            "missing.spec",
            "missing/pyproject.toml",
            "text.txt",
            "empty",
            "broken.py",
            "jsom",
            "json:lods",
            "pack",
            "pack.clii:main",
            "--entry-point normalizr",
            "init nope.py",
            "init app.py",
            "init -n x",
            "convert",
            "convert nope.spec",
            "convert app.py",
            "convert text.txt",
            "convert -o x.txt options.json",
            "options.json",
            "broken.json",
            "nuitka.py",
            "trace nope.py",
            "inspect nope",
            "inspect app.py",
            "why jsn app.py",
            "why x nope.py",
            "pyinstaller nope.py",
            "trace app.spec --paths x",
            "convert good.json -o pyproject.toml",
            "convert empty.json",
            "inspect empty",
            "inspect nuitka.py extract",
            "convert -- python -m nuitka --standalone",
            "convert -- python app.py",
        ],
    );
}

#[test]
fn of_specs() {
    let commands: Vec<String> = SPECS.iter().map(|(name, _)| format!("-y {name}.toml")).collect();
    // Only the warnings are of interest where nothing fails.
    check("errors-specs", &commands.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn of_environments() {
    check(
        "errors-environments",
        &[
            "app.py --python empty",
            "app.py --python text.txt",
            "app.py --python nowhere/python",
            "empty --sync",
            "empty/keep.txt --sync",
            "inline.py",
            "open.py",
            "range.py",
            "unlocked.py --locked",
            "project --sync",
            "stale/main.py --sync",
            "other/main.py --sync",
            "locked/main.py --locked",
            "newest.py",
            "app.py --python gone",
            "app.py --python gone/bin/python",
            "app.py --packages wheels",
            "app.py --target windows-x86_64 --python text.txt",
            "app.py --target windows-x86_64 --python empty",
            "app.py --sync --no-sync --locked",
            "app.py --target windows-x86_64 --python-mirror empty",
            "app.py --target windows-x86_64 --offline --clean",
        ],
    );
}

#[test]
fn of_variables() {
    let project = project();
    let mut text = String::new();
    for (name, value, command) in [
        ("FREEZE_CACHE_SIZE", "much", "app.py"),
        ("FREEZE_CACHE_SIZE", "much", "cache"),
        ("FREEZE_BOOTLOADER", "/nowhere/launcher", "app.py"),
        ("FREEZE_PYTHON_INDEX", "/nowhere/index", "app.py --target windows-x86_64"),
        ("FREEZE_PYTHON_INDEX", "index.txt", "app.py --target windows-x86_64"),
        ("VIRTUAL_ENV", "empty", "doctor --json --bad"),
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        let outcome = run(&project, &words).env(name, value).run();
        assert!(!outcome.is_success(), "{outcome}");
        text += &format!("{name}={value}\n{}", shown(&words, &outcome));
    }
    compare("errors-variables", project.path(), &text);
}

#[test]
fn of_files_that_cannot_be_written() {
    let project = project().file("dist/app", "a file in the place of the folder");
    let mut text = String::new();
    for command in [
        "app.py",
        "app.py -F --distpath text.txt",
        "app.py -F --report missing/r.json",
        "app.py --report r.txt",
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        text += &shown(&words, &run(&project, &words).run());
    }
    compare("errors-output", project.path(), &text);
}
