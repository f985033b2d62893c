//! Setup scripts of cx_Freeze, py2exe and py2app that are built on Linux for the systems that they are for.

use std::path::{Path, PathBuf};

use harness::{Project, Run, wine};

use crate::cross::{launcher, path_with, piece};
use crate::macos;

fn project(name: &str) -> Project {
    Project::of(&format!("setup_scripts/{name}"))
}

/// `freeze` for another platform; `None` if a piece is missing, which is said.
fn command(project: &Project, target: &str, triple: &str, python: &str, words: &[&str]) -> Option<Run> {
    let file = if triple.contains("windows") { "launcher.exe" } else { "launcher" };
    let (python, launcher, path) = (piece(python)?, launcher(triple, file)?, path_with("3.11")?);
    let run = project.bare_command(words).args(["-y", "--target", target, "--python"]).arg(python);
    Some(run.env("FREEZE_BOOTLOADER", launcher).env("PATH", path))
}

fn for_windows(project: &Project, words: &[&str]) -> Option<Run> {
    command(project, "windows-x86_64", "x86_64-pc-windows-gnu", "windows-embed-3.11", words)
}

/// What a program prints in wine.
fn printed(program: &Path, arguments: &[&str]) -> Option<String> {
    let outcome = wine()?.command(program).args(arguments).run();
    Some(outcome.success().stdout.replace("\r\n", "\n"))
}

/// Moves a product to where its sources are not.
fn moved(product: PathBuf) -> (tempfile::TempDir, PathBuf) {
    let folder = harness::scratch("product");
    harness::make_reachable(folder.path());
    let place = folder.path().join(product.file_name().unwrap());
    std::fs::rename(product, &place).unwrap();
    (folder, place)
}

/// Whether an executable of Windows has no console.
fn has_no_console(program: &Path) -> bool {
    let bytes = std::fs::read(program).unwrap();
    let header = u32::from_le_bytes(bytes[0x3c..0x40].try_into().unwrap()) as usize;
    assert_eq!(&bytes[header..header + 4], b"PE\0\0");
    bytes[header + 0x5c] == 2
}

/// Whether an executable of Windows contains a text in its resources.
fn has_text(program: &Path, text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::read(program).unwrap().windows(wide.len()).any(|bytes| bytes == wide)
}

#[test]
fn cx_freeze_builds_for_windows() {
    let project = project("cx_freeze");
    let Some(run) = for_windows(&project, &["setup.py"]) else { return };
    run.run().says(&["to standard output win-amd64"]).success();
    let (_folder, product) = moved(project.path().join("dist/The suite"));
    let (first, second) = (product.join("first.exe"), product.join("second.exe"));
    assert!(has_no_console(&first), "the script asks for its system");
    assert!(has_text(&first, "Two programs") && has_text(&first, "1.2.3") && !has_text(&first, "nobody"));
    assert!(has_text(&second, "nobody"));
    for file in
        ["assets/a.txt", "renamed/b.txt", "elsewhere/c.txt", "VERSION", "pack/data.txt", "pack/zipped.txt"]
    {
        assert!(product.join(file).is_file(), "{file}");
    }
    let Some(text) = printed(&first, &[]) else { return };
    assert!(text.contains("42 constant data of the package data of the package\n"), "{text}");
}

#[test]
fn py2exe_builds_for_windows() {
    let project = project("py2exe").file("More/upper.txt", "");
    let setup = std::fs::read_to_string(project.path().join("setup.py")).unwrap();
    // Paths as on Windows: backslashes and other capitals.
    let setup = setup.replace("\"readme.txt\",", "\"README.TXT\", (\"d\", [\"more\\\\Upper.txt\"]),");
    let project = project.file("setup.py", setup.replace("data/*.txt", "data\\\\*.txt"));
    let Some(run) = for_windows(&project, &["setup.py"]) else { return };
    run.run().success();
    let (_folder, product) = moved(project.path().join("dist/both"));
    let window = product.join("window.exe");
    assert!(has_no_console(&window) && !has_no_console(&product.join("console.exe")));
    for text in ["A company", "nobody", "both"] {
        assert!(has_text(&window, text), "{text}");
    }
    let bytes = String::from_utf8_lossy(&std::fs::read(&window).unwrap()).into_owned();
    assert!(bytes.contains("level=\"requireAdministrator\""), "the manifest");
    assert!(
        product.join("d/upper.txt").is_file()
            && product.join("data/a.txt").is_file()
            && product.join("readme.txt").is_file()
    );
    let Some(text) = printed(&product.join("console.exe"), &[]) else { return };
    assert_eq!(text, "console helped True True\n");
}

