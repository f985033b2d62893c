//! Tests of options of Nuitka: what they request.

use super::*;
use crate::spec::tests::folder_with;
use crate::spec::{Extract, Mode, Request};
use crate::target::Os;

const FILES: [(&str, &str); 9] = [
    ("assets/a.png", ""),
    ("assets/b.py", ""),
    ("assets/in/c.txt", ""),
    ("icon.ico", ""),
    ("config.yml", ""),
    ("plugins/one.py", ""),
    ("plugins/two/__init__.py", ""),
    ("pack/__init__.py", ""),
    ("pack/__main__.py", ""),
];

/// Reads a script with these options in comments.
fn of(options: &[&str], os: Os) -> Result<Product> {
    let comments: Vec<String> =
        options.iter().map(|option| format!("# nuitka-project: {option}\n")).collect();
    let script = comments.concat();
    let files: Vec<(&str, &str)> = FILES.into_iter().chain([("app.py", script.as_str())]).collect();
    let folder = folder_with(&files);
    let call = Call::of_script(&folder.path().join("app.py")).expect("there are comments");
    let target = Target::ALL.into_iter().find(|target| target.os == os).map(Wanted::One);
    call.read(&Options::default(), &Overrides { target, ..Overrides::default() })
}

fn request(options: &[&str]) -> Request {
    of(options, Os::Linux).unwrap_or_else(|e| panic!("{e}")).request
}

fn message(options: &[&str]) -> String {
    of(options, Os::Linux).expect_err("an error").to_string()
}

#[test]
fn the_form_and_the_name_of_a_product() {
    assert_eq!(request(&["--standalone"]).bundle.mode, Mode::Onedir);
    for options in [&["--onefile"][..], &["--mode=onefile"], &["--mode=app"], &["--onefile", "--standalone"]]
    {
        assert_eq!(request(options).bundle.mode, Mode::Onefile, "{options:?}");
    }
    let named = request(&["--output-filename=My Tool.exe", "--onefile-tempdir-spec=\"{TEMP}/x_{PID}\""]);
    assert_eq!((named.name.as_str(), named.programs[0].name.as_str()), ("My Tool", "My Tool"));
    assert_eq!(named.bundle.extract, Extract::Temp);
    let macos = of(&["--mode=app", "--macos-app-name=My App"], Os::Macos).unwrap().request;
    assert_eq!((macos.bundle.mode, macos.macos.bundle), (Mode::Onedir, Some(true)));
    assert_eq!(macos.macos.plist["CFBundleName"], "My App");
}

#[test]
fn modules_are_included_and_excluded() {
    let request = request(&[
        "--include-package=a,b.c",
        "--include-module=d",
        "--nofollow-import-to=*.tests,e",
        "--include-package-data=f:*.txt",
        "--include-distribution-metadata=g",
        "--noinclude-pytest-mode=nofollow",
        "--noinclude-unittest-mode=allow",
        "--include-plugin-directory={MAIN_DIRECTORY}/plugins",
    ]);
    let plugins = ["plugins.*"];
    assert_eq!(request.modules.include[..5], ["a", "a.*", "b.c", "b.c.*", "d"]);
    assert_eq!(request.modules.include[5..], plugins);
    assert_eq!(request.modules.exclude, ["**.tests", "e", "pytest", "_pytest", "py.test"]);
    assert_eq!(
        (request.modules.collect_data, request.metadata.include),
        (vec!["f".into()], vec!["g".into()])
    );
}

#[test]
fn data_files_have_their_places() {
    let request = request(&[
        "--include-data-dir={MAIN_DIRECTORY}/assets=./data/",
        "--include-raw-dir=assets=raw",
        "--include-data-files=config.yml=etc/",
        "--include-data-files=config.yml=etc/settings.yml",
        "--include-data-files=assets/*.png=images/",
        "--include-data-files=assets=all=**/*.txt",
        "--noinclude-data-files=*.md",
        "--noinclude-dlls=libQt6Charts*",
    ]);
    let item = |i: usize| {
        let item = &request.data[i];
        let file = item.from.rsplit_once("/assets").map_or_else(
            || item.from.rsplit('/').next().unwrap_or_default().to_owned(),
            |(_, rest)| format!("assets{rest}"),
        );
        (file, item.to.as_str(), item.name.as_deref(), item.exclude.clone())
    };
    assert_eq!(item(0), ("assets".into(), "data", None, vec!["*.py".to_owned()]));
    assert_eq!(item(1), ("assets".into(), "raw", None, Vec::new()));
    assert_eq!(item(2), ("config.yml".into(), "etc", None, Vec::new()));
    assert_eq!(item(3), ("config.yml".into(), "etc", Some("settings.yml"), Vec::new()));
    assert_eq!(item(4), ("assets/*.png".into(), "images", None, Vec::new()));
    assert_eq!(item(5), ("assets/**/*.txt".into(), "all", None, Vec::new()));
    assert_eq!(request.data[0].place, "app.py:1");
    assert_eq!(request.bundle.exclude_files, ["*.md", "libQt6Charts*"]);
}

