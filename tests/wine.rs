//! Programs for Windows that are built here and run in wine, where neither Python nor this repository can be seen.

use std::path::{Path, PathBuf};

use harness::{Frozen, Mode, Outcome, Project, Run, Tree, Wine, apps, copy_tree, skip, wine};

use crate::cross::{SCATTERED, launcher, path_with, piece, scattered};

/// What a program for Windows is built from and run in.
struct Windows {
    wine: &'static Wine,
    python: PathBuf,
    launcher: PathBuf,
    path: std::ffi::OsString,
}

/// All of it; what is missing is said.
fn windows(python: &str) -> Option<Windows> {
    Some(Windows {
        launcher: launcher("x86_64-pc-windows-gnu", "launcher.exe")?,
        python: piece(python)?,
        path: path_with("3.11")?,
        wine: wine()?,
    })
}

impl Windows {
    /// `freeze` for Windows in the folder of a project.
    fn command(&self, project: &Project, arguments: &[&str]) -> Run {
        let run = project.bare_command(arguments).args(["-y", "--target", "windows-x86_64", "--python"]);
        run.arg(&self.python).env("FREEZE_BOOTLOADER", &self.launcher).env("PATH", &self.path)
    }

    /// Freezes what `arguments` name, and moves it to another folder. Programs of one name share a folder of the cache.
    #[track_caller]
    fn freeze(&self, project: Project, mode: Mode, name: &str, arguments: &[&str]) -> Frozen {
        let form = format!("--{}", mode.name());
        let outcome = self.command(&project, arguments).args([&form, "--name", name]).run();
        project.moved(mode, name, outcome)
    }
}

/// What a program of Windows has written as text.
fn text(outcome: &Outcome) -> String {
    outcome.success();
    outcome.stdout.replace("\r\n", "\n")
}

/// Moves a product to a folder whose name is not ASCII and holds spaces: the executable there.
fn in_a_folder_with_spaces(app: &Frozen) -> (tempfile::TempDir, PathBuf) {
    let folder = harness::scratch("a folder żółw");
    harness::make_reachable(folder.path());
    let moved = folder.path().join(app.product.file_name().unwrap());
    std::fs::rename(&app.product, &moved).unwrap();
    let exe = if app.mode == Mode::Onedir { moved.join("hello.exe") } else { moved };
    (folder, exe)
}

#[test]
fn hello_takes_arguments_and_folders_that_are_not_ascii() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let expected = "['\\u017c\\xf3\\u0142w \\u65e5\\u672c', 'a \"b\" \\\\', ''] True hello.exe (3, 11)\r\n\
                    True True True\r\n";
    for mode in Mode::ALL {
        let app = windows.freeze(
            Project::of("wine/hello_takes_arguments_and_folders_that_are_not_ascii"),
            mode,
            "hello",
            &["app.py"],
        );
        let (folder, exe) = in_a_folder_with_spaces(&app);
        let start = || {
            let run = windows.wine.command(&exe).args(["żółw 日本", "a \"b\" \\", ""]);
            run.in_folder(folder.path()).start()
        };
        let check = |started: harness::Started| {
            let outcome = started.wait();
            assert_eq!(outcome.exits(4).stdout, expected, "{outcome}");
        };
        // Two first starts at once, and one from what they have left.
        [start(), start()].into_iter().for_each(check);
        let before = cached(&windows, "hello");
        check(start());
        assert_eq!(cached(&windows, "hello"), before, "a start from the cache writes nothing");
        assert_eq!(before.0.is_empty(), mode == Mode::Onedir, "{before}");
        let _ = std::fs::remove_dir_all(windows.wine.local_data().join("freeze/hello"));
    }
}

/// The files that a program has put into its cache.
fn cached(windows: &Windows, name: &str) -> Tree {
    Tree::of(&windows.wine.local_data().join("freeze").join(name))
}

#[test]
fn the_standard_library_works_on_windows() {
    for (mode, python) in Mode::ALL.into_iter().zip(["windows-full-3.11", "windows-embed-3.11"]) {
        let Some(windows) = windows(python) else { return };
        let app = windows.freeze(
            case("windows_tour"),
            mode,
            "tour",
            &["windows_tour_app.py", "--requirements", "requirements.txt"],
        );
        let outcome = windows.wine.frozen(&app).args(["some", "arguments"]).run();
        let expected = std::fs::read_to_string(apps().join("windows_tour/expect.txt")).unwrap();
        assert_eq!(text(&outcome), expected, "{outcome}");
    }
}

/// A program of tests/apps as a project.
pub(crate) fn case(name: &str) -> Project {
    let project = Project::new();
    copy_tree(&apps().join(name), project.path());
    match name {
        "numpy_pandas" => project.file("requirements.txt", NUMPY),
        _ => project,
    }
}

