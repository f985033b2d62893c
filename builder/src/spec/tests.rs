//! Tests of specs: the resolved values, and the text of each error.

use std::path::Path;

use super::*;
use crate::target::Arch;

/// Returns a folder with these files.
pub(crate) fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Creates a folder with a script and a spec with this text.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), "").unwrap();
    std::fs::write(folder.path().join("app.spec"), text).unwrap();
    folder
}

fn load_in(folder: &Path) -> Result<Request> {
    let target = Target { os: Os::Linux, arch: Arch::X86_64, musl: false };
    let overrides = Overrides { target: Some(target.into()), ..Overrides::default() };
    load(&folder.join("app.spec"), &overrides)
}

fn good(text: &str) -> Request {
    load_in(folder(text).path()).unwrap_or_else(|e| panic!("{e}"))
}

/// Returns the error as printed, without the folder.
fn error(text: &str) -> String {
    let folder = folder(text);
    let error = load_in(folder.path()).expect_err("an error").to_string();
    error.replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), "")
}

#[track_caller]
fn assert_error(spec: &str, expected: &str) {
    let got = error(spec);
    assert_eq!(got.trim(), expected.trim(), "\ngot:\n{got}");
}

const APP: &str = "[app]\nentry = \"app.py\"\n";

#[test]
fn the_least_spec() {
    let request = good(APP);
    assert_eq!(request.name, "app");
    assert_eq!(request.bundle.mode, Mode::Onedir);
    assert_eq!(request.bundle.contents_directory, "_internal");
    assert_eq!(request.programs.len(), 1);
    assert!(request.programs[0].place.as_deref().unwrap().ends_with("app.spec:2"));
}

#[test]
fn the_example_of_the_documentation() {
    let text = include_str!("../../../docs/reference/spec.md");
    let example = text.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).unwrap();
    let folder = folder(example);
    let at = |name: &str| folder.path().join(name);
    for dir in ["src", ".venv", "vendor", "assets", "rules", "hooks", "wheels", "config"] {
        std::fs::create_dir(at(dir)).unwrap();
    }
    let files = [
        "cli.py",
        "more.py",
        "config/release.toml",
        "pyproject.toml",
        "startup.py",
        "vendor/libfoo.so",
        "rules/my.toml",
        "app.ico",
        "app.icns",
        "app.manifest",
        "entitlements.plist",
        "app-store-connect.json",
        "myapp.order",
        "requirements.txt",
    ];
    for file in files {
        std::fs::write(at(file), "").unwrap();
    }
    let request = load_in(folder.path()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(request.version.as_deref(), Some("1.2.0"));
    assert_eq!(request.bundle.mode, Mode::Onefile);
    assert_eq!(request.bundle.max_glibc, Some((2, 28)));
    assert_eq!(request.programs.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["myapp", "myapp-cli"]);
    assert_eq!(request.python.paths, [at("src")]);
    assert_eq!(request.python.packages, [at("wheels")]);
    assert_eq!(request.target, Target::named("linux-x86_64"));
    assert_eq!(request.rule_files, [at("rules/my.toml")]);
    assert_eq!(request.runtime.env["MYAPP_HOME"], "{root}/share");
    assert_eq!(request.data[0].to, "assets");
    assert_eq!(request.data[0].exclude, ["draft-*.png"]);
    assert_eq!(request.data[1].name.as_deref(), Some("settings.toml"));
    assert_eq!(request.bundle.exclude_files, ["*.md", "pkg/tests"]);
    assert_eq!(request.programs[0].then, [at("more.py")]);
    assert_eq!(request.programs[0].folder, Some(at("src")));
    assert!(request.hooks.of_packages);
    assert_eq!(request.windows.console, Some(false));
    let own = request.programs[1].windows.as_ref().unwrap();
    assert_eq!((own.console, &own.icon), (Some(true), &request.windows.icon));
    assert_eq!(request.modules.exclude, ["tkinter", "msvcrt"]);
}

#[test]
fn targets_replace_values_and_extend_lists() {
    let request = good(
        "[app]\nentry = \"app.py\"\n[modules]\nexclude = [\"a\"]\n[bundle]\nmode = \"onefile\"\n\
         [target.linux-x86_64.bundle]\nmode = \"onedir\"\n[target.linux.modules]\nexclude = [\"b\"]\n\
         [target.linux.bundle]\nmode = \"onefile\"\n[target.windows.modules]\nexclude = [\"c\"]\n",
    );
    assert_eq!(request.modules.exclude, ["a", "b"]);
    assert_eq!(request.bundle.mode, Mode::Onedir);
}

