//! Tests of projects: the layouts, versions and data that build backends know.

use super::subject::Subject;
use super::*;
use crate::spec::tests::folder_with;

fn project(pyproject: &str, files: &[(&str, &str)]) -> (Project, tempfile::TempDir) {
    let folder = folder_with(&[&[("pyproject.toml", pyproject)], files].concat());
    (Project::of(folder.path()).unwrap().unwrap(), folder)
}

#[test]
fn dynamic_versions_are_read_where_the_backend_reads_them() {
    let head = "[project]\nname = \"my-app\"\ndynamic = [\"version\"]\n";
    for (settings, file, text, expected) in [
        (
            "[tool.setuptools.dynamic]\nversion = { attr = \"my_app.about.V\" }",
            "src/my_app/about.py",
            "V = '1.1'",
            Some("1.1"),
        ),
        ("[tool.setuptools.dynamic]\nversion = { file = [\"VERSION\"] }", "VERSION", "1.2\n", Some("1.2")),
        (
            "[tool.hatch.version]\npath = \"my_app/__init__.py\"",
            "my_app/__init__.py",
            "__version__ = \"1.3\"",
            Some("1.3"),
        ),
        (
            "[tool.pdm.version]\nsource = \"file\"\npath = \"v.py\"",
            "v.py",
            "__version__ = '1.4'",
            Some("1.4"),
        ),
        (
            "[tool.setuptools_scm]\nwrite_to = \"my_app/_v.py\"",
            "my_app/_v.py",
            "__version__ = version = '1.5'",
            Some("1.5"),
        ),
        ("", "src/my_app/__init__.py", "\"\"\"Doc.\"\"\"\n__version__ = \"1.6\"", Some("1.6")),
        ("", "PKG-INFO", "Name: x\nVersion: 1.7\n\nVersion: 9\n", Some("1.7")),
        ("[tool.setuptools_scm]", "my_app/__init__.py", "", None),
    ] {
        let (project, _folder) = project(&format!("{head}{settings}"), &[(file, text)]);
        assert_eq!(project.version().as_deref(), expected, "{settings} {file}");
    }
}

#[test]
fn packages_are_found_where_the_backend_finds_them() {
    for (settings, file, path) in [
        ("", "src/app/__init__.py", "src"),
        ("", "app/__init__.py", ""),
        ("[tool.setuptools.package-dir]\n\"\" = \"lib\"", "lib/app/__init__.py", "lib"),
        ("[tool.setuptools.packages.find]\nwhere = [\"code\"]", "code/app/__init__.py", "code"),
        ("[tool.hatch.build.targets.wheel]\npackages = [\"python/app\"]", "python/app/__init__.py", "python"),
        ("[tool.uv.build-backend]\nmodule-root = \"\"", "app/__init__.py", ""),
        ("[tool.pdm.build]\npackage-dir = \"lib\"", "lib/app/__init__.py", "lib"),
    ] {
        let (project, folder) = project(&format!("[project]\nname = \"app\"\n{settings}"), &[(file, "")]);
        let tops = ["app".to_owned()];
        assert_eq!(project.search_paths(&tops), [folder.path().join(path)], "{settings}");
        assert_eq!(project.packages(&[]), ["app"], "{settings}");
    }
}

#[test]
fn entry_points_are_those_of_the_wheel() {
    let (project, _folder) = project(
        "[project]\nname = \"a\"\nversion = \"1\"\n[project.scripts]\na = \"a:main\"\n\
         [project.entry-points.\"a.plugins\"]\nx = \"a.x:X\"\n",
        &[],
    );
    let own = project.distribution().unwrap();
    assert_eq!(own.entry_points, "[console_scripts]\na = a:main\n[a.plugins]\nx = a.x:X\n");
}

#[test]
fn without_scripts_a_package_or_the_only_script_is_the_program() {
    let head = "[project]\nname = \"app\"\nversion = \"1\"\n";
    let (package, _folder) = project(head, &[("src/app/__init__.py", ""), ("src/app/__main__.py", "")]);
    assert_eq!(package.programs().unwrap().unwrap().programs[0].entry, Entry::Module("app".into()));
    let (script, folder) = project(head, &[("main.py", ""), ("setup.py", "")]);
    let programs = script.programs().unwrap().unwrap();
    assert_eq!(
        (programs.name.as_str(), &programs.programs[0].entry),
        ("app", &Entry::Script(folder.path().join("main.py")))
    );
    let (none, _folder) = project(head, &[("a.py", ""), ("b.py", "")]);
    assert!(none.programs().unwrap().is_none());
}

#[test]
fn a_setup_cfg_states_what_a_pyproject_leaves_out() {
    let cfg = "[metadata]\nname = my-app\nversion = attr: my_app.VERSION\n\n[options]\npackage_dir =\n    = lib\n\
               install_requires =\n    six>=1  \n    # none\n    attrs; python_version < \"4\"\npython_requires = >=3.9\n\n\
               [options.entry_points]\nconsole_scripts =\n    my-app = my_app.cli:main\nmy.plugins =\n    a = my_app:A\n";
    let files =
        [("setup.cfg", cfg), ("lib/my_app/__init__.py", "VERSION = '4.2'\n"), ("lib/my_app/cli.py", "")];
    let (read, folder) = project("[build-system]\nrequires = [\"setuptools\"]\n", &files);
    let programs = read.programs().unwrap().unwrap();
    let main = Entry::Function { module: "my_app.cli".into(), function: "main".into() };
    assert_eq!((programs.name.as_str(), &programs.programs[0].entry), ("my-app", &main));
    assert_eq!(read.version().as_deref(), Some("4.2"));
    assert_eq!(read.search_paths(&tops(&programs.programs)), [folder.path().join("lib")]);
    assert_eq!(read.texts(&["project", "dependencies"]), ["six>=1", "attrs; python_version < \"4\""]);
    assert_eq!(read.text(&["project", "requires-python"]).as_deref(), Some(">=3.9"));
    assert!(read.distribution().unwrap().entry_points.contains("[my.plugins]\na = my_app:A\n"));
    // A pyproject that states the project takes precedence.
    let (read, _folder) = project("[project]\nname = \"other\"\n", &files);
    assert_eq!(read.name().as_deref(), Some("other"));
}

#[test]
fn a_folder_or_its_pyproject_names_a_project() {
    let of = |path: &Path| Subject::of(path.to_str());
    let text = "[project]\nname = \"a\"\n[project.scripts]\na = \"a:main\"\n";
    let (_, folder) = project(text, &[("other.toml", "")]);
    let expected = Subject::Project(folder.path().to_owned());
    assert_eq!(of(folder.path()).unwrap(), expected);
    assert_eq!(of(&folder.path().join("pyproject.toml")).unwrap(), expected);
    let other = folder.path().join("other.toml");
    assert_eq!(of(&other).unwrap(), Subject::Spec(other));
    assert!(of(&folder.path().join("none.toml")).is_err());
    let (_, folder) = project(&format!("{text}[tool.freeze]\n"), &[]);
    assert_eq!(of(folder.path()).unwrap(), Subject::Spec(folder.path().join("pyproject.toml")));
    let (_, folder) = project("[project]\nname = \"a\"\n", &[]);
    assert!(of(folder.path()).unwrap_err().message.contains("no program in"));
}