#[test]
fn py2exe_bundles_each_program_for_windows() {
    let project = project("py2exe_one");
    let Some(run) = for_windows(&project, &["build.py"]) else { return };
    run.run().success();
    let (one, window) = (project.path().join("out/here/one.exe"), project.path().join("out/here/window.exe"));
    assert!(has_no_console(&window) && !has_no_console(&one));
    let (_folder, one) = moved(one);
    let Some(text) = printed(&one, &[]) else { return };
    assert_eq!(text, "one 2 True\n");
}

#[test]
fn py2exe_hosts_a_service() {
    let project = Project::of("setup_scripts_cross/service");
    project.command(["setup.py", "-y"]).run().fails(&["only for Windows", "setup.py:8"]);
    let Some(run) = for_windows(&project, &["setup.py"]) else { return };
    run.run().says(&["no such key"]).success();
    let (_folder, product) = moved(project.path().join("out/service"));
    let service = product.join("hosted.exe");
    let Some(text) = printed(&service, &[]) else { return };
    assert_eq!(text, "initialize\nhost hosted\nstart\n");
    assert_eq!(printed(&service, &["-install"]).unwrap(), "handle hosted ['install']\n");
    assert_eq!(
        printed(&service, &["-install", "auto"]).unwrap(),
        "handle hosted ['--startup', 'auto', 'install']\n"
    );
    assert_eq!(printed(&product.join("app.exe"), &[]).unwrap(), "beside the service\n");
}

#[test]
fn cx_freeze_hosts_a_service() {
    let project = Project::of("setup_scripts_cross/cx_service");
    let Some(run) = for_windows(&project, &["setup.py"]) else { return };
    run.run().success();
    let (_folder, product) = moved(project.path().join("dist/hosted"));
    let service = product.join("hosted.exe");
    let Some(text) = printed(&service, &["--run", "demo", "a b.ini"]) else { return };
    let lines = "host\nHosteddemo\narguments ['Hosteddemo']\naccepts 129\ninitialize a b.ini\nrun\n\
                 session 2 5\nstopping\nstop\n";
    assert_eq!(text, lines);
    assert_eq!(
        printed(&service, &["--install", "demo", "a b.ini"]).unwrap(),
        "create|Hosteddemo|The service demo|auto| --run demo \"a b.ini\"\ndescription A service\n"
    );
    assert_eq!(printed(&service, &["--uninstall", "demo"]).unwrap(), "remove Hosteddemo\n");
    assert_eq!(printed(&product.join("app.exe"), &[]).unwrap(), "beside the service\n");
    let config = "NAME = 'x'\n";
    let project = project.file("Config.py", config);
    if let Some(run) = for_windows(&project, &["setup.py"]) {
        run.run().fails(&["sets no `MODULE_NAME`", "Config.py:1"]);
    }
}

#[test]
fn py2app_builds_a_bundle() {
    let icns = [&b"icns\0\0\0\x10"[..], b"TOC \0\0\0\x08"].concat();
    let project = project("py2app").file("pictures/app.icns", icns);
    let words = ["setup.py"];
    let Some(run) = command(&project, "macos-aarch64", "aarch64-apple-darwin", "macos-3.11", &words) else {
        return;
    };
    run.run().says(&["`semi_standalone` of `py2app` has no effect"]).success();
    let bundle = project.path().join("dist/An App.app");
    macos::check(&bundle, "arm64");
    let info = std::fs::read_to_string(bundle.join("Contents/Info.plist")).unwrap();
    for text in
        ["org.example.an-app", "CFBundleDocumentTypes", "<string>3.1</string>", "<key>LSUIElement</key>"]
    {
        assert!(info.contains(text), "{text}\n{info}");
    }
    for file in [
        "MacOS/An App",
        "MacOS/tool",
        "Resources/pictures/one.txt",
        "Resources/texts/a.txt",
        "Resources/b.txt",
    ] {
        assert!(bundle.join("Contents").join(file).is_file(), "{file}");
    }
}

#[test]
fn cx_freeze_builds_a_bundle() {
    let project = Project::of("setup_scripts_cross/bundle");
    let words = ["setup.py"];
    let Some(run) = command(&project, "macos-x86_64", "x86_64-apple-darwin", "macos-3.11", &words) else {
        return;
    };
    run.run().says(&["the identity `Developer ID Application: Somebody` is not used"]).success();
    let bundle = project.path().join("dist/Bundled.app");
    macos::check(&bundle, "x86_64");
    let info = std::fs::read_to_string(bundle.join("Contents/Info.plist")).unwrap();
    assert!(info.contains("LSUIElement"), "{info}");
    assert!(
        bundle.join("Contents/Resources/r/y.txt").is_file() && bundle.join("Contents/MacOS/app").is_file()
    );
}
