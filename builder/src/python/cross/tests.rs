//! Tests layouts of Pythons for other platforms, built from empty files.

use std::path::Path;

use super::*;

const LINUX: Target = Target { os: Os::Linux, arch: Arch::Aarch64, musl: false };
const WINDOWS: Target = Target { os: Os::Windows, arch: Arch::X86_64, musl: false };

fn make(root: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn debian_and_its_own_folders() {
    let dir = tempfile::tempdir().unwrap();
    make(
        dir.path(),
        &[
            ("usr/lib/python3.11/os.py", ""),
            ("usr/lib/python3.11/lib-dynload/x.so", ""),
            (
                "usr/lib/python3.11/importlib/_bootstrap_external.py",
                "a = 1\nMAGIC_NUMBER = (3495).to_bytes(2, 'little')",
            ),
            ("usr/lib/python3/dist-packages/a.pth", "inner\nimport x\n/absent\n"),
            ("usr/lib/python3/dist-packages/inner/b.py", ""),
            ("usr/lib/aarch64-linux-gnu/libpython3.11.so.1.0", ""),
            ("usr/bin/python3.11", ""),
            ("usr/include/python3.11/patchlevel.h", "#define PY_MICRO_VERSION        2\n"),
        ],
    );
    let layout = layout::find(dir.path(), LINUX).unwrap();
    let at = |path: &str| dir.path().join(path);
    assert_eq!((layout.minor, layout.flags.as_str(), layout.micro()), (11, "", Some(2)));
    assert_eq!((layout.root.as_path(), &layout.prefix), (dir.path(), &at("usr")));
    assert_eq!(layout.library, Some(at("usr/lib/aarch64-linux-gnu/libpython3.11.so.1.0")));
    assert_eq!(layout.program, Some(at("usr/bin/python3.11")));
    let site = at("usr/lib/python3/dist-packages");
    let stdlib = at("usr/lib/python3.11");
    assert_eq!(
        layout.search_path,
        [stdlib.clone(), stdlib.join("lib-dynload"), site.clone(), site.join("inner")]
    );
    assert_eq!(layout.magic(), Some([0xa7, 0x0d, 13, 10]));
    assert!(layout::find(dir.path(), WINDOWS).unwrap_err().to_string().contains("python3*.dll"));
}

#[test]
fn a_native_file_of_another_system_is_found_and_one_that_is_missing_told() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &[("lib/python3.11/os.py", ""), ("python/lib/python3.12/os.py", "")]);
    let layout = layout::find(dir.path(), LINUX).unwrap();
    assert_eq!((layout.minor, &layout.library, &layout.program), (11, &None, &None));
    // A complete one is used, in any location.
    make(dir.path(), &[("python/lib/libpython3.12.dylib", "")]);
    let layout = layout::find(dir.path(), LINUX).unwrap();
    assert_eq!(layout.library, Some(dir.path().join("python/lib/libpython3.12.dylib")));
    make(dir.path(), &[("python/lib/libpython3.12.so.1.0", "")]);
    let layout = layout::find(dir.path(), LINUX).unwrap();
    assert_eq!(layout.library, Some(dir.path().join("python/lib/libpython3.12.so.1.0")));
}

#[test]
fn archives_of_standalone_builds() {
    for below in ["python/install", "python"] {
        let dir = tempfile::tempdir().unwrap();
        let file = |path: &str| format!("{below}/{path}");
        make(dir.path(), &[(&file("lib/python3.13t/os.py"), ""), (&file("lib/libpython3.13t.so.1.0"), "")]);
        let layout = layout::find(dir.path(), LINUX).unwrap();
        assert_eq!((layout.minor, layout.flags.as_str()), (13, "t"));
        assert_eq!((&layout.root, &layout.prefix), (&dir.path().join(below), &dir.path().join(below)));
    }
}

