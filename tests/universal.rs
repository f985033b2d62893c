//! Universal programs for macOS, read by tools that are not ours, and compared with those for one processor.

use std::path::{Path, PathBuf};

use freeze_archive::{Archive, setting};
use harness::{Outcome, Project, Run, Tree, freeze_command, root, scratch};

use crate::cross::{launcher, path_with, piece, wheel};
use crate::macos::{TARGETS, check, check_with};

/// What universal programs are made from.
struct Pieces {
    python: PathBuf,
    launchers: PathBuf,
    path: std::ffi::OsString,
}

impl Pieces {
    /// Those that are there; it is said if they are not.
    fn find() -> Option<Pieces> {
        for (_, triple, _) in TARGETS {
            launcher(triple, "launcher")?;
        }
        let launchers = root().join("target/launchers");
        Some(Pieces { python: piece("macos-3.11")?, launchers, path: path_with("3.11")? })
    }

    fn run(&self, project: &Project, arguments: &[&str]) -> Outcome {
        let run = project.bare_command(arguments);
        run.env("FREEZE_LAUNCHERS", &self.launchers).env("PATH", &self.path).run()
    }

    fn freeze(&self, project: &Project, target: &str, arguments: &[&str]) -> Outcome {
        let python = self.python.display().to_string();
        let mut all = vec!["-y", "--target", target, "--python", &python];
        all.extend(arguments);
        self.run(project, &all)
    }
}

/// A tool of LLVM by its name; it is said if there is none.
fn llvm(name: &str) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir("/usr/bin").into_iter().flatten().flatten().map(|e| e.path()).collect();
    found.retain(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(name)));
    found.sort();
    if found.is_empty() {
        harness::skip(&format!("no {name} (Debian: package `llvm`)"));
    }
    found.into_iter().next()
}

/// The part of a file for a processor, as another tool takes it out.
fn part(lipo: &Path, file: &Path, arch: &str) -> Vec<u8> {
    let folder = scratch("part");
    let out = folder.path().join("part");
    Run::new(lipo).arg(file).args(["-thin", arch, "-output"]).arg(&out).run().success();
    std::fs::read(out).unwrap()
}

/// Compares a folder or file with those for one processor: each part of each native file is what it is there, all else the same.
fn check_parts(lipo: &Path, whole: &Path, thin: &Path, arch: &str) {
    let files = |root: &Path| -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
        all.filter(|e| !e.file_type().is_dir()).map(|e| e.into_path()).collect()
    };
    let names = |root: &Path| -> Vec<PathBuf> {
        files(root).iter().map(|p| p.strip_prefix(root).unwrap().to_owned()).collect()
    };
    assert_eq!(names(whole), names(thin));
    let mut joined = 0;
    for (one, other) in files(whole).iter().zip(files(thin)) {
        if one.is_symlink() {
            assert_eq!(std::fs::read_link(one).unwrap(), std::fs::read_link(&other).unwrap());
            continue;
        }
        let (bytes, expected) = (std::fs::read(one).unwrap(), std::fs::read(&other).unwrap());
        if bytes.starts_with(b"\xca\xfe\xba\xbe") {
            joined += 1;
            assert!(part(lipo, one, arch) == expected, "{} for {arch} is another one alone", one.display());
        } else {
            assert!(bytes == expected, "{} differs", one.display());
        }
    }
    assert!(joined > 0);
}

/// Whether tools of LLVM see both processors.
fn check_headers(executable: &Path) {
    if let Some(objdump) = llvm("llvm-objdump") {
        let outcome = Run::new(&objdump).args(["--macho", "--universal-headers"]).arg(executable).run();
        let text = &outcome.success().stdout;
        for expected in ["nfat_arch 2", "CPU_TYPE_X86_64", "CPU_TYPE_ARM64", "align 2^14 (16384)"] {
            assert!(text.contains(expected), "{expected}\n{outcome}");
        }
    }
    if let Some(lipo) = llvm("llvm-lipo") {
        Run::new(&lipo).arg(executable).args(["-verify_arch", "x86_64", "arm64"]).run().success();
    }
}

