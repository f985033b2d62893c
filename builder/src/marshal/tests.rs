//! Rewriting keeps the code, is idempotent, forgets who compiled it, and survives any input.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::*;

/// Interpreters to test with, those that `FREEZE_TEST_PYTHONS` names too: executable, minor version, stdlib.
fn pythons() -> Vec<(PathBuf, u8, PathBuf)> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let mut found = Vec::new();
    let versions = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
    let named = std::env::var_os("FREEZE_TEST_PYTHONS").unwrap_or_default();
    let named: Vec<PathBuf> = std::env::split_paths(&named).filter(|p| !p.as_os_str().is_empty()).collect();
    let candidates =
        versions.map(|e| e.path().join("bin/python3")).chain(["/usr/bin/python3".into()]).chain(named);
    for exe in candidates {
        let Ok(out) = Command::new(&exe)
            .args([
                "-I",
                "-c",
                "import sys, os; print(sys.version_info[1], os.path.dirname(os.__file__), sep='\\n')",
            ])
            .output()
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let mut lines = text.lines();
        let (minor, lib) = (lines.next().and_then(|l| l.parse().ok()), lines.next());
        if let (Some(minor @ 9..), Some(lib)) = (minor, lib) {
            found.push((exe, minor, PathBuf::from(lib)));
        }
    }
    found
}

fn pycs(lib: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = walkdir::WalkDir::new(lib)
        .into_iter()
        .flatten()
        .map(|e| e.into_path())
        .filter(|p| {
            let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.ends_with(".pyc")
                && !name.contains(".opt-")
                && !p.to_string_lossy().contains("site-packages")
        })
        .collect();
    found.sort();
    found
}

/// All with `FREEZE_TEST_ALL`, else a sample.
fn sample<T>(mut all: Vec<T>) -> Vec<T> {
    let step = if std::env::var_os("FREEZE_TEST_ALL").is_some() { 1 } else { (all.len() / 60).max(1) };
    let mut i = 0;
    all.retain(|_| {
        i += 1;
        (i - 1) % step == 0
    });
    all
}

#[test]
fn keeps_the_code_and_forgets_who_compiled_it() {
    for (exe, minor, lib) in pythons() {
        let dir = tempfile::tempdir().unwrap();
        let files = sample(pycs(&lib));
        let mut list = String::new();
        let mut rewritten = Vec::new();
        for (i, pyc) in files.iter().enumerate() {
            let bytes = std::fs::read(pyc).unwrap();
            let new = rewrite(&bytes[16..], (3, minor), "x/y.py")
                .unwrap_or_else(|e| panic!("{}: {e}", pyc.display()));
            assert!(rewrite(&new, (3, minor), "x/y.py").unwrap() == new, "not idempotent: {}", pyc.display());
            let out = dir.path().join(format!("{i}.new"));
            std::fs::write(&out, &new).unwrap();
            writeln!(
                list,
                "{}\t{}\t{}",
                pyc.display(),
                out.display(),
                dir.path().join(format!("{i}.fresh")).display()
            )
            .unwrap();
            rewritten.push(new);
        }
        for seed in ["1", "77"] {
            let mut child = Command::new(&exe)
                .args(["-W", "ignore", concat!(env!("CARGO_MANIFEST_DIR"), "/src/marshal/compare.py")])
                .env("PYTHONHASHSEED", seed)
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
            let out = child.wait_with_output().unwrap();
            assert!(out.status.success(), "3.{minor}: {}", String::from_utf8_lossy(&out.stderr));
            let mut compared = 0;
            for (i, new) in rewritten.iter().enumerate() {
                let Ok(fresh) = std::fs::read(dir.path().join(format!("{i}.fresh"))) else { continue };
                let fresh = rewrite(&fresh, (3, minor), "x/y.py").unwrap();
                assert!(
                    &fresh == new,
                    "3.{minor}, seed {seed}: another compile differs: {}",
                    files[i].display()
                );
                compared += 1;
            }
            assert!(compared > 0 || files.is_empty());
        }
    }
}

