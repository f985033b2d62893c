//! Tests of lock files: which packages a project gets from each kind, and what is wrong with a file.

use super::*;
use crate::target::Target;

const HASH: &str = "sha256:00";

fn at(target: &str, version: (u8, u8, u8)) -> MarkerEnvironment {
    crate::requirement::environment(version, Target::named(target).unwrap(), "x86_64").unwrap()
}

fn roots(texts: &[&str]) -> Vec<Dependency> {
    texts.iter().map(|text| Dependency::read(text).unwrap()).collect()
}

/// Returns the needed packages, as `name==version`.
fn needed(
    kind: Kind,
    text: &str,
    asked: &[&str],
    extras: &[&str],
    at: &MarkerEnvironment,
) -> Result<Vec<String>, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.lock");
    std::fs::write(&path, text).unwrap();
    let extras: Vec<String> = extras.iter().map(|e| (*e).to_owned()).collect();
    let wanted = Wanted { project: Some("Demo".into()), roots: roots(asked), extras: &extras, groups: &[] };
    let lock = Lock::read(&path, kind, &wanted)
        .map_err(|e| e.to_string().replace(path.to_str().unwrap(), "a.lock"))?;
    let found = lock.needed(&wanted, at)?;
    Ok(found.iter().map(|p| format!("{}=={}", p.name, p.version)).collect())
}

const UV: &str = r#"
version = 1
requires-python = ">=3.9"

[[package]]
name = "demo"
version = "0.1"
source = { editable = "." }
dependencies = [
    { name = "web", extra = ["socks"] },
    { name = "old", version = "1", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.10'" },
    { name = "old", version = "2", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version >= '3.10'" },
    { name = "winonly", marker = "sys_platform == 'win32'" },
]

[package.optional-dependencies]
gui = [{ name = "paint" }]

[[package]]
name = "web"
version = "3.1"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "idna" }]
sdist = { url = "https://x/web.tar.gz", hash = "sha256:00" }

[package.optional-dependencies]
socks = [{ name = "pysocks" }]

[[package]]
name = "idna"
version = "3"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pysocks"
version = "1.7"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "old"
version = "1"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "old"
version = "2"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "winonly"
version = "1"
source = { git = "https://host/w.git?subdirectory=w&rev=main#abc" }

[[package]]
name = "paint"
version = "1"
source = { directory = "paint" }
"#;

#[test]
fn a_lock_of_uv_is_walked_for_the_target() {
    let linux = at("linux-x86_64", (3, 12, 1));
    let all = needed(Kind::Uv, UV, &["web[socks]>=3"], &[], &linux).unwrap();
    assert_eq!(all, ["idna==3", "old==2", "pysocks==1.7", "web==3.1"]);
    let windows = needed(Kind::Uv, UV, &[], &["gui"], &at("windows-x86_64", (3, 9, 1))).unwrap();
    assert_eq!(windows, ["idna==3", "old==1", "paint==1", "pysocks==1.7", "web==3.1", "winonly==1"]);
    let unknown = needed(Kind::Uv, UV, &[], &["tui"], &linux).unwrap_err();
    assert!(unknown.contains("it has no extra `tui`"), "{unknown}");
}

#[test]
fn sources_and_hashes_of_uv_are_kept() {
    let table: Table = toml::from_str(UV).unwrap();
    let wanted = Wanted { project: Some("demo".into()), roots: Vec::new(), extras: &[], groups: &[] };
    let lock = uv::read(&table, Path::new("/p"), &wanted).unwrap();
    let of = |name: &str| lock.packages.iter().find(|p| p.name == name).unwrap();
    assert_eq!(of("web").hashes.iter().collect::<Vec<_>>(), [HASH]);
    assert_eq!(of("winonly").source, Source::Url("git+https://host/w.git@abc#subdirectory=w".into()));
    assert_eq!(of("paint").source, Source::Path("/p/paint".into()));
    assert_eq!(of("demo").source, Source::Project);
}

#[test]
fn a_lock_of_a_script_has_its_requirements_in_the_manifest() {
    let text = "version = 1\n[manifest]\nrequirements = [{ name = \"web\", specifier = \">=3\" }]\n\
        [[package]]\nname = \"web\"\nversion = \"3.1\"\nsource = { registry = \"https://x/simple\" }\n\
        [[package]]\nname = \"unused\"\nversion = \"1\"\nsource = { registry = \"https://x/simple\" }\n";
    assert_eq!(needed(Kind::Uv, text, &[], &[], &at("linux-x86_64", (3, 12, 1))).unwrap(), ["web==3.1"]);
}

#[test]
fn the_project_itself_is_not_installed() {
    let text = "lock-version = \"1.0\"\n[[packages]]\nname = \"demo\"\n[packages.directory]\npath = \".\"\n";
    assert!(needed(Kind::Pylock, text, &[], &[], &at("linux-x86_64", (3, 12, 1))).unwrap().is_empty());
}

#[test]
fn an_outdated_lock_is_told() {
    let linux = at("linux-x86_64", (3, 12, 1));
    let newer = needed(Kind::Uv, UV, &["web>=4"], &[], &linux).unwrap_err();
    assert_eq!(newer, "the project requires `web>=4`, but the lock file has 3.1");
    let absent = needed(Kind::Uv, UV, &["click"], &[], &linux).unwrap_err();
    assert_eq!(absent, "the project requires `click`, which the lock file does not have");
    let elsewhere = needed(Kind::Uv, UV, &["click; sys_platform == 'win32'"], &[], &linux);
    assert!(elsewhere.is_ok());
}