#[test]
fn each_part_is_the_program_for_its_processor() {
    let (Some(pieces), Some(lipo)) = (Pieces::find(), llvm("llvm-lipo")) else { return };
    for (form, product) in [
        (&["--onedir"][..], "dist/app"),
        (&["--onefile"], "dist/app"),
        (&["--onedir", "-w"], "dist/app.app"),
        (&["--onefile", "-w"], "dist/app.app"),
    ] {
        let project = Project::of("universal/each_part_is_the_program_for_its_processor");
        let mut arguments = vec!["app.py", "--add-data", "data:data"];
        arguments.extend(form);
        let outcome = pieces.freeze(&project, "macos-universal2", &arguments);
        outcome.success();
        assert!(!outcome.stderr.contains("warning"), "{outcome}");
        for (name, _, _) in TARGETS {
            assert!(outcome.stderr.contains(&format!("for {name}:")), "{outcome}");
        }
        let (is_bundle, is_onefile) = (form.contains(&"-w"), form.contains(&"--onefile"));
        let product = project.path().join(product);
        let seen = check(&product, "universal2");
        assert!(seen.starts_with(if is_onefile { "1 files, " } else { "4 files, " }), "{seen}");
        let executable = match (is_bundle, is_onefile) {
            (true, _) => product.join("Contents/MacOS/app"),
            (false, false) => product.join("app"),
            (false, true) => product.clone(),
        };
        check_headers(&executable);
        // As the launcher looks for it: in the part that runs.
        let bytes = std::fs::read(&executable).unwrap();
        let own = if cfg!(target_arch = "aarch64") { "macos-aarch64" } else { "macos-x86_64" };
        let archive = Archive::open(&bytes).unwrap();
        assert_eq!(archive.setting(setting::TARGET), Some(own.as_bytes()));
        for path in [&product, &executable] {
            freeze_command().arg("inspect").arg(path).arg("verify").run().success();
        }
        let folder = scratch("extract");
        let to = folder.path().join("contents");
        freeze_command().arg("inspect").arg(&product).arg("extract").arg(&to).run().success();
        for (name, _, arch) in TARGETS {
            // What is extracted is for one processor, whether it lay in the file or beside it.
            let seen = check(&to.join(arch), arch);
            assert!(seen.starts_with("3 files, "), "{seen}");
            let run = freeze_command().arg("inspect").arg(&product).args(["--architecture", arch]).run();
            let text = &run.success().stdout;
            assert_eq!(text.matches("Python 3.11").count(), 1, "{text}");
            assert!(text.contains(&format!("for {name}, Python 3.11")), "{text}");
            assert!(text.contains("libpython3.11.dylib") && !text.contains("losing"), "{text}");

            // The bundle's executables differ, since each seals what is in its own.
            let whole = Tree::of(&product);
            let thin = project.path().join("thin");
            let mut arguments = arguments.clone();
            arguments.extend(["--distpath", "thin"]);
            pieces.freeze(&project, name, &arguments).success();
            let thin = thin.join(product.file_name().unwrap());
            if is_bundle {
                for folder in ["Frameworks", "Resources"].map(|f| Path::new("Contents").join(f)) {
                    if product.join(&folder).exists() && !is_onefile {
                        let inner = (product.join(&folder), thin.join(&folder));
                        if folder.ends_with("Frameworks") {
                            check_parts(&lipo, &inner.0, &inner.1, arch);
                        } else {
                            assert_eq!(Tree::of(&inner.0), Tree::of(&inner.1));
                        }
                    }
                }
            } else {
                check_parts(&lipo, &product, &thin, arch);
            }
            assert_eq!(whole, Tree::of(&product));
        }
        // Again: the same bytes, which are recognised.
        let tree = Tree::of(&product);
        let outcome = pieces.freeze(&project, "macos-universal2", &arguments);
        assert!(outcome.success().stderr.contains("unchanged"), "{outcome}");
        arguments.push("--clean");
        assert!(
            !pieces.freeze(&project, "macos-universal2", &arguments).success().stderr.contains("unchanged")
        );
        assert_eq!(tree, Tree::of(&product));
    }
}