#[test]
fn a_target_is_chosen_by_the_spec_and_by_the_command_line() {
    let text = "[app]\nentry = \"app.py\"\n[bundle]\ntarget = \"windows-x86_64\"\n\
                [target.windows.modules]\nexclude = [\"a\"]\n[target.linux-aarch64.modules]\nexclude = [\"b\"]\n";
    let folder = folder(text);
    let with = |target: Option<Target>| {
        let overrides = Overrides { target: target.map(Wanted::One), ..Overrides::default() };
        let request = load(&folder.path().join("app.spec"), &overrides).unwrap();
        (request.target.map(|t| t.name()).unwrap_or_default(), request.modules.exclude.join(" "))
    };
    assert_eq!(with(None), ("windows-x86_64".into(), "a".into()));
    assert_eq!(with(Target::named("linux-aarch64")), ("linux-aarch64".into(), "b".into()));
}

#[test]
fn a_wrong_target_is_told() {
    let folder = |target: &str| folder(&format!("{APP}[bundle]\ntarget = \"{target}\"\n"));
    for (target, hint) in [
        ("windows", "expected `windows-x86_64` or `windows-aarch64`"),
        ("linux-x86-64", "did you mean `linux-x86_64`"),
    ] {
        let folder = folder(target);
        let error = load(&folder.path().join("app.spec"), &Overrides::default()).unwrap_err().to_string();
        assert!(error.contains("unknown target") && error.contains(hint), "{error}");
    }
    let error = error(&format!("{APP}[target.linux.bundle]\ntarget = \"linux-x86_64\"\n"));
    assert!(error.contains("cannot be set for one target"), "{error}");
}

#[test]
fn programs_alone_name_the_first_as_main() {
    let request = good(
        "[app]\nname = \"tools\"\n[[program]]\nname = \"one\"\nentry = \"app.py\"\n\
         [[program]]\nname = \"two\"\nentry = \"pkg.cli:main\"\n",
    );
    assert_eq!(request.name, "tools");
    assert_eq!(request.programs[0].name, "one");
    assert_eq!(
        request.programs[1].entry,
        Entry::Function { module: "pkg.cli".into(), function: "main".into() }
    );
}

#[test]
fn unknown_key() {
    assert_error(
        "[app]\nnmae = \"x\"\nentry = \"app.py\"\n",
        "unknown key `nmae` in `[app]`
 --> app.spec:2:1
  |
2 | nmae = \"x\"
  | ^^^^ unknown key
hint: did you mean `name`?",
    );
    assert!(
        error("[app]\nentry = \"app.py\"\n[bundle]\nname = \"x\"\n").ends_with("`name` belongs to `[app]`")
    );
    assert!(
        error("[app]\nentry = \"app.py\"\nhiddenimports = []\n").ends_with("write `include` in `[modules]`")
    );
    let found = error("[target.windows.modules]\nexlude = []\n");
    assert!(found.starts_with("unknown key `exlude` in `[target.windows.modules]`"), "{found}");
}

#[test]
fn unknown_table() {
    assert_error(
        "[app]\nentry = \"app.py\"\n[bundel]\n",
        "unknown table `bundel` in the spec
 --> app.spec:3:2
  |
3 | [bundel]
  |  ^^^^^^ unknown table
hint: did you mean `bundle`?",
    );
}

#[test]
fn unknown_target() {
    assert_error(
        "[app]\nentry = \"app.py\"\n[target.window.bundle]\n",
        "unknown target `window`
 --> app.spec:3:9
  |
3 | [target.window.bundle]
  |         ^^^^^^ unknown target
hint: did you mean `windows`?",
    );
}