const PYLOCK: &str = r#"
lock-version = "1.0"
extras = ["gui"]
requires-python = ">=3.9"

[[packages]]
name = "Web"
version = "3.1"
index = "https://pypi.org/simple"
wheels = [{ url = "https://x/web.whl", hashes = { sha256 = "00" } }]

[[packages]]
name = "paint"
version = "1"
marker = "'gui' in extras"
sdist = { url = "https://x/paint.tar.gz", hashes = { sha256 = "00" } }

[[packages]]
name = "win"
marker = "sys_platform == 'win32'"
archive = { url = "https://x/w.zip", hashes = { sha256 = "00" } }
"#;

#[test]
fn a_pylock_lists_the_environment() {
    let linux = at("linux-x86_64", (3, 12, 1));
    assert_eq!(needed(Kind::Pylock, PYLOCK, &["web"], &[], &linux).unwrap(), ["web==3.1"]);
    let gui = needed(Kind::Pylock, PYLOCK, &[], &["gui"], &linux).unwrap();
    assert_eq!(gui, ["paint==1", "web==3.1"]);
    let windows = needed(Kind::Pylock, PYLOCK, &[], &[], &at("windows-x86_64", (3, 12, 1))).unwrap();
    assert_eq!(windows, ["web==3.1", "win=="]);
    let newer = needed(Kind::Pylock, "lock-version = \"2.0\"", &[], &[], &linux).unwrap_err();
    assert!(newer.contains("expected `lock-version` 1, got 2.0"), "{newer}");
}

const POETRY: &str = r#"
[[package]]
name = "web"
version = "3.1"
python-versions = ">=3.8"
files = [{ file = "web.whl", hash = "sha256:00" }]

[package.dependencies]
idna = ">=2.5,<4"
pysocks = { version = ">=1.5.6", optional = true, markers = "extra == \"socks\"" }

[package.extras]
socks = ["PySocks (>=1.5.6,!=1.5.7)"]

[[package]]
name = "idna"
version = "3"
python-versions = ">=3.8"

[[package]]
name = "pysocks"
version = "1.7"
python-versions = "*"

[[package]]
name = "old"
version = "1"
python-versions = "<3.10"
markers = "python_version < \"3.10\""

[[package]]
name = "old"
version = "2"
python-versions = ">=3.10"
markers = "python_version >= \"3.10\""

[[package]]
name = "paint"
version = "1"
python-versions = "*"
optional = true
markers = "extra == \"gui\""

[metadata]
lock-version = "2.1"
python-versions = "^3.9"
"#;

#[test]
fn a_lock_of_poetry_is_walked_from_the_project() {
    let linux = at("linux-x86_64", (3, 12, 1));
    let all = needed(Kind::Poetry, POETRY, &["web[socks]", "old"], &[], &linux).unwrap();
    assert_eq!(all, ["idna==3", "old==2", "pysocks==1.7", "web==3.1"]);
    let old = needed(Kind::Poetry, POETRY, &["web", "old"], &[], &at("linux-x86_64", (3, 9, 1))).unwrap();
    assert_eq!(old, ["idna==3", "old==1", "web==3.1"]);
    assert_eq!(needed(Kind::Poetry, POETRY, &["paint"], &["gui"], &linux).unwrap(), ["paint==1"]);
}

const PDM: &str = r#"
[metadata]
lock_version = "4.5.0"
strategy = ["inherit_metadata"]

[[package]]
name = "web"
version = "3.1"
extras = ["socks"]
dependencies = ["PySocks!=1.5.7,>=1.5.6", "web==3.1"]

[[package]]
name = "web"
version = "3.1"
dependencies = ["idna<4,>=2.5", "winonly; sys_platform == \"win32\""]
files = [{ file = "web.whl", hash = "sha256:00" }]

[[package]]
name = "idna"
version = "3"

[[package]]
name = "pysocks"
version = "1.7"

[[package]]
name = "winonly"
version = "1"
marker = "sys_platform == \"win32\""
"#;

#[test]
fn a_lock_of_pdm_has_extras_as_entries() {
    let linux = at("linux-x86_64", (3, 12, 1));
    let all = needed(Kind::Pdm, PDM, &["web[socks]"], &[], &linux).unwrap();
    assert_eq!(all, ["idna==3", "pysocks==1.7", "web==3.1"]);
    let windows = needed(Kind::Pdm, PDM, &["web"], &[], &at("windows-x86_64", (3, 12, 1))).unwrap();
    assert_eq!(windows, ["idna==3", "web==3.1", "winonly==1"]);
}

#[test]
fn a_damaged_lock_is_told_with_its_line() {
    let linux = at("linux-x86_64", (3, 12, 1));
    let syntax = needed(Kind::Uv, "version = 1\n[[package\n", &[], &[], &linux).unwrap_err();
    assert!(syntax.contains("failed to parse lock file `a.lock`") && syntax.contains("line 2"), "{syntax}");
    assert!(syntax.contains("`uv lock`"), "{syntax}");
    for (kind, text) in
        [(Kind::Uv, "version = 9"), (Kind::Pylock, ""), (Kind::Poetry, ""), (Kind::Pdm, "x = 1")]
    {
        let error = needed(kind, text, &[], &[], &linux).unwrap_err();
        assert!(error.contains("failed to read lock file `a.lock`"), "{error}");
    }
    let nameless =
        needed(Kind::Poetry, "[metadata]\n[[package]]\nversion = \"1\"\n", &["a"], &[], &linux).unwrap_err();
    assert!(nameless.contains("a package has no `name`"), "{nameless}");
}