#[test]
fn numpy_and_pandas_become_universal_from_one_folder_of_wheels() {
    let (Some(pieces), Some(wheels)) = (Pieces::find(), piece("macos-wheels")) else { return };
    let source = "import numpy, pandas\nprint(pandas.DataFrame({'a': numpy.arange(3)}))\n";
    let wheels = wheels.display().to_string();
    for (form, product) in
        [(&["--onedir"][..], "dist/app"), (&["--onefile"], "dist/app"), (&["-w"], "dist/app.app")]
    {
        let project = Project::script(source);
        let mut arguments = vec!["app.py", "--packages", &wheels];
        arguments.extend(form);
        let outcome = pieces.freeze(&project, "macos-universal2", &arguments);
        outcome.success();
        assert!(!outcome.stderr.contains("was not found"), "{outcome}");
        assert!(!outcome.stderr.contains("differs between"), "{outcome}");
        let product = project.path().join(product);
        let count =
            |seen: &str| seen.split(' ').next().and_then(|n| n.parse::<usize>().ok()).unwrap_or_default();
        if form == ["--onefile"] {
            let to = project.path().join("contents");
            freeze_command().arg("inspect").arg(&product).arg("extract").arg(&to).run().success();
            for (_, _, arch) in TARGETS {
                let seen = check(&to.join(arch), arch);
                assert!(count(&seen) > 60, "{seen}");
            }
        } else {
            let seen = check(&product, "universal2");
            assert!(count(&seen) > 60, "{seen}");
        }
        freeze_command().arg("inspect").arg(&product).arg("verify").run().success();
    }
}

#[test]
fn requirements_become_versions_that_there_are_for_both() {
    let Some(pieces) = Pieces::find() else { return };
    let mut project = Project::script("import pair\n")
        .file("r.txt", "--no-index\n--find-links wheels\npair\n")
        .file("arm.txt", "--no-index\n--find-links wheels\npair==3\n")
        .file(
            "app.spec",
            "[app]\nentry = \"app.py\"\n[bundle]\ntarget = \"macos-universal2\"\n\
             [python]\nrequirements = [\"r.txt\"]\n[target.macos-aarch64.python]\nrequirements = [\"arm.txt\"]\n",
        );
    // The newest that there is for each is of no use for the other, neither is the next.
    for (version, tags) in [
        ("1", "py3-none-any"),
        ("2", "py3-none-macosx_10_9_x86_64"),
        ("3", "py3-none-macosx_11_0_arm64"),
        ("0.9", "py3-none-any"),
    ] {
        let (name, bytes) = wheel("pair", version, tags, &[], &format!("'of {version}'\n"));
        project = project.file(&name, bytes);
    }
    let outcome = pieces.freeze(&project, "macos-universal2", &["app.py", "--requirements", "r.txt"]);
    outcome.success();
    assert!(!outcome.stderr.contains("warning"), "{outcome}");
    let product = project.path().join("dist/app");
    for (_, _, arch) in TARGETS {
        let run = freeze_command().arg("inspect").arg(&product).args(["--architecture", arch]).run();
        let text = &run.success().stdout;
        assert!(text.contains("pair-1.dist-info/METADATA"), "{text}");
    }
    // Whoever wants different ones gets them, and is told.
    let python = pieces.python.display().to_string();
    let outcome = pieces.run(&project, &["app.spec", "-y", "--python", &python]);
    outcome.success().says(&["`pair` is 3 for arm64 and 2 for x86_64"]);
}

/// A copy of the universal Python in which all native files are for one processor.
fn thin_python(pieces: &Pieces, lipo: &Path, to: &Path, arch: &str) {
    Run::new(Path::new("/bin/cp")).arg("-a").arg(&pieces.python).arg(to).run().success();
    for entry in walkdir::WalkDir::new(to) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|e| e == "dylib" || e == "so") {
            std::fs::write(&path, part(lipo, &path, arch)).unwrap();
        }
    }
}

