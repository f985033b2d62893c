//! Tests that an existing application is replaced completely or not at all.

use super::*;

#[test]
fn folders_change_places() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    for path in [&old, &new] {
        std::fs::create_dir(path).unwrap();
        std::fs::write(path.join(path.file_name().unwrap()), "x").unwrap();
    }
    replace(&new, &old).unwrap();
    assert!(old.join("new").exists() && !old.join("old").exists());
    // A file replaces a folder, and the other way round.
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    replace(&file, &old).unwrap();
    assert!(old.is_file());
    std::fs::create_dir(dir.path().join("again")).unwrap();
    replace(&dir.path().join("again"), &old).unwrap();
    assert!(old.is_dir());
}

#[test]
fn litter_is_swept_unless_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let litter = dir.path().join(format!("{TEMPORARY}dead"));
    std::fs::create_dir(&litter).unwrap();
    let used = Temporary::new(dir.path()).unwrap();
    let own = Temporary::new(dir.path()).unwrap();
    sweep(dir.path(), &own);
    assert!(!litter.exists() && used.path.exists() && own.path.exists());
    let path = own.path.clone();
    drop(own);
    assert!(!path.exists());
}
