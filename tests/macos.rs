//! Programs for macOS, made here and read by tools that are not ours: nothing of them can be started.

use std::path::{Path, PathBuf};

use harness::{Outcome, Project, Run, freeze_command, newest, root, scratch};

use crate::cross::{launcher, path_with, piece};

pub(crate) const TARGETS: [(&str, &str, &str); 2] =
    [("macos-aarch64", "aarch64-apple-darwin", "arm64"), ("macos-x86_64", "x86_64-apple-darwin", "x86_64")];

/// What a program for macOS is made from.
struct Pieces {
    python: PathBuf,
    path: std::ffi::OsString,
}

impl Pieces {
    /// Those that are there; it is said if they are not.
    fn find() -> Option<Pieces> {
        Some(Pieces { python: piece("macos-3.11")?, path: path_with("3.11")? })
    }

    fn freeze(&self, project: &Project, target: &str, launcher: &Path, arguments: &[&str]) -> Outcome {
        let run = project.bare_command(arguments).args(["-y", "--target", target, "--python"]);
        run.arg(&self.python).env("FREEZE_BOOTLOADER", launcher).env("PATH", &self.path).run()
    }
}

/// Checks all native files of a product: places, libraries, signatures, what a bundle seals. Returns what was seen.
pub(crate) fn check(product: &Path, arch: &str) -> String {
    check_with(product, arch, "")
}

/// The same where files that are named, as `file=arch`, are for other processors.
pub(crate) fn check_with(product: &Path, arch: &str, others: &str) -> String {
    let venv = harness::venv(newest(), "lief\n");
    let run = Run::new(venv.python()).arg(root().join("tests/macho.py")).arg(product).arg(arch);
    let outcome = if others.is_empty() { run.run() } else { run.arg("--others").arg(others).run() };
    outcome.success().stdout.clone()
}