const SPEC: &str = "[app]\nname = \"My App\"\nentry = \"app.py\"\nversion = \"1.2.3\"\n\
    [[program]]\nname = \"tool\"\nentry = \"tool.py\"\n\
    [bundle]\ntarget = \"macos-aarch64\"\nmode = \"MODE\"\n\
    [macos]\nbundle = BUNDLE\nidentifier = \"org.example.my\"\nicon = \"icon.png\"\nentitlements = \"e.plist\"\n\
    architectures = [\"x86_64\", \"arm64\"]\n\
    [target.macos-aarch64.python]\ninterpreter = \"arm\"\n\
    [target.macos-x86_64.python]\ninterpreter = \"intel\"\n\
    [target.macos-x86_64.modules]\ninclude = [\"rosetta\"]\n\
    [[target.macos-aarch64.data]]\nfrom = \"for-arm/*\"\nto = \".\"\n\
    [[target.macos-x86_64.data]]\nfrom = \"for-intel/*\"\nto = \".\"\n\
    [[target.macos-x86_64.binary]]\nfrom = \"libonly.dylib\"\nto = \"lib\"\n";

/// A program whose parts have Pythons, modules and data of their own.
fn two_sided(pieces: &Pieces, lipo: &Path) -> Project {
    let entitlements = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\
                        <key>com.apple.security.cs.allow-jit</key><true/></dict></plist>\n";
    let project = Project::script("import zlib\nprint(1)\n")
        .file("tool.py", "print(2)\n")
        .file("rosetta.py", "")
        .file("for-arm/same.txt", "arm64")
        .file("for-arm/arm.txt", "arm64 alone")
        .file("for-arm/equal.txt", "for both")
        .file("for-intel/same.txt", "x86-64")
        .file("for-intel/equal.txt", "for both")
        .file("e.plist", entitlements)
        .file("icon.png", crate::macos::png());
    for (name, arch) in [("arm", "arm64"), ("intel", "x86_64")] {
        thin_python(pieces, lipo, &project.path().join(name), arch);
    }
    let library = std::fs::read(project.path().join("intel/lib/libz.1.dylib")).unwrap();
    project.file("libonly.dylib", library)
}

#[test]
fn parts_with_pythons_and_data_of_their_own_become_one_bundle() {
    let (Some(pieces), Some(lipo)) = (Pieces::find(), llvm("llvm-lipo")) else { return };
    let spec = SPEC.replace("MODE", "onedir").replace("BUNDLE", "true");
    let project = two_sided(&pieces, &lipo).file("app.spec", spec);
    let outcome = pieces.run(&project, &["app.spec", "-y", "--report", "report.json"]);
    outcome.success().says(&["`same.txt` differs between arm64 and x86_64: that for arm64 is kept"]);
    assert_eq!(outcome.stderr.matches("warning:").count(), 1, "{outcome}");
    let product = project.path().join("dist/My App.app");
    let seen = check_with(&product, "universal2", "libonly.dylib=x86_64");
    for expected in [
        "CFBundleIdentifier=org.example.my",
        "LSMinimumSystemVersion=11.0",
        "LSMinimumSystemVersionByArchitecture={'arm64': '11.0', 'x86_64': '10.13'}",
    ] {
        assert!(seen.contains(expected), "{expected} in {seen}");
    }
    let text = |name: &str| std::fs::read_to_string(product.join("Contents/Resources").join(name)).unwrap();
    assert_eq!((text("same.txt"), text("arm.txt")), ("arm64".into(), "arm64 alone".into()));
    for program in ["My App", "tool"] {
        let executable = product.join("Contents/MacOS").join(program);
        check_headers(&executable);
        for (_, _, arch) in TARGETS {
            // As XML and as DER.
            let needle = b"com.apple.security.cs.allow-jit";
            let own = part(&lipo, &executable, arch);
            assert_eq!(own.windows(needle.len()).filter(|w| w == needle).count(), 2, "{program} {arch}");
        }
    }
    freeze_command().arg("inspect").arg(&product).arg("verify").run().success();
    let why = |name: &str| freeze_command().arg("why").arg(name).arg(&product).run();
    why("rosetta").success();
    why("zlib").success();
    why("losing").exits(1);
    for (file, target, has) in
        [("report.json", "macos-aarch64", false), ("report-x86_64.json", "macos-x86_64", true)]
    {
        let report = std::fs::read_to_string(project.path().join(file)).unwrap();
        assert!(report.contains(&format!("\"target\": \"{target}\"")), "{file}");
        assert_eq!(report.contains("\"name\": \"rosetta\""), has, "{file}");
    }

    // A damaged part is found, whichever it is.
    let library = product.join("Contents/Frameworks/libz.1.dylib");
    let good = std::fs::read(&library).unwrap();
    for at in [0x4100, good.len() - 0x4000] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&library, bad).unwrap();
        let outcome = freeze_command().arg("inspect").arg(&product).arg("verify").run();
        outcome.exits(1);
        assert!(outcome.stdout.contains("libz.1.dylib"), "{outcome}");
    }
}