#[test]
fn wrong_type() {
    assert_error(
        "[app]\nentry = 3\n",
        "wrong type of `entry` in `[app]`: expected a string, got an integer
 --> app.spec:2:9
  |
2 | entry = 3
  |         ^ expected a string",
    );
    assert_error(
        "[modules]\ninclude = \"a\"\n",
        "wrong type of `include` in `[modules]`: expected an array of strings, got a string
 --> app.spec:2:11
  |
2 | include = \"a\"
  |           ^^^ expected an array of strings
hint: write `include = [\"a\"]`",
    );
    assert!(error("[data]\nfrom = \"x\"\n").ends_with("hint: write `[[data]]`"));
    assert!(error("app = 1\n").contains("expected a table, got an integer"));
}

#[test]
fn invalid_value() {
    assert_error(
        "[bundle]\nmode = \"onfile\"\n",
        "invalid `mode` in `[bundle]`: `onfile`
 --> app.spec:2:8
  |
2 | mode = \"onfile\"
  |        ^^^^^^^^ expected \"onefile\", \"onedir\"
hint: did you mean \"onefile\"?",
    );
    assert!(error("[python]\noptimize = 3\n").contains("expected a number from 0 to 2"));
    assert!(error(&format!("{APP}[bundle]\nmax-glibc = \"new\"\n")).contains("invalid `max-glibc`: `new`"));
    assert!(error(&format!("{APP}[modules]\ninclude = [\"a b\"]\n")).contains("invalid module name: `a b`"));
    assert!(error("[app]\nname = \"a/b\"\nentry = \"app.py\"\n").contains("a name cannot contain '/'"));
}

#[test]
fn missing_entry() {
    assert_error(
        "[app]\nname = \"x\"\n",
        "missing key `entry` in `[app]` of spec `app.spec`
hint: add `entry = \"app.py\"` below `[app]`",
    );
    assert_error(
        "[app]\nentry = \"ap.py\"\n",
        "entry script `ap.py` not found
 --> app.spec:2:9
  |
2 | entry = \"ap.py\"
  |         ^^^^^^^
hint: did you mean `app.py`?",
    );
    assert_error(
        &format!("{APP}[[program]]\nname = \"b\"\n"),
        "missing key `entry` in `[[program]]`
 --> app.spec:4:8
  |
4 | name = \"b\"
  |        ^^^ `entry` is missing",
    );
}

#[test]
fn programs_of_the_same_name() {
    assert_error(
        &format!("{APP}[[program]]\nname = \"App\"\nentry = \"app.py\"\n"),
        "two programs are named `App`
 --> app.spec:4:8
  |
4 | name = \"App\"
  |        ^^^^^ named twice",
    );
}

#[test]
fn syntax_error() {
    assert_error(
        "[app]\nentry = app.py\n",
        "failed to parse spec `app.spec`
 --> app.spec:2:9
  |
2 | entry = app.py
  |         ^^^^^^ string values must be quoted, expected literal string",
    );
    assert!(error("[app\n").contains("--> app.spec:1:5"));
    assert!(error("[app]\na = 1\na = 2\n").contains("duplicate key"));
}

#[test]
fn missing_files() {
    let found = error(&format!("{APP}[[data]]\nfrom = \"asets\"\n"));
    assert!(found.starts_with("file `asets` not found"), "{found}");
    assert!(found.contains("app.spec:4:8"), "{found}");
    assert!(
        error(&format!("{APP}[runtime]\nhooks = [\"h.py\"]\n")).starts_with("runtime hook `h.py` not found")
    );
    assert!(error(&format!("{APP}[rules]\nfiles = [\"r/*.toml\"]\n")).contains("matches nothing"));
}

#[test]
fn folders_of_hooks_are_found() {
    let message = error(&format!("{APP}[rules]\nhooks = [\"nohooks\"]\n"));
    assert!(message.contains("folder of hooks `nohooks` not found"), "{message}");
}

#[test]
fn specs_that_are_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.spec");
    let message = || load(&path, &Overrides::default()).expect_err("an error").to_string();
    std::fs::write(folder.path().join("apps.spec"), APP).unwrap();
    assert!(message().contains("not found\nhint: did you mean"), "{}", message());
    std::fs::write(&path, "").unwrap();
    assert!(message().contains("is empty"), "{}", message());
    std::fs::write(&path, b"# a\n\xff\xfe").unwrap();
    assert!(message().contains("line 2 is not UTF-8"), "{}", message());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(message().contains("expected a spec, got folder"), "{}", message());
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(good(&format!("\u{feff}{APP}")).name, "app");
}