#[test]
fn both_kinds_of_windows() {
    let dir = tempfile::tempdir().unwrap();
    make(
        dir.path(),
        &[
            ("python311.dll", ""),
            ("python3.dll", ""),
            ("python311.zip", ""),
            ("python311._pth", "python311.zip\n.\nmore # note\n../out\nimport site\n"),
            ("more/x.py", ""),
        ],
    );
    let layout = layout::find(dir.path(), WINDOWS).unwrap();
    let at = |path: &str| dir.path().join(path);
    assert_eq!((layout.minor, layout.program.as_ref()), (11, None));
    assert_eq!((&layout.stdlib, layout.dynload.as_path()), (&at("python311.zip"), dir.path()));
    assert_eq!(layout.search_path, [at("python311.zip"), dir.path().to_owned(), at("more")]);

    std::fs::remove_file(at("python311.zip")).unwrap();
    make(
        dir.path(),
        &[("Lib/os.py", ""), ("DLLs/_x.pyd", ""), ("Lib/site-packages/y.py", ""), ("python.exe", "")],
    );
    let layout = layout::find(dir.path(), WINDOWS).unwrap();
    assert_eq!((&layout.stdlib, &layout.dynload), (&at("Lib"), &at("DLLs")));
    let path = [at("DLLs"), at("Lib"), dir.path().to_owned(), at("more"), at("Lib/site-packages")];
    assert_eq!(layout.search_path, path);

    // As the target system finds them, ignoring case, and each folder once.
    make(
        dir.path(),
        &[
            ("python311._pth", "lib\\site-packages\n"),
            ("Lib/site-packages/a.pth", "Pythonwin\nWin32\\Lib\n"),
            ("Lib/site-packages/pythonwin/x.py", ""),
            ("Lib/site-packages/win32/lib/x.py", ""),
        ],
    );
    let layout = layout::find(dir.path(), WINDOWS).unwrap();
    let sites = ["Lib/site-packages", "Lib/site-packages/pythonwin", "Lib/site-packages/win32/lib"].map(at);
    assert_eq!(layout.search_path, [&path[..3], &sites].concat());
}

#[test]
fn the_suffixes_are_those_of_the_target() {
    assert_eq!(soabi(LINUX, 11, ""), "cpython-311-aarch64-linux-gnu");
    assert_eq!(soabi(WINDOWS, 13, "t"), "cp313t-win_amd64");
    assert_eq!(soabi(Target::named("macos-aarch64").unwrap(), 12, ""), "cpython-312-darwin");
}

#[test]
fn a_python_for_another_platform_is_told_apart() {
    let image = Image {
        os: Os::Linux,
        arch: Some(Arch::X86_64),
        musl: Some(false),
        builtin: vec![],
        versions: vec![],
    };
    let error = check(&image, LINUX, Path::new("p")).unwrap_err().to_string();
    assert!(error.contains("`p` is for linux-x86_64, expected linux-aarch64"), "{error}");
    let musl = Image { musl: Some(true), ..image };
    assert!(check(&musl, Target::named("linux-x86_64").unwrap(), Path::new("p")).is_err());
    assert!(check(&musl, Target::named("linux-musl-x86_64").unwrap(), Path::new("p")).is_ok());
}

#[test]
fn an_interpreter_of_macos_is_turned_to_the_other_processor_of_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let [arm, intel] = Target::UNIVERSAL;
    let mut both = Vec::from(0xcafe_babe_u32.to_be_bytes());
    for value in [2, 0x0100_0007, 3, 48, 4, 2, 0x0100_000c, 0, 52, 4, 2] {
        both.extend(u32::to_be_bytes(value));
    }
    both.extend(b"onetwo..");
    let mut python = Python::blank(arm);
    python.libpython = Some(dir.path().join("Python"));
    std::fs::write(dir.path().join("Python"), &both).unwrap();
    turn(&mut python, Some(LINUX)).unwrap();
    turn(&mut python, None).unwrap();
    assert_eq!(python.target, arm);
    turn(&mut python, Some(intel)).unwrap();
    assert_eq!((python.target, python.machine.as_str()), (intel, "x86_64"));
    std::fs::write(dir.path().join("Python"), &both[..50]).unwrap();
    turn(&mut python, Some(arm)).unwrap();
    assert_eq!(python.target, intel);
}

#[test]
fn what_is_given_for_another_platform_is_a_folder_or_an_archive() {
    let dir = tempfile::tempdir().unwrap();
    // A target that these tests never run on.
    let other = Target { arch: Arch::Aarch64, ..WINDOWS };
    let request = |interpreter: Option<&str>| Request {
        target: Some(other),
        base: dir.path().to_owned(),
        python: crate::spec::PythonRequest {
            interpreter: interpreter.map(str::to_owned),
            ..Default::default()
        },
        ..Request::default()
    };
    let error = |interpreter| given(&request(interpreter)).unwrap_err().to_string();
    assert!(error(None).starts_with("no Python for windows-aarch64 was given"));
    assert!(error(Some("3.12")).contains("neither a folder nor an archive"));
    make(dir.path(), &[("venv/pyvenv.cfg", "")]);
    assert!(error(Some("venv")).contains("belongs to this machine's Python"));
    make(dir.path(), &[("win/python311.dll", "")]);
    assert_eq!(given(&request(Some("win"))).unwrap(), Some((dir.path().join("win"), other)));
}
