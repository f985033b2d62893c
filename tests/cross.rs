//! Programs for another platform, and packages that are not installed.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use harness::{Interpreter, Mode, Outcome, Project, Run, interpreters, newest, root, skip, skip_unavailable};
pub(crate) use harness::{launcher, piece};

/// `PATH` with a Python that compiles for the pieces; it is said if there is none.
pub(crate) fn path_with(minor: &str) -> Option<std::ffi::OsString> {
    let known = interpreters().iter().find(|i| i.minor() == minor && i.abiflags.is_empty());
    let Some(known) = known else {
        skip_unavailable(&format!("no Python {minor} on this machine, which compiles"));
        return None;
    };
    let own = known.exe.parent().map(Path::to_owned).into_iter();
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.chain(std::env::split_paths(&path))).ok()
}

/// The prefix of an interpreter without anything that could be run.
fn bare_prefix(interpreter: &Interpreter) -> Option<tempfile::TempDir> {
    let library = format!("libpython{}{}.so.1.0", interpreter.minor(), interpreter.abiflags);
    let lib = interpreter.prefix.join("lib");
    if !lib.join(&library).exists() {
        skip_unavailable(&format!("Python {} has no shared libpython below its prefix", interpreter.name));
        return None;
    }
    let folder = harness::scratch("prefix");
    std::fs::create_dir(folder.path().join("lib")).unwrap();
    for name in [&library, &interpreter.library] {
        std::os::unix::fs::symlink(lib.join(name), folder.path().join("lib").join(name)).unwrap();
    }
    Some(folder)
}

/// A zip of these files.
fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A wheel of one module.
pub(crate) fn wheel(
    name: &str,
    version: &str,
    tags: &str,
    requires: &[&str],
    source: &str,
) -> (String, Vec<u8>) {
    let info = format!("{name}-{version}.dist-info");
    let requires: String = requires.iter().map(|r| format!("Requires-Dist: {r}\n")).collect();
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}\n");
    let kind = format!("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n");
    let record = format!("{name}/__init__.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n");
    let bytes = zipped(&[
        (&format!("{name}/__init__.py"), source),
        (&format!("{name}-{version}.data/scripts/{name}"), "#!python\n"),
        (&format!("{info}/METADATA"), &metadata),
        (&format!("{info}/WHEEL"), &kind),
        (&format!("{info}/RECORD"), &record),
    ]);
    (format!("wheels/{name}-{version}-{tags}.whl"), bytes)
}

/// Freezes `app.py` for a target.
fn freeze_for(project: &Project, target: &str, python: &Path, arguments: &[&str]) -> Outcome {
    let run = project.bare_command(["app.py", "-y", "--target", target, "--python"]).arg(python);
    let path = path_with(&newest().minor()).unwrap_or_default();
    run.env("PATH", path).args(arguments).run()
}

#[test]
fn a_python_is_read_and_not_run() {
    let Some(prefix) = bare_prefix(newest()) else { return };
    for mode in Mode::ALL {
        let project = Project::of("cross/a_python_is_read_and_not_run");
        let form = format!("--{}", mode.name());
        let outcome = freeze_for(&project, &native(), prefix.path(), &[&form]);
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints(&format!("read {}\n", newest().minor()));
    }
}

/// The target of this machine.
fn native() -> String {
    format!("linux-{}", std::env::consts::ARCH)
}

#[test]
fn branches_follow_the_target() {
    let (Some(python), Some(path)) = (piece("windows-embed-3.11"), path_with("3.11")) else { return };
    let project = Project::of("cross/branches_follow_the_target");
    let Some(any) = launcher("x86_64-pc-windows-gnu", "launcher.exe") else { return };
    let run = project.bare_command(["app.py", "-y", "--target", "windows-x86_64", "--onefile", "--python"]);
    run.arg(&python).env("FREEZE_BOOTLOADER", &any).env("PATH", path).run().success();
    let listed = project.bare_command(["inspect", "dist/app.exe"]).run();
    listed.success();
    assert!(listed.stdout.contains("winning") && !listed.stdout.contains("losing"), "{listed}");
    // As the target names them, at the root beside the libraries that they need.
    assert!(listed.stdout.contains(" python311.dll"), "{listed}");
}