/// Checks that what lies behind the archive still belongs to the launcher: as LLVM reads them, both bind the same symbols.
fn check_tables(executable: &Path, launcher: &Path) {
    let tool = Path::new("/usr/bin/llvm-objdump");
    if !tool.exists() {
        return harness::skip("no llvm-objdump (Debian: package `llvm`)");
    }
    let read = |path: &Path| {
        let tables = [
            "--bind",
            "--lazy-bind",
            "--rebase",
            "--weak-bind",
            "--exports-trie",
            "--function-starts",
            "--syms",
        ];
        let outcome = Run::new(tool).arg("--macho").args(tables).arg("--indirect-symbols").arg(path).run();
        let text = outcome.success().stdout.clone();
        // The first line names the file.
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let (own, expected) = (read(executable), read(launcher));
    assert!(expected.len() > 100, "{expected:?}");
    assert_eq!(own, expected);
}

#[test]
fn hello_is_whole_on_both_processors_and_in_each_form() {
    let Some(pieces) = Pieces::find() else { return };
    for (target, triple, arch) in TARGETS {
        let Some(launcher) = launcher(triple, "launcher") else { continue };
        for (form, product) in [
            (&["--onedir"][..], "dist/app"),
            (&["--onefile"], "dist/app"),
            (&["--onedir", "-w"], "dist/app.app"),
            (&["--onefile", "-w"], "dist/app.app"),
        ] {
            let project = Project::of("macos/hello_is_whole_on_both_processors_and_in_each_form");
            let mut arguments = vec!["app.py", "--add-data", "data:data"];
            arguments.extend(form);
            let outcome = pieces.freeze(&project, target, &launcher, &arguments);
            outcome.success();
            assert!(!outcome.stderr.contains("warning"), "{outcome}");
            assert!(outcome.stderr.contains("runs on macOS 1"), "{outcome}");
            let product = project.path().join(product);
            let seen = check(&product, arch);
            let executable = match (form.contains(&"-w"), form.contains(&"--onedir")) {
                (true, _) => product.join("Contents/MacOS/app"),
                (false, true) => product.join("app"),
                (false, false) => product.clone(),
            };
            check_tables(&executable, &launcher);
            // As the launcher looks for it.
            for path in [&product, &executable] {
                freeze_command().arg("inspect").arg(path).arg("verify").run().success();
            }
            let listed = freeze_command().arg("inspect").arg(&product).run();
            let text = &listed.success().stdout;
            assert!(text.contains("libpython3.11.dylib") && text.contains("libz.1.dylib"), "{listed}");
            assert!(!text.contains("losing"), "{listed}");
            if form.contains(&"--onefile") {
                let folder = scratch("extract");
                let to = folder.path().join("contents");
                freeze_command().arg("inspect").arg(&product).arg("extract").arg(&to).run().success();
                let seen = check(&to, arch);
                assert!(seen.starts_with("3 files, "), "{seen}");
            } else {
                assert!(seen.starts_with("4 files, "), "{seen}");
            }
        }
    }
}

#[test]
fn numpy_and_pandas_find_their_libraries() {
    let (Some(pieces), Some(wheels)) = (Pieces::find(), piece("macos-wheels")) else { return };
    let source = "import numpy, pandas\nprint(pandas.DataFrame({'a': numpy.arange(3)}))\n";
    let wheels = wheels.display().to_string();
    for (target, triple, arch) in TARGETS {
        let Some(launcher) = launcher(triple, "launcher") else { continue };
        for (form, product, windowed) in [
            ("--onedir", "dist/app", false),
            ("--onefile", "dist/app", false),
            ("--onedir", "dist/app.app", true),
        ] {
            let project = Project::script(source);
            let mut arguments = vec!["app.py", "--packages", &wheels, form];
            arguments.extend(windowed.then_some("-w"));
            let outcome = pieces.freeze(&project, target, &launcher, &arguments);
            outcome.success();
            assert!(!outcome.stderr.contains("was not found"), "{outcome}");
            assert!(!outcome.stderr.contains("will not find"), "{outcome}");
            let product = project.path().join(product);
            let mut seen = check(&product, arch);
            if form == "--onefile" {
                let to = project.path().join("contents");
                freeze_command().arg("inspect").arg(&product).arg("extract").arg(&to).run().success();
                seen = check(&to, arch);
            }
            let count: usize = seen.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
            assert!(count > 60, "{seen}");
        }
    }
}

#[test]
fn a_bundle_is_as_the_spec_says() {
    let Some(pieces) = Pieces::find() else { return };
    let Some(launcher) = launcher("aarch64-apple-darwin", "launcher") else { return };
    let entitlements = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\
                        <key>com.apple.security.cs.allow-jit</key><true/></dict></plist>\n";
    let spec = "[app]\nname = \"My App\"\nentry = \"app.py\"\nversion = \"1.2.3\"\n[[program]]\nname = \"tool\"\nentry = \"tool.py\"\n\
                [macos]\nbundle = true\nidentifier = \"org.example.my\"\nicon = \"icon.png\"\nsign = \"-\"\n\
                entitlements = \"e.plist\"\narchitectures = [\"arm64\"]\n\
                plist = { LSUIElement = true, NSHumanReadableCopyright = \"Żółw\" }\n[[data]]\nfrom = \"a.b\"\nto = \"a.b\"\n";
    let project = Project::script("print(1)\n")
        .file("tool.py", "print(2)\n")
        .file("a.b/x.txt", "x")
        .file("e.plist", entitlements)
        .file("icon.png", png())
        .file("app.spec", spec);
    let outcome = pieces.freeze(&project, "macos-aarch64", &launcher, &["app.spec"]);
    outcome.success();
    let product = project.path().join("dist/My App.app");
    let seen = check(&product, "arm64");
    for expected in [
        "CFBundleExecutable=My App",
        "CFBundleIdentifier=org.example.my",
        "CFBundleIconFile=My App.icns",
        "CFBundleShortVersionString=1.2.3",
        "LSMinimumSystemVersion=11.0",
        "LSUIElement=True",
        "NSHighResolutionCapable=True",
        "NSHumanReadableCopyright=Żółw",
    ] {
        assert!(seen.contains(expected), "{expected} in {seen}");
    }
    let icon = std::fs::read(product.join("Contents/Resources/My App.icns")).unwrap();
    assert!(
        icon.starts_with(b"icns") && icon.windows(4).any(|w| w == b"ic11" || w == b"icp4" || w == b"is32")
    );
    assert!(product.join("Contents/MacOS/tool").is_file());
    let executable = std::fs::read(product.join("Contents/MacOS/My App")).unwrap();
    let needle = b"com.apple.security.cs.allow-jit";
    // As XML and as DER.
    assert_eq!(executable.windows(needle.len()).filter(|w| w == needle).count(), 2);

    // Again: the same bytes, which are recognised.
    let tree = harness::Tree::of(&product);
    let outcome = pieces.freeze(&project, "macos-aarch64", &launcher, &["app.spec"]);
    assert!(outcome.success().stderr.contains("unchanged"), "{outcome}");
    let outcome = pieces.freeze(&project, "macos-aarch64", &launcher, &["app.spec", "--clean"]);
    outcome.success();
    assert_eq!(tree, harness::Tree::of(&product));
}

/// A grey picture of 16 by 16 pixels.
pub(crate) fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        let mut all = kind.to_vec();
        all.extend(data);
        png.extend(&all);
        png.extend(crc(&all).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 16, 0, 0, 0, 16, 8, 0, 0, 0, 0]);
    // Sixteen rows without a filter, stored as they are.
    let rows = [128u8; 16 * 17]
        .iter()
        .enumerate()
        .map(|(i, b)| if i % 17 == 0 { 0 } else { *b })
        .collect::<Vec<u8>>();
    let (mut a, mut b) = (1u32, 0u32);
    for byte in &rows {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let len = rows.len() as u16;
    let mut stream = vec![0x78, 1, 1];
    stream.extend(len.to_le_bytes());
    stream.extend((!len).to_le_bytes());
    stream.extend(rows);
    stream.extend((b << 16 | a).to_be_bytes());
    chunk(b"IDAT", &stream);
    chunk(b"IEND", &[]);
    png
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn what_cannot_be_made_is_told_before_any_work() {
    let Some(pieces) = Pieces::find() else { return };
    let Some(launcher) = launcher("aarch64-apple-darwin", "launcher") else { return };
    let project = Project::script("print(1)\n").file("icon.icns", "no icon").file("e.plist", "no list");
    for (arguments, expected) in [
        (&["--target-architecture", "x86_64"][..], "build with `--target macos-x86_64`"),
        (&["--codesign-identity", "Developer ID Application: Me"], "Developer ID Application: Me"),
        (&["--icon", "icon.icns"], "expected an `.icns` file or a PNG picture"),
        (&["--osx-entitlements-file", "e.plist"], "failed to read the entitlements"),
    ] {
        let mut all = vec!["app.py"];
        all.extend(arguments);
        let outcome = pieces.freeze(&project, "macos-aarch64", &launcher, &all);
        outcome.exits(1);
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
        assert!(!project.path().join("dist").exists(), "{outcome}");
    }
    let spec = "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"memory\"\n";
    let project = project.file("memory.spec", spec);
    let outcome = pieces.freeze(&project, "macos-aarch64", &launcher, &["memory.spec"]);
    outcome.exits(1);
    assert!(outcome.stderr.contains("macOS cannot load libraries from memory"), "{outcome}");
    let outcome = pieces.freeze(&project, "macos-aarch64", Path::new("/bin/true"), &["app.py"]);
    outcome.exits(1);
    assert!(outcome.stderr.contains("it is not a Mach-O file"), "{outcome}");
}