/// Versions of numpy from 2.0 on do not even start in wine 8.
const NUMPY: &str = "numpy==1.26.4\npandas<3\ntzdata\n";

/// A program of tests/apps with its packages for Windows, in one form or, if all is asked for, in both.
fn library(name: &str, mode: Mode) {
    let modes = if harness::full() { Mode::ALL.to_vec() } else { vec![mode] };
    for mode in modes {
        let Some(windows) = windows("windows-full-3.11") else { return };
        let script = format!("{name}_app.py");
        let app = windows.freeze(case(name), mode, name, &[&script, "--requirements", "requirements.txt"]);
        let outcome = windows.wine.frozen(&app).env("PYTHONUTF8", "1").run();
        let expected = std::fs::read_to_string(apps().join(name).join("expect.txt")).unwrap();
        assert_eq!(text(&outcome), expected, "{outcome}");
    }
}

#[test]
fn requests_and_rich_work_on_windows() {
    library("requests_rich", Mode::Onefile);
}

#[test]
fn numpy_and_pandas_work_on_windows() {
    library("numpy_pandas", Mode::Onefile);
}

#[test]
fn pillow_works_on_windows() {
    library("pillow", Mode::Onedir);
}

#[test]
fn cryptography_works_on_windows() {
    library("cryptography", Mode::Onefile);
}

#[test]
fn lxml_works_on_windows() {
    library("lxml", Mode::Onedir);
}

#[test]
fn pydantic_works_on_windows() {
    library("pydantic", Mode::Onedir);
}

#[test]
fn pywin32_works_on_windows() {
    library("windows_pywin32", Mode::Onefile);
}

#[test]
fn tcl_finds_its_scripts_on_windows() {
    let source = "import tkinter, os, sys\n\
                  tcl = tkinter.Tcl()\n\
                  print(tcl.eval('package require msgcat') != '', os.path.isdir(os.path.join(sys.prefix, 'tcl', 'tk8.6')))\n";
    let Some(windows) = windows("windows-full-3.11") else { return };
    let app = windows.freeze(Project::script(source), Mode::Onedir, "tcl", &["app.py"]);
    assert_eq!(text(&windows.wine.frozen(&app).run()), "True True\n");
}

#[test]
fn libraries_are_found_where_the_program_adds_folders() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    // Beside the program they would be collected unasked, into one folder.
    let libraries = Project::new()
        .file("low.c", "__declspec(dllexport) int low(void) { return 42; }\n")
        .file("top.c", "int low(void); __declspec(dllexport) int top(void) { return low(); }\n");
    for (name, needed) in [("low", None), ("top", Some("low.dll"))] {
        let run = Run::new("x86_64-w64-mingw32-gcc").in_folder(libraries.path()).arg("-shared");
        run.args(["-o", &format!("{name}.dll"), &format!("{name}.c")]).args(needed).run().success();
    }
    let [low, top] = [("low.dll", "bin"), ("top.dll", "plugins")]
        .map(|(name, folder)| format!("{}:{folder}", libraries.path().join(name).display()));
    let added = ["app.py", "--add-data", &low, "--add-data", &top];
    let app = windows.freeze(
        Project::of("wine/libraries_are_found_where_the_program_adds_folders"),
        Mode::Onefile,
        "folders",
        &added,
    );
    assert_eq!(text(&windows.wine.frozen(&app).run()), "None 42\n");
}

/// A library that leaves a file beside itself when it is loaded.
const PLANTED: &str = "#include <windows.h>\n\
    BOOL WINAPI DllMain(HINSTANCE own, DWORD reason, void *reserved) {\n\
        WCHAR path[1000];\n\
        if (reason == DLL_PROCESS_ATTACH) {\n\
            lstrcpyW(path + GetModuleFileNameW(own, path, 900), L\".loaded\");\n\
            CloseHandle(CreateFileW(path, GENERIC_WRITE, 0, 0, CREATE_ALWAYS, 0, 0));\n\
        }\n\
        return TRUE;\n\
    }\n";

/// Loads the libraries that it is told to, as any program does that takes no care.
const CARELESS: &str = "#include <windows.h>\n\
    int main(int count, char **names) { while (--count) LoadLibraryA(*++names); return 0; }\n";

/// Libraries that Python and its extension modules need, of the program and of the system.
const NEEDED: [&str; 14] = [
    "python311",
    "python3",
    "vcruntime140",
    "libffi-8",
    "libcrypto-1_1",
    "libssl-1_1",
    "sqlite3",
    "version",
    "bcrypt",
    "crypt32",
    "iphlpapi",
    "ws2_32",
    "shell32",
    "ucrtbase",
];

/// The planted libraries of a folder that somebody has loaded.
fn loaded(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
    let mut found: Vec<_> = names.filter_map(|n| n.strip_suffix(".loaded").map(str::to_owned)).collect();
    found.sort();
    found
}

