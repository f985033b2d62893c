//! Tests that an application is listed, extracted and verified, and that damage is detected and reported.

use std::process::Command;

use super::*;
use crate::archive::tests::case;
use crate::spec::Mode;

#[test]
fn onefile_is_read_back() {
    let Some(mut case) = case(Mode::Onefile) else { return };
    case.request.modules.source = vec!["pkg.*".into()];
    let published = case.publish(&case.store());
    let product = Product::open(&published.program).unwrap();
    let listing = product.list().unwrap();
    assert_eq!((listing.mode.as_str(), listing.size), ("onefile", published.size));
    assert_eq!(listing.programs["demo"], "app.py");
    let module = listing.modules.iter().find(|m| m.name == "pkg.mod").unwrap();
    assert!(module.source && module.size > module.stored && module.why[0].from == "__main__");
    let file = listing.files.iter().find(|f| f.path == "pkg/data.txt").unwrap();
    assert_eq!((file.kind, file.size, file.why[0].from.as_str()), ("data", 5000, "pkg"));
    serde_json::to_string(&listing).unwrap();
    assert_eq!(product.verify().unwrap(), []);

    let out = case.dir.path().join("out");
    let extracted = product.extract(&out).unwrap();
    assert!(extracted.modules >= 5 && extracted.files >= 6, "{extracted:?}");
    assert_eq!(std::fs::read(out.join("pkg/data.txt")).unwrap(), "data ".repeat(1000).into_bytes());
    assert_eq!(std::fs::read_link(out.join("libp.so")).unwrap(), Path::new("libpython.so"));
    let run = Command::new(&case.python.executable).arg("app.pyc").current_dir(&out).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stdout), "hello\n", "{}", String::from_utf8_lossy(&run.stderr));
    assert!(product.extract(&out).unwrap_err().message.contains("not empty"));
}

#[test]
fn damage_is_named() {
    let Some(case) = case(Mode::Onefile) else { return };
    let published = case.publish(&case.store());
    let good = std::fs::read(&published.program).unwrap();
    let archive = Archive::open(&good).unwrap();
    let id = archive.find_file(b"pkg/data.txt").unwrap().blob.unwrap();
    let stored = archive.blob(id).unwrap().stored;
    let at = stored.as_ptr() as usize - good.as_ptr() as usize;
    let mut bad = good.clone();
    bad[at] ^= 1;
    let path = case.dir.path().join("bad");
    std::fs::write(&path, &bad).unwrap();
    let problems = Product::open(&path).unwrap().verify().unwrap();
    assert!(problems.iter().any(|p| p.name == "pkg/data.txt" && p.message.contains("hash")), "{problems:?}");
    for len in [0, 10, good.len() / 2, good.len() - 1] {
        std::fs::write(&path, &good[..len]).unwrap();
        let error = Product::open(&path).unwrap_err();
        assert!(error.message.contains("bad`"), "{error}");
    }
    assert!(Product::open(&case.dir.path().join("none")).is_err());
    assert!(Product::open(case.dir.path()).unwrap_err().message.contains("no program"));
}

#[test]
fn onedir_is_read_back() {
    let Some(case) = case(Mode::Onedir) else { return };
    let published = case.publish(&case.store());
    let product = Product::open(&published.path).unwrap();
    let listing = product.list().unwrap();
    let file = listing.files.iter().find(|f| f.path == "pkg/data.txt").unwrap();
    assert_eq!((file.size, file.stored), (5000, None));
    assert_eq!(product.verify().unwrap(), []);
    let data = published.path.join("_internal/pkg/data.txt");
    std::fs::write(&data, "other").unwrap();
    assert!(product.verify().unwrap()[0].message.contains("is not the file that was built"));
    std::fs::remove_file(&data).unwrap();
    assert!(product.verify().unwrap()[0].message.starts_with("failed to read"));
}
