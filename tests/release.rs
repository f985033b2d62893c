//! The packages of a release, made from the programs of this build.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Project, Run, freeze, newest, root, scratch, venv};

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Packs a release for this platform.
fn pack(out: &Path, more: &[&str]) -> harness::Outcome {
    let file = root().join("builder/release/requirements.txt");
    let tools = venv(newest(), &std::fs::read_to_string(file).unwrap());
    let programs = freeze().parent().unwrap();
    Run::new(tools.python())
        .arg(root().join("builder/release/pack.py"))
        .arg("--host")
        .arg(freeze())
        .arg("--out")
        .arg(out)
        .args(more)
        .arg(format!("{TARGET}={}", programs.display()))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", std::env::var_os("HOME").unwrap_or_default())
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .run()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn only(folder: &Path, end: &str) -> PathBuf {
    let mut found = names(folder).into_iter().filter(|name| name.ends_with(end));
    let name = found.next().unwrap_or_else(|| panic!("no *{end} in {:?}", names(folder)));
    assert_eq!(found.next(), None);
    folder.join(name)
}

/// Output of a command that succeeds.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn packages_contain_programs_pages_and_completions() {
    let folder = scratch("release");
    let out = folder.path().join("dist");
    pack(&out, &[]).success();
    output(Command::new("sha256sum").args(["--quiet", "-c", "SHA256SUMS"]).current_dir(&out));

    output(
        Command::new("tar")
            .arg("-xf")
            .arg(only(&out, &format!("{TARGET}.tar.gz")))
            .current_dir(folder.path()),
    );
    let top = folder.path().join(format!("freeze-{}-{TARGET}", env!("CARGO_PKG_VERSION")));
    for page in ["freeze", "freeze-app", "freeze-init", "freeze-man"] {
        assert!(std::fs::metadata(top.join(format!("share/man/man1/{page}.1"))).unwrap().len() > 0, "{page}");
    }
    let bash = std::fs::read_to_string(top.join("share/bash-completion/completions/freeze")).unwrap();
    assert!(bash.contains("--onefile"), "{bash}");
    let project = Project::script("print('from a tarball')");
    let run = Run::new(top.join("bin/freeze-app")).args(["app.py", "--python"]).arg(&newest().exe);
    let outcome = run.in_folder(project.path()).run();
    project.moved(harness::Mode::Onedir, "app", outcome).command().run().prints("from a tarball\n");

    let deb = only(&out, "_amd64.deb");
    let listed = output(Command::new("dpkg-deb").arg("-c").arg(&deb));
    for line in
        ["-rwxr-xr-x root/root", " ./usr/bin/freeze-app -> freeze\n", " ./usr/share/man/man1/freeze-why.1\n"]
    {
        assert!(listed.contains(line), "{line} in {listed}");
    }
    let depends = output(Command::new("dpkg-deb").args(["-f"]).arg(&deb).arg("Depends"));
    assert_eq!(depends, "libc6 (>= 2.17)\n");
    let bill: serde_json::Value =
        serde_json::from_slice(&std::fs::read(only(&out, ".cdx.json")).unwrap()).unwrap();
    let components: Vec<&str> =
        bill["components"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    for name in ["freeze-launcher", "freeze-launcher-twin", "zstd-sys"] {
        assert!(components.contains(&name), "{name} in {components:?}");
    }
    assert!(!components.contains(&"windows-sys"), "{components:?}");
}

#[test]
fn a_release_has_the_same_bytes_in_another_folder() {
    let folder = scratch("release");
    let both = ["one", "two"].map(|name| folder.path().join(name));
    for out in &both {
        pack(out, &["--url", "https://example.org/v1"]).success();
    }
    assert_eq!(names(&both[0]), names(&both[1]));
    for name in names(&both[0]) {
        assert!(
            std::fs::read(both[0].join(&name)).unwrap() == std::fs::read(both[1].join(&name)).unwrap(),
            "{name}"
        );
    }
    let expected = names(&both[0]);
    assert!(expected.contains("Freeze.Freeze.yaml"), "{expected:?}");
    assert!(!expected.contains("scoop.json"), "there is no archive for Windows: {expected:?}");
}

#[test]
fn a_failed_signature_keeps_the_previous_release() {
    let folder = scratch("release");
    let out = folder.path().join("dist");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("previous"), "").unwrap();
    pack(&out, &["--sign", "false"]).fails(&["error: `false ", "wrote no signature next to the sums"]);
    assert_eq!(names(&out), BTreeSet::from(["previous".to_owned()]));
    assert_eq!(names(folder.path()), BTreeSet::from(["dist".to_owned()]));
}