#[test]
fn more_programs_in_one_file_are_copies_on_windows() {
    let (Some(python), Some(path)) = (piece("windows-embed-3.11"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("x86_64-pc-windows-gnu", "launcher.exe") else { return };
    let spec = "[app]\nname = \"one\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n\
                [[program]]\nname = \"two.exe\"\nentry = \"app.py\"\n[[data]]\nfrom = \"folder\"\nto = \".\"\n";
    let project = Project::script("print(1)\n").file("app.spec", spec);
    let project = project.file("folder/aux.txt", "").file("folder/a.txt", "1").file("folder/A.txt", "2");
    let build = |arguments: &[&str]| {
        let run = project.bare_command(arguments).args(["-y", "--target", "windows-x86_64", "--python"]);
        run.arg(&python).env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path).run()
    };
    let outcome = build(&["app.spec"]);
    outcome.success();
    for expected in
        ["`aux.txt` is left out of a program for Windows", "`A.txt` and `a.txt` are one file on Windows"]
    {
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
    }
    let dist = project.path().join("dist");
    assert!(!dist.join("two.exe").is_symlink());
    assert_eq!(std::fs::read(dist.join("one.exe")).unwrap(), std::fs::read(dist.join("two.exe")).unwrap());
    let refused = build(&["app.py", "--name", "con"]);
    refused.exits(1);
    assert!(refused.stderr.contains("`con` cannot be the name of a program for windows-x86_64"), "{refused}");
}

/// An executable of Windows, which does for a launcher where the product is not started.
fn any_executable(python: &Path) -> PathBuf {
    let files = walkdir::WalkDir::new(python).into_iter().flatten();
    files.map(walkdir::DirEntry::into_path).find(|p| p.ends_with("python.exe")).expect("a Python has one")
}

#[test]
fn packages_come_from_wheels() {
    let wheels = [
        wheel(
            "cross_top",
            "1.0",
            "py3-none-any",
            &["cross_dep>=2", "gone; sys_platform == 'win32'"],
            "import cross_dep",
        ),
        wheel("cross_dep", "2.1", "py2.py3-none-any", &[], "print('dep')"),
        wheel("cross_dep", "2.1", "cp27-cp27m-win_amd64", &[], "1/0"),
    ];
    let mut project =
        Project::script("import cross_top, importlib.metadata as m\nprint(m.version('cross_dep'))\n");
    for (path, bytes) in &wheels {
        project = project.file(path, bytes);
    }
    let app = project.freeze(["app.py", "--packages", "wheels"]);
    app.command().run().prints("dep\n2.1\n");
}

/// A wheel that has files for each folder of an installation.
pub(crate) fn scattered() -> Vec<u8> {
    let record = "scattered-1.data/purelib/scattered/__init__.py,,\nscattered-1.data/platlib/scattered/own.txt,,\n\
                  scattered-1.data/data/share/scattered/shared.txt,,\nscattered-1.dist-info/METADATA,,\n";
    zipped(&[
        (
            "scattered-1.data/purelib/scattered/__init__.py",
            "import sys, os, pkgutil\n\
            shared = open(os.path.join(sys.prefix, 'share', 'scattered', 'shared.txt')).read()\n\
            own = pkgutil.get_data('scattered', 'own.txt').decode()\n",
        ),
        ("scattered-1.data/platlib/scattered/own.txt", "own"),
        ("scattered-1.data/data/share/scattered/shared.txt", "shared"),
        ("scattered-1.data/scripts/scattered", "#!python\n"),
        ("scattered-1.data/headers/scattered.h", ""),
        ("scattered-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: scattered\nVersion: 1\n"),
        ("scattered-1.dist-info/RECORD", record),
    ])
}

/// A program that tells what it finds of that wheel.
pub(crate) const SCATTERED: &str = "import scattered, importlib.metadata as m\n\
    print(scattered.own, scattered.shared, m.version('scattered'))\n";

#[test]
fn all_parts_of_a_wheel_are_installed() {
    let project = Project::script(SCATTERED).file("scattered-1-py3-none-any.whl", scattered());
    let app = project.freeze(["app.py", "--packages", "scattered-1-py3-none-any.whl"]);
    app.command().run().prints("own shared 1\n");
}

#[test]
fn packages_may_hold_a_file_named_as_a_wheel() {
    let project = Project::script("import installed\n")
        .file("site/installed.py", "print('installed')\n")
        .file("site/installed-1.dist-info/METADATA", "Name: installed\nVersion: 1\n")
        .file("site/installed-1-py3-none-any.whl", "");
    project.freeze(["app.py", "--packages", "site"]).command().run().prints("installed\n");
}

#[test]
fn a_wheel_that_is_of_no_use_is_told() {
    let (path, foreign) = wheel("foreign", "1", "cp311-cp311-win_arm64", &[], "");
    let damaged = &scattered()[..400];
    let climbing =
        zipped(&[("climbing-1.dist-info/METADATA", "Name: climbing\nVersion: 1\n"), ("../../x.py", "")]);
    let project = Project::script("import foreign\n").file(&path, foreign);
    let project =
        project.file("damaged-1-py3-none-any.whl", damaged).file("climbing-1-py3-none-any.whl", climbing);
    for (packages, expected) in [
        (path.as_str(), "no wheel of `foreign` fits linux-"),
        ("wheels", "got `foreign-1-cp311-cp311-win_arm64.whl`, expected `cp3"),
        ("damaged-1-py3-none-any.whl", "failed to read wheel `"),
        ("climbing-1-py3-none-any.whl", "points outside of its folder"),
    ] {
        let outcome = project.command(["app.py", "--packages", packages]).run();
        outcome.exits(1);
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
    }
}

#[test]
fn wheels_that_do_not_go_together_are_told() {
    let mut project = Project::script("import cross_a\n");
    for (path, bytes) in [
        wheel("cross_a", "1", "py3-none-any", &["cross-b>2", "cross.c", "cross_d"], ""),
        wheel("cross_b", "2", "py3-none-any", &[], ""),
        wheel("cross_c", "1", "cp39-cp39-win_amd64", &[], ""),
    ] {
        project = project.file(&path, bytes);
    }
    let outcome = project.command(["app.py", "--packages", "wheels"]).run();
    outcome.exits(1);
    for text in [
        "do not have all that they require",
        "`cross-a 1` requires `cross-b>2`, got 2",
        "`cross-a 1` requires `cross-c`, and none of its wheels fits: `cross_c-1-cp39-cp39-win_amd64.whl`, expected `cp3",
        "`cross-a 1` requires `cross-d`, which is missing",
    ] {
        assert!(outcome.stderr.contains(text), "{text}\n{outcome}");
    }
    let (path, bytes) = wheel("cross_b", "3", "py3-none-any", &[], "");
    let outcome = project.file(&path, bytes).command(["app.py", "--packages", "wheels"]).run();
    assert!(outcome.stderr.contains("there are two versions of `cross-b`"), "{outcome}");
}

#[test]
fn what_is_wrong_with_a_python_is_told() {
    let project = Project::script("").file("empty/x", "").file("fake.zip", "PK\x03\x04 no zip");
    let error = |target: &str, python: &str, expected: &str| {
        let outcome = freeze_for(&project, target, &project.path().join(python), &[]);
        outcome.exits(1);
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
        assert!(outcome.stderr.contains("hint: ") || python == "fake.zip", "{outcome}");
    };
    error("windows-x86_64", "empty", "expected `python3*.dll`");
    error("linux-aarch64", "empty", "expected `lib/python3.*`");
    error("linux-aarch64", "fake.zip", "failed to unpack");
    error("windows-x86_64", "app.py", "neither a folder nor an archive");
    if let Some(prefix) = bare_prefix(newest()) {
        let outcome = freeze_for(&project, "linux-musl-x86_64", prefix.path(), &[]);
        outcome.exits(1);
        assert!(outcome.stderr.contains("is for linux-x86_64, expected linux-musl-x86_64"), "{outcome}");
    }
    let outcome = project.bare_command(["app.py", "--target", "windows"]).run();
    outcome.exits(2);
    assert!(outcome.stderr.contains("expected `windows-x86_64` or `windows-aarch64`"), "{outcome}");
}

#[test]
fn arm64_runs_where_nothing_but_the_c_library_is() {
    let (Some(pieces), Some(path)) = (piece("arm64"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("aarch64-unknown-linux-gnu", "launcher") else { return };
    let qemu = Path::new("/usr/bin/qemu-aarch64");
    if !qemu.exists() {
        return skip("no qemu-aarch64 (Debian: package `qemu-user`)");
    }
    let run = |exe: &Path| {
        let bare = pieces.join("bare");
        Run::new(qemu).arg("-L").arg(bare).arg(exe).run()
    };
    let hello =
        "import sys, platform, ssl, sqlite3, ctypes, zlib\nprint(sys.version_info[:2], platform.machine())\n";
    let numpy =
        "import numpy as n\na = n.arange(12.0).reshape(3, 4)\nprint(n.linalg.svd(a @ a.T)[1].round(2)[0])\n";
    let mut programs = vec![("hello", hello, "(3, 11) aarch64\n", None)];
    if let Some(wheels) = piece("arm64-wheels") {
        programs.push(("numpy", numpy, "502.18\n", Some(wheels)));
    }
    for (name, source, expected, wheels) in programs {
        for mode in Mode::ALL {
            let project = Project::script(source);
            let form = format!("--{}", mode.name());
            let mut build =
                project.bare_command(["app.py", "-y", "--target", "linux-aarch64", &form, "--python"]);
            build = build.arg(pieces.join("root")).env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path);
            if let Some(wheels) = &wheels {
                build = build.arg("--packages").arg(wheels);
            }
            let outcome = build.run();
            outcome.success();
            assert!(!outcome.stderr.contains("was not found"), "{name}: {outcome}");
            let app = project.moved(mode, "app", outcome);
            run(&app.exe).prints(expected);
        }
    }
}

#[test]
fn an_older_system_runs_what_is_built_from_its_files() {
    let (Some(pieces), Some(path)) = (piece("bullseye"), path_with("3.9")) else { return };
    let Some(launcher) = launcher("x86_64-unknown-linux-gnu", "launcher") else { return };
    let hello = "import sys, os, ssl, sqlite3, ctypes, zlib, decimal, lzma, asyncio, multiprocessing\n\
                 print(sys.version_info[:2], os.confstr('CS_GNU_LIBC_VERSION'), ssl.OPENSSL_VERSION[:11])\n";
    let numpy =
        "import numpy as n\na = n.arange(12.0).reshape(3, 4)\nprint(n.linalg.svd(a @ a.T)[1].round(2)[0])\n";
    for (source, expected, requirements) in
        [(hello, "(3, 9) glibc 2.31 OpenSSL 1.1\n", ""), (numpy, "502.18\n", "numpy\n")]
    {
        for mode in Mode::ALL {
            let spec = format!(
                "[app]\nname = \"app\"\nentry = \"app.py\"\n[python]\nrequirements = [\"requirements.txt\"]\n[bundle]\n\
                 mode = \"{}\"\nmax-glibc = \"2.31\"\n",
                mode.name()
            );
            let project =
                Project::script(source).file("requirements.txt", requirements).file("app.spec", spec);
            let build = project.bare_command(["app.spec", "-y", "--target", "linux-x86_64", "--python"]);
            let outcome =
                build.arg(pieces.join("root")).env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path).run();
            let app = project.moved(mode, "app", outcome);
            // The C library of that system, and nothing else.
            let machine = harness::scratch("machine");
            harness::make_reachable(machine.path());
            harness::copy_tree(&pieces.join("bare"), machine.path());
            for folder in ["proc", "tmp", "home", "dev"] {
                std::fs::create_dir(machine.path().join(folder)).unwrap();
            }
            std::fs::rename(&app.product, machine.path().join("app")).unwrap();
            let exe = if mode == Mode::Onedir { "/app/app" } else { "/app" };
            let sandbox = harness::Sandbox { root: Some(machine.path().to_owned()), ..Default::default() };
            let run =
                Run::new(exe).sandbox(sandbox).env("HOME", "/home").env("TMPDIR", "/tmp").in_folder("/");
            run.run().prints(expected);
        }
    }
}

/// What Windows has of what CPython's own libraries import; API sets besides.
const WINDOWS: [&str; 24] = [
    "advapi32.dll",
    "bcrypt.dll",
    "comctl32.dll",
    "comdlg32.dll",
    "crypt32.dll",
    "gdi32.dll",
    "imm32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "netapi32.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "propsys.dll",
    "rpcrt4.dll",
    "shell32.dll",
    "shlwapi.dll",
    "user32.dll",
    "userenv.dll",
    "version.dll",
    "winmm.dll",
    "winspool.drv",
    "ws2_32.dll",
];

/// A script in tests/programs/cross that reads files of Windows.
fn reader(name: &str) -> PathBuf {
    root().join("tests/programs/cross").join(name).join("app.py")
}

#[test]
fn files_of_windows_find_what_they_import() {
    let Some(path) = path_with("3.11") else { return };
    // Read by a tool that is not ours.
    let venv = harness::venv(newest(), "pefile\n");
    for name in ["windows-embed-3.11", "windows-full-3.11"] {
        let Some(python) = piece(name) else { continue };
        let project = Project::of("cross/files_of_windows_find_what_they_import");
        let any = any_executable(&python);
        let run =
            project.bare_command(["app.py", "-y", "--target", "windows-x86_64", "--python"]).arg(&python);
        let outcome = run.env("FREEZE_BOOTLOADER", &any).env("PATH", &path).run();
        outcome.success();
        assert!(!outcome.stderr.contains("was not found"), "{outcome}");
        let product = project.path().join("dist/app");
        let files: BTreeSet<String> = walkdir::WalkDir::new(&product)
            .into_iter()
            .map(|e| e.unwrap().file_name().to_string_lossy().to_lowercase())
            .collect();
        for expected in
            ["app.exe", "python311.dll", "vcruntime140.dll", "_ssl.pyd", "libffi-8.dll", "sqlite3.dll"]
        {
            assert!(files.contains(expected), "{expected} in {files:?}");
        }
        let listed = Run::new(venv.python()).arg(reader("what_windows_files_import")).arg(&product).run();
        listed.success();
        let mut count = 0;
        for line in listed.stdout.lines() {
            let (file, library) = line.split_once(' ').unwrap();
            let library = library.to_lowercase();
            let there = files.contains(&library)
                || library.starts_with("api-ms-win-")
                || WINDOWS.contains(&library.as_str());
            assert!(there, "{name}: {file} needs {library}");
            count += 1;
        }
        assert!(count > 50, "{listed}");
    }
}

#[test]
fn an_executable_of_windows_shows_icon_version_and_manifest() {
    let (Some(python), Some(path)) = (piece("windows-embed-3.11"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("x86_64-pc-windows-gnu", "launcher.exe") else { return };
    let icon = [&[0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 32, 0, 4, 0, 0, 0, 22, 0, 0, 0][..], b"icon"].concat();
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\nversion = \"1.2.3\"\n[windows]\nicon = \"app.ico\"\nconsole = false\n\
                uac = \"highest-available\"\nversion-info = { CompanyName = \"Żółw\" }\n[bundle]\nmode = \"onefile\"\n";
    let project = Project::script("").file("app.ico", icon).file("app.spec", spec);
    let run = project.bare_command(["app.spec", "-y", "--target", "windows-x86_64", "--python"]).arg(&python);
    run.env("FREEZE_BOOTLOADER", launcher).env("PATH", path).run().success();
    // Read by a tool that is not ours.
    let venv = harness::venv(newest(), "pefile\n");
    let read = Run::new(venv.python())
        .args(["-X", "utf8"])
        .arg(reader("what_a_windows_executable_shows"))
        .arg(project.path().join("dist/app.exe"))
        .run();
    read.prints("2 0x10002\nŻółw app app.exe\nicon\nTrue\n");
}

#[test]
fn a_version_file_and_resources_are_taken_as_pyinstaller_does() {
    let (Some(python), Some(path)) = (piece("windows-embed-3.11"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("x86_64-pc-windows-gnu", "launcher.exe") else { return };
    let version = "VSVersionInfo(\n  ffi=FixedFileInfo(filevers=(4, 3, 2, 1), prodvers=(9, 8, 7, 6), mask=0x3f, flags=0x0,\n\
                   OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),\n  kids=[StringFileInfo([StringTable(\n\
                   '040904B0', [StringStruct('LegalCopyright', 'Żółw')])]), VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n";
    let project = Project::script("").file("version.txt", version).file("data.bin", "some data");
    let project = project.file("app.png", crate::macos::png());
    let options = [
        "app.py",
        "--icon",
        "app.png",
        "-y",
        "-F",
        "--target",
        "windows-x86_64",
        "--version-file",
        "version.txt",
    ];
    let run = project.bare_command(options).args(["-r", "data.bin,RT_RCDATA,mine", "--python"]).arg(&python);
    let outcome = run.env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path).run();
    outcome.success();
    assert!(!outcome.stderr.contains("no effect"), "{outcome}");
    // Read by a tool that is not ours.
    let venv = harness::venv(newest(), "pefile\n");
    let exe = project.path().join("dist/app.exe");
    let read =
        Run::new(venv.python()).args(["-X", "utf8"]).arg(reader("what_a_version_file_says")).arg(&exe).run();
    read.prints("0x40003 0x20001 0x90008\nŻółw\n1 PNG\nMINE some data\n");
    let broken = project.file("version.txt", "VSVersionInfo(\n  kids=[x])\n");
    let outcome = broken.bare_command(options).arg("--python").arg(&python).env("PATH", &path);
    let outcome = outcome.env("FREEZE_BOOTLOADER", launcher).run();
    outcome.exits(1).says(&["failed to read version file", "version.txt", "line 2: expected", "hint: "]);
}

#[test]
fn a_program_that_cannot_start_here_says_where_it_can() {
    let (Some(python), Some(path)) = (piece("windows-embed-3.11"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("x86_64-pc-windows-gnu", "launcher.exe") else { return };
    let project = Project::script("print(1)\n");
    let run =
        project.bare_command(["app.py", "-y", "-F", "--target", "windows-x86_64", "--python"]).arg(&python);
    let outcome = run.args(["--", "x"]).env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path).run();
    outcome.fails(&["failed to run program", "hint: it is a program for windows-x86_64"]);
    assert!(project.path().join("dist/app.exe").exists());
}