#[test]
fn properties_of_windows() {
    let options = [
        "--windows-icon-from-ico=icon.ico",
        "--windows-console-mode=disable",
        "--windows-uac-admin",
        "--company-name=\"My Company\"",
        "--file-version=1.2.3.4",
        "--product-version=1.2",
    ];
    let request = of(&options, Os::Windows).unwrap().request;
    assert_eq!(request.windows.console, Some(false));
    assert_eq!(request.windows.uac.as_deref(), Some("require-administrator"));
    assert_eq!(request.windows.version_info["CompanyName"], "My Company");
    assert_eq!(request.version.as_deref(), Some("1.2"));
    assert!(request.windows.icon.unwrap().ends_with("icon.ico"));
    assert_eq!(request.macos.bundle, Some(false));
}

#[test]
fn the_interpreter_is_set_up() {
    let request = request(&[
        "--python-flag=no_asserts,-u",
        "--python-flag=no_warnings",
        "--force-runtime-environment-variable=A=1",
    ]);
    assert_eq!(
        (request.python.optimize, &request.python.options[..]),
        (1, &["u".to_owned(), "W ignore".to_owned()][..])
    );
    assert_eq!(request.runtime.env["A"], "1");
}

#[test]
fn options_without_effect_are_noted_once() {
    let product =
        of(&["--standalone", "--lto=yes", "--jobs=4", "--clang", "--user-plugin=p.py"], Os::Linux).unwrap();
    let notes: Vec<&str> = product.request.warnings.iter().map(|w| w.message.as_str()).collect();
    assert!(notes.contains(&"`--lto`, `--jobs`, `--clang` have no effect: no C compiler runs"), "{notes:?}");
    assert_eq!(product.lost.len(), 1);
}

#[test]
fn mistakes_are_shown_in_the_script() {
    for (options, needles) in [
        (
            &["--standalone", "--inclde-package=x"][..],
            &["unknown option `--inclde-package`", "--include-package`?", "app.py:2"][..],
        ),
        (&["--mode=standalonealone"], &["invalid value of `--mode`", "app.py:1"]),
        (&["--module"], &["`--module` cannot be built"]),
        (&["--standalone=maybe"], &["takes no value"]),
        (&["--include-module"], &["has no value"]),
        (&["--include-module=a b"], &["invalid value of `--include-module`: `a b`"]),
        (&["--include-data-files={MAIN_DIRECTORY}/assets"], &["expected `SOURCE=FOLDER/`", "app.py:1"]),
        (&["--include-data-dir=asets=x"], &["`asets` not found", "app.py:1"]),
        (&["--include-data-dir=assets=/x"], &["absolute path"]),
        (&["--windows-console-mode=off"], &["expected `force`"]),
        (&["--python-flag=fast"], &["expected `no_asserts`"]),
    ] {
        let got = message(options);
        needles.iter().for_each(|needle| assert!(got.contains(needle), "{options:?}: {got}"));
    }
}

#[test]
fn a_command_line_is_a_call() {
    let line = |text: &str| {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        Call::of_line(&words).map(|call| call.words.into_iter().map(|word| word.text).collect::<Vec<_>>())
    };
    assert_eq!(line("python -m nuitka --onefile app.py").unwrap(), ["--onefile", "app.py"]);
    assert_eq!(line(r"C:\Python\Scripts\nuitka.exe app.py").unwrap(), ["app.py"]);
    assert_eq!(line("uv run nuitka3 app.py").unwrap(), ["app.py"]);
    assert!(line("python app.py").is_none());
}

#[test]
fn packages_and_several_scripts() {
    let folder = folder_with(&FILES.into_iter().chain([("app.py", "")]).collect::<Vec<_>>());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let read = |words: &[&str]| {
        let words: Vec<String> = ["nuitka"].iter().chain(words).map(|word| (*word).to_owned()).collect();
        Call::of_line(&words).unwrap().read(&Options::default(), &Overrides::default())
    };
    let module = crate::spec::Entry::Module("pack".into());
    for words in [&[path("pack").as_str()][..], &["--python-flag=-m", &path("pack/__main__.py")]] {
        let request = read(words).unwrap().request;
        assert_eq!((&request.programs[0].entry, request.name.as_str()), (&module, "pack"), "{words:?}");
        assert_eq!(request.python.paths, [folder.path()]);
    }
    let (one, two) = (format!("--main={}", path("app.py")), format!("--main={}", path("plugins/one.py")));
    let names: Vec<String> =
        read(&[&one, &two]).unwrap().request.programs.into_iter().map(|p| p.name).collect();
    assert_eq!(names, ["app", "one"]);
    assert!(read(&["--standalone"]).unwrap_err().message.contains("names no script"));
}