#[test]
fn a_single_file_keeps_the_data_of_each_processor() {
    let (Some(pieces), Some(lipo)) = (Pieces::find(), llvm("llvm-lipo")) else { return };
    let spec = SPEC.replace("MODE", "onefile").replace("BUNDLE", "false");
    let project = two_sided(&pieces, &lipo).file("app.spec", spec);
    let outcome = pieces.run(&project, &["app.spec", "-y"]);
    outcome.success();
    assert!(!outcome.stderr.contains("warning"), "{outcome}");
    let product = project.path().join("dist/My App");
    check(&product, "universal2");
    assert_eq!(std::fs::read_link(project.path().join("dist/tool")).unwrap(), Path::new("My App"));
    let to = project.path().join("contents");
    freeze_command().arg("inspect").arg(&product).arg("extract").arg(&to).run().success();
    let text = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert_eq!((text("arm64/same.txt"), text("x86_64/same.txt")), ("arm64".into(), "x86-64".into()));
    assert!(to.join("arm64/arm.txt").exists() && !to.join("x86_64/arm.txt").exists());
    // The command line takes one of both.
    let outcome = pieces.run(&project, &["app.spec", "-y", "--target", "macos-x86_64"]);
    outcome.success();
    check(&product, "x86_64");
}

#[test]
fn what_does_not_fit_together_is_told() {
    let (Some(pieces), Some(lipo)) = (Pieces::find(), llvm("llvm-lipo")) else { return };
    let project = two_sided(&pieces, &lipo)
        .file("for-intel/arm.txt/inner.txt", "")
        .file("app.spec", SPEC.replace("MODE", "onedir").replace("BUNDLE", "false"));
    let outcome = pieces.run(&project, &["app.spec", "-y"]);
    outcome.exits(1);
    assert!(outcome.stderr.contains("`arm.txt` is a file for arm64 and a folder for x86_64"), "{outcome}");
    let outcome = pieces.run(&project, &["app.py", "-y", "--target", "macos-universal2", "--python", "arm"]);
    outcome.exits(1);
    assert!(outcome.stderr.contains("is for macos-aarch64, expected macos-x86_64"), "{outcome}");
    let spec = format!("{}architectures = [\"arm64\"]\n", "[app]\nentry = \"app.py\"\n[macos]\n");
    let project = project.file("one.spec", spec);
    let outcome =
        pieces.run(&project, &["one.spec", "-y", "--target", "macos-universal2", "--python", "arm"]);
    outcome.exits(1);
    assert!(outcome.stderr.contains("`architectures` of `[macos]` is arm64"), "{outcome}");
    assert!(!project.path().join("dist").exists(), "{outcome}");
    // A launcher for one processor cannot stand for both.
    let own = launcher("aarch64-apple-darwin", "launcher").unwrap();
    let python = pieces.python.display().to_string();
    let run = project.bare_command(["app.py", "-y", "--target", "macos-aarch64", "--python", &python]);
    let run = run.args(["--target-architecture", "universal2"]).env("FREEZE_BOOTLOADER", own);
    let outcome = run.env("PATH", &pieces.path).run();
    outcome.exits(1);
    assert!(outcome.stderr.contains("it is for another processor than macos-x86_64"), "{outcome}");
}