#[test]
fn libraries_planted_around_a_program_are_not_loaded() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let tools = harness::scratch("planted");
    harness::make_reachable(tools.path());
    let compile = |name: &str, source: &str, options: &[&str]| {
        let path = tools.path().join(name);
        std::fs::write(path.with_extension("c"), source).unwrap();
        let run = Run::new("x86_64-w64-mingw32-gcc").args(options).arg("-o").arg(&path);
        run.arg(path.with_extension("c")).run().success();
        path
    };
    let planted = compile("planted.dll", PLANTED, &["-shared"]);
    let careless = compile("careless.exe", CARELESS, &[]);
    let plant = |folder: &Path| {
        for name in NEEDED.iter().chain(&["planted"]) {
            std::fs::copy(&planted, folder.join(format!("{name}.dll"))).unwrap();
        }
    };
    let folder = |name: &str| {
        let folder = tools.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        plant(&folder);
        folder
    };

    // What would be loaded from each of these places.
    let (beside, current, searched) = (folder("beside"), folder("current"), folder("searched"));
    let control = beside.join("careless.exe");
    std::fs::copy(careless, &control).unwrap();
    let run = windows.wine.command(&control).args(["libffi-8.dll"]).in_folder(&current);
    run.env("WINEPATH", Wine::path(&searched)).run().success();
    assert_eq!(loaded(&beside), ["libffi-8.dll"]);

    for mode in Mode::ALL {
        let app = windows.freeze(
            Project::of("wine/libraries_planted_around_a_program_are_not_loaded"),
            mode,
            "wary",
            &["app.py"],
        );
        let beside = app.exe.parent().unwrap();
        plant(beside);
        for _ in 0..2 {
            let run = windows.wine.frozen(&app).in_folder(&current).show(beside);
            let outcome = run.env("WINEPATH", Wine::path(&searched)).run();
            assert_eq!(text(&outcome), "True True None\n", "{outcome}");
            for folder in [beside, &current, &searched] {
                assert_eq!(loaded(folder), [""; 0], "{}", folder.display());
            }
        }
    }
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used_on_windows() {
    use std::os::unix::fs::PermissionsExt;
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let app = windows.freeze(
        Project::script("import sys; print(sys._MEIPASS)"),
        Mode::Onefile,
        "wary",
        &["app.py"],
    );
    for (name, mode) in [("own", 0o700), ("open", 0o777)] {
        let folder = windows.wine.drive().join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        let run = windows.wine.frozen(&app).env("FREEZE_APP_CACHE_DIR", format!(r"C:\{name}\below"));
        let outcome = run.env("FREEZE_DEBUG", "1").run();
        let is_used = text(&outcome).starts_with(&format!(r"C:\{name}\below\freeze\wary\"));
        assert_eq!(is_used, name == "own", "{outcome}");
        assert_eq!(folder.join("below").exists(), name == "own", "{outcome}");
        let is_told = outcome.stderr.contains(r"every user can write to `C:\open`");
        assert_eq!(is_told, name == "open", "{outcome}");
    }
}

#[test]
fn all_parts_of_a_wheel_are_installed_on_windows() {
    let wheel = "scattered-1-py3-none-any.whl";
    let more = "import importlib.resources as r\n\
                print(sorted(f.name for f in r.files('scattered').iterdir()))\n";
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let project = Project::script(&format!("{SCATTERED}{more}")).file(wheel, scattered());
    let app = windows.freeze(project, Mode::Onefile, "scattered", &["app.py", "--packages", wheel]);
    assert_eq!(text(&windows.wine.frozen(&app).run()), "own shared 1\n['own.txt']\n");
}

#[test]
fn a_program_without_a_console_keeps_what_ended_it() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let source = "import sys, pathlib\n\
                  pathlib.Path(sys.argv[1]).write_text(repr((sys.stdin, sys.stdout, sys.stderr)))\n\
                  if sys.argv[2:]: raise ValueError('told to ' + sys.argv[2])\n";
    for mode in Mode::ALL {
        let app = windows.freeze(Project::script(source), mode, "quiet", &["app.py", "--windowed"]);
        let folder = harness::scratch("windowed");
        let said = folder.path().join("said.txt");
        // As from the desktop: without any streams.
        let start = |more: &[&str]| {
            let run = windows.wine.command("start").args(["/wait", "/unix"]).arg(&app.exe).show(&app.product);
            run.arg(format!("Z:{}", said.display())).args(more).env("FREEZE_DIALOG", "0").run()
        };
        start(&[]).success();
        assert_eq!(std::fs::read_to_string(&said).unwrap(), "(None, None, None)");
        let outcome = start(&["fail"]);
        outcome.exits(1);
        let log = windows.wine.local_data().join("freeze/quiet/error.log");
        let log =
            std::fs::read_to_string(&log).unwrap_or_else(|e| panic!("{}: {e}\n{outcome}", log.display()));
        assert!(log.contains("ValueError: told to fail") && log.contains("Traceback"), "{log}");
    }
}

#[test]
fn a_traceback_is_not_shown_where_that_is_wanted() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    let project = Project::script("raise ValueError('a secret')\n");
    let arguments = ["app.py", "--windowed", "--disable-windowed-traceback"];
    let app = windows.freeze(project, Mode::Onefile, "discreet", &arguments);
    let run = windows.wine.command("start").args(["/wait", "/unix"]).arg(&app.exe).env("FREEZE_DIALOG", "0");
    run.run().exits(1);
    let log = std::fs::read_to_string(windows.wine.local_data().join("freeze/discreet/error.log")).unwrap();
    assert!(log.contains("has ended this program") && !log.contains("secret"), "{log}");
}

