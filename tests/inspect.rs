//! `freeze inspect`: lists, extracts and verifies what a frozen program holds.

use harness::{Mode, archive_range, freeze_command, hello, newest, scratch};

#[test]
fn contents_are_listed_with_sizes_and_reasons() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        for path in [&app.exe, &app.product] {
            let outcome = freeze_command().arg("inspect").arg(path).run();
            for needle in ["__main__", "encodings.utf_8", "libpython", "hello"] {
                assert!(outcome.success().stdout.contains(needle), "{needle}\n{outcome}");
            }
            let outcome = freeze_command().arg("inspect").arg(path).arg("--json").run();
            let value: serde_json::Value = serde_json::from_str(&outcome.success().stdout).unwrap();
            let text = value.to_string();
            assert!(text.contains("hello_app.py") && text.contains("encodings.utf_8"), "{outcome}");
        }
    }
}

#[test]
fn contents_can_be_extracted() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        let folder = scratch("extract");
        let to = folder.path().join("contents");
        freeze_command().arg("inspect").arg(&app.product).arg("extract").arg(&to).run().success();
        let tree = harness::Tree::of(&to);
        assert!(tree.0.keys().any(|p| p.to_string_lossy().contains("libpython")), "{tree}");
        assert!(tree.0.keys().any(|p| p.to_string_lossy().contains("utf_8")), "{tree}");
    }
}

#[test]
fn verification_finds_damage() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        freeze_command().arg("inspect").arg(&app.product).arg("verify").run().success();
        let folder = scratch("verify");
        let copy = folder.path().join("hello");
        harness::copy_tree(&app.product, &copy);
        let exe = if mode == Mode::Onefile { copy.clone() } else { copy.join("hello") };
        let mut bytes = std::fs::read(&exe).unwrap();
        let range = archive_range(&bytes);
        let at = range.start + range.len() / 3;
        bytes[at] ^= 1;
        std::fs::write(&exe, &bytes).unwrap();
        freeze_command().arg("inspect").arg(&copy).arg("verify").run().fails(&["damaged"]);
        bytes.truncate(range.start + range.len() / 2);
        std::fs::write(&exe, &bytes).unwrap();
        freeze_command().arg("inspect").arg(&copy).run().fails(&[]);
    }
}

#[test]
fn what_is_not_frozen_is_named() {
    let folder = scratch("none");
    freeze_command().args(["inspect", "/bin/true"]).run().fails(&["/bin/true"]);
    freeze_command().args(["inspect", "/nowhere"]).run().fails(&["/nowhere"]);
    freeze_command().arg("inspect").arg(folder.path()).run().fails(&["freeze-test-none"]);
}