#[test]
fn tells_what_is_in_the_code() {
    let Some((exe, minor, _)) = pythons().pop() else { return };
    let script = "import marshal, sys; sys.stdout.buffer.write(marshal.dumps(compile(\
                  'import os.path\\ndef f(): return (1, \"zwölf\", b\"b\")', 'file.py', 'exec')))";
    let bytes = Command::new(exe).args(["-c", script]).output().unwrap().stdout;
    let m = decode(&bytes, minor).unwrap();
    let code = m.root().as_code().unwrap();
    assert_eq!(
        (&*code.filename(), &*code.name(), code.first_line()),
        ("file.py", "<module>", if minor > 10 { code.first_line() } else { 1 })
    );
    let names: Vec<_> = code.names().filter_map(|n| n.as_str()).collect();
    assert!(names.contains(&"os".into()) && names.contains(&"f".into()), "{names:?}");
    let f = m.codes().find(|c| c.name() == "f").unwrap();
    let tuple = f.consts().find(|c| c.items().len() == 3).unwrap();
    let items: Vec<_> = tuple.items().collect();
    assert_eq!(
        (items[0].as_int(), items[1].as_str(), items[2].as_bytes()),
        (Some(1), Some("zwölf".into()), Some(&b"b"[..]))
    );
    assert!(!f.code().is_empty() && !f.line_table().is_empty());
}

#[test]
fn damage_is_an_error_and_nothing_worse() {
    let Some((_, minor, lib)) = pythons().pop() else { return };
    let pyc = pycs(&lib).into_iter().find(|p| p.to_string_lossy().contains("/textwrap.")).unwrap();
    let good = std::fs::read(pyc).unwrap()[16..].to_vec();
    let mut state = 1u64;
    for _ in 0..3000 {
        let mut bad = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % bad.len();
            bad[at] = (state >> 20) as u8;
        }
        bad.truncate((state >> 40) as usize % bad.len() + good.len() / 2);
        if let Ok(new) = rewrite(&bad, (3, minor), "a.py") {
            assert_eq!(rewrite(&new, (3, minor), "a.py").unwrap(), new);
        }
    }
    // Deep, wide and self-containing inputs.
    assert!(decode(&[b")\x01".as_slice(); 5000].concat(), 12).is_err());
    assert!(decode(b"(\xff\xff\xff\x7f", 12).is_err());
    assert!(decode(b"\xa9\x01r\0\0\0\0", 12).is_err());
    assert!(decode(b"", 12).is_err());
    assert!(rewrite(b"N", (3, 12), "a.py").is_err());
    assert!(decode(b">\x01\0\0\0)\x01[\0\0\0\0", 12).is_err(), "a list in a tuple in a set");
    // Each level doubles what a naive writer would write.
    let mut bomb = vec![b')' | 0x80, 2, b'N', b'N'];
    for i in 0..1000u32 {
        let inner = std::mem::take(&mut bomb);
        bomb = [&[b')' | 0x80, 2][..], &inner, b"r", &(1000 - i).to_le_bytes()].concat();
        if let Err(e) = decode(&bomb, 12) {
            assert!(e.to_string().contains("reference"), "{e}");
            bomb = inner;
            break;
        }
    }
    assert!(decode(&bomb, 12).unwrap().encode().len() <= bomb.len() + 64);
}

#[test]
fn order_of_a_set_and_flags_do_not_matter() {
    let sets = [
        [b">\x02\0\0\0".as_slice(), b"z\x02ab", b"\xe9\x05\0\0\0"].concat(),
        [b"\xbe\x02\0\0\0".as_slice(), b"i\x05\0\0\0", b"\xfa\x02ab"].concat(),
    ];
    assert_eq!(decode(&sets[0], 12).unwrap().encode(), decode(&sets[1], 9).unwrap().encode());
}