#[test]
fn a_console_of_its_own_is_hidden_where_that_is_wanted() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    if !windows.wine.has_display() {
        return skip("no Xvfb (Debian: package `xvfb`), without which wine shows no consoles");
    }
    let said = harness::scratch("console");
    let said = said.path().join("said.txt");
    for (option, expected) in
        [("", "(True, 1, 0)"), ("hide-early", "(True, 0, 0)"), ("minimize-late", "(True, 1, 1)")]
    {
        let mut arguments = vec!["app.py"];
        if !option.is_empty() {
            arguments.extend(["--hide-console", option]);
        }
        let app = windows.freeze(
            Project::of("wine/a_console_of_its_own_is_hidden_where_that_is_wanted"),
            Mode::Onefile,
            "console",
            &arguments,
        );
        // In a console of its own.
        let run = windows.wine.command("start").args(["/wait", "/unix"]).arg(&app.exe);
        // What shows the console has the streams, and outlives the program by a moment.
        let run = run.arg(format!("Z:{}", said.display())).through_shell("</dev/null >/dev/null 2>&1");
        run.run().success();
        assert_eq!(std::fs::read_to_string(&said).unwrap(), expected, "{option}");
    }
}

#[test]
fn a_signed_program_is_found_in_order_and_runs() {
    let Some(windows) = windows("windows-embed-3.11") else { return };
    for tool in ["osslsigncode", "openssl", "wrestool"] {
        if !Path::new("/usr/bin").join(tool).exists() {
            return skip(&format!("no {tool} (Debian: packages `osslsigncode`, `openssl` and `icoutils`)"));
        }
    }
    let icon = [&[0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 32, 0, 4, 0, 0, 0, 22, 0, 0, 0][..], b"icon"].concat();
    for mode in Mode::ALL {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\nversion = \"1.2.3\"\n[windows]\nicon = \"app.ico\"\n[bundle]\nmode = \"{}\"\n",
            mode.name()
        );
        let project = Project::script("import json, ssl\nprint('runs', json.dumps(1))\n");
        let project = project.file("app.ico", &icon).file("app.spec", spec);
        let outcome = windows.command(&project, &["app.spec"]).run();
        let app = project.moved(mode, "app", outcome);
        let folder = harness::scratch("sign");
        let tool = |name: &str, arguments: &[&str]| Run::new(name).args(arguments).in_folder(folder.path());
        let subject = [
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-subj",
            "/CN=tests",
        ];
        tool("openssl", &["req"])
            .args(subject)
            .args(["-addext", "extendedKeyUsage=codeSigning"])
            .run()
            .success();
        let sign =
            tool("osslsigncode", &["sign", "-certs", "cert.pem", "-key", "key.pem", "-h", "sha256", "-in"]);
        sign.arg(&app.exe).arg("-out").arg("signed.exe").run().success();
        let signed = folder.path().join("signed.exe");
        let verified = tool("osslsigncode", &["verify", "-CAfile", "cert.pem", "signed.exe"]).run();
        verified.success();
        assert!(verified.stdout.contains("Signature verification: ok"), "{verified}");
        let listed = tool("wrestool", &["-l", "signed.exe"]).run();
        for kind in ["--type=3 ", "--type=14 ", "--type=16 ", "--type=24 "] {
            assert!(listed.stdout.contains(kind), "{listed}");
        }
        let extracted = tool("wrestool", &["-x", "-t", "14", "-o", "out.ico", "signed.exe"]).run();
        extracted.success();
        assert!(std::fs::read(folder.path().join("out.ico")).unwrap().starts_with(&icon), "{extracted}");
        std::fs::rename(&signed, &app.exe).unwrap();
        assert_eq!(text(&windows.wine.frozen(&app).run()), "runs 1\n");
    }
}
