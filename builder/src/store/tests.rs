//! Stored values are found again by later and concurrent builds, and no state of the folder stops a build.

use std::time::{Duration, Instant};

use super::*;

const KEY: Hash = [7; 32];

/// Returns whether small records are unavailable. LMDB maps a file beyond its current length, which wine
/// does not support. The cache is then read-only, a case that other tests cover.
fn is_without_records() -> bool {
    cfg!(windows) && std::env::var_os("WINECONFIGDIR").is_some()
}

#[test]
fn keeps_values_beyond_the_build() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let large = vec![9u8; INLINE + 1];
    {
        let store = Store::open(dir.path()).unwrap();
        store.put(Bucket::Imports, &KEY, b"small");
        store.put(Bucket::Blob, &KEY, &large);
        let path = store.put_file(Bucket::Prepared, &KEY, b"file").unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"file");
        assert_eq!(store.get(Bucket::Imports, &KEY).unwrap(), b"small");
        store.flush();
        assert_eq!(store.get(Bucket::Imports, &KEY).unwrap(), b"small");
        assert_eq!(store.get(Bucket::Code, &KEY), None);
    }
    let store = Store::open(dir.path()).unwrap();
    assert!(store.is_persistent());
    assert_eq!(store.get(Bucket::Imports, &KEY).unwrap(), b"small");
    assert_eq!(store.get(Bucket::Blob, &KEY).unwrap(), large);
    assert_eq!(std::fs::read(store.get_file(Bucket::Prepared, &KEY).unwrap()).unwrap(), b"file");
    assert_eq!(store.get_file(Bucket::Imports, &KEY), None);
    let usage = usage(dir.path()).unwrap();
    assert_eq!(usage.buckets.iter().map(|b| b.1).sum::<u64>(), 3);
    assert!(clear(dir.path()).unwrap_err().to_string().contains("in use"));
    drop(store);
    // A program started by another test holds the lock as well, from its fork to its exec.
    let end = Instant::now() + Duration::from_secs(30);
    while let Err(error) = clear(dir.path()) {
        assert!(error.to_string().contains("in use") && Instant::now() < end, "{error}");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(Store::open(dir.path()).unwrap().get(Bucket::Imports, &KEY), None);
}

#[test]
fn a_cut_or_missing_file_is_a_miss() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let path = store.put_file(Bucket::Prepared, &KEY, b"whole").unwrap();
    std::fs::write(&path, b"cut").unwrap();
    assert_eq!(store.get_file(Bucket::Prepared, &KEY), None);
    assert_eq!(store.get(Bucket::Prepared, &KEY), None);
    store.put_file(Bucket::Prepared, &KEY, b"whole").unwrap();
    assert_eq!(store.get(Bucket::Prepared, &KEY).unwrap(), b"whole");
}

#[test]
fn a_damaged_database_is_set_aside() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let records = dir.path().join(LAYOUT).join("records");
    std::fs::create_dir_all(&records).unwrap();
    std::fs::write(records.join("data.mdb"), vec![0xff; 100_000]).unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.put(Bucket::Imports, &KEY, b"x");
    drop(store);
    assert_eq!(Store::open(dir.path()).unwrap().get(Bucket::Imports, &KEY).unwrap(), b"x");
}

#[test]
fn a_folder_that_cannot_be_used_only_makes_it_slower() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, b"not a folder").unwrap();
    let store = Store::open(&file.join("cache")).unwrap();
    assert!(!store.is_persistent());
    store.put(Bucket::Imports, &KEY, b"x");
    assert_eq!(store.get(Bucket::Imports, &KEY).unwrap(), b"x");
    let path = store.put_file(Bucket::Prepared, &KEY, b"y").unwrap();
    assert_eq!(store.get_file(Bucket::Prepared, &KEY), Some(path.clone()));
    assert_eq!(store.get(Bucket::Prepared, &KEY).unwrap(), b"y");
    drop(store);
    assert!(!path.exists());
}

#[test]
fn a_changed_file_has_another_hash() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("cache")).unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, b"one").unwrap();
    assert_eq!(store.file_hash(&file).unwrap(), *blake3::hash(b"one").as_bytes());
    std::fs::write(&file, b"three").unwrap();
    assert_eq!(store.file_hash(&file).unwrap(), *blake3::hash(b"three").as_bytes());
    assert!(lock(&store.shared.young).len() == 2, "a file this young is not to be remembered");
    let error = store.file_hash(&dir.path().join("none")).unwrap_err();
    assert!(error.message.starts_with("failed to read `"), "{error}");
}

/// Moves the last use of a file into the past.
fn set_back(path: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
}

#[test]
fn the_oldest_go_first() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    {
        let store = Store::open(dir.path()).unwrap();
        for i in 0..10u8 {
            let path = store.put_file(Bucket::Prepared, &[i; 32], &[i; 40_000]).unwrap();
            set_back(&path, 40 - u64::from(i));
        }
        let folder = store.folder(&KEY, |new| Ok(std::fs::write(new.join("a"), [0; 40_000])?)).unwrap();
        set_back(&folder.with_extension("used"), 50);
    }
    let store = Store::open(dir.path()).unwrap();
    // A value that this build uses stays, regardless of its age.
    assert!(store.get_file(Bucket::Prepared, &[2; 32]).is_some());
    let (bounds, records) = (store.shared.bounds.as_ref().unwrap(), store.shared.records.as_ref().unwrap());
    bounds.sweep(records, records.bytes() + 5 * 40_960);
    let left: Vec<_> = (0..10u8).filter(|i| store.get_file(Bucket::Prepared, &[*i; 32]).is_some()).collect();
    assert_eq!(left, [2, 6, 7, 8, 9]);
    assert!(store.kept_folder(&KEY).is_none());
}

#[test]
fn the_limit_holds_while_builds_store_and_use() {
    if is_without_records() {
        return;
    }
    const LIMIT: u64 = 4 << 20;
    let dir = tempfile::tempdir().unwrap();
    let value = |i: u8| vec![i; 100_000];
    for round in 0..12u8 {
        let store = Store::open_within(dir.path(), LIMIT);
        let mut taken = Vec::new();
        for i in 0..10u8 {
            let key = [round * 10 + i; 32];
            taken.push((i, store.put_file(Bucket::Prepared, &key, &value(i)).unwrap()));
            assert!(usage(dir.path()).unwrap().bytes <= LIMIT, "round {round}");
        }
        // Values that the build has stored or read stay as long as it runs.
        for (i, path) in taken {
            assert_eq!(std::fs::read(path).unwrap(), value(i));
        }
        drop(store);
        for entry in walkdir::WalkDir::new(dir.path().join(LAYOUT).join("files")).into_iter().flatten() {
            if entry.file_type().is_file() {
                set_back(entry.path(), 1);
            }
        }
    }
}

#[test]
fn what_has_no_room_serves_this_build_only() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_within(dir.path(), 0);
    let path = store.put_file(Bucket::Prepared, &KEY, &[1; 10_000]).unwrap();
    store.put(Bucket::Blob, &KEY, &vec![2; INLINE + 1]);
    assert!(!path.starts_with(dir.path()) && store.get(Bucket::Blob, &KEY).is_none());
    assert_eq!(store.get(Bucket::Prepared, &KEY).unwrap(), [1; 10_000]);
    let folder = store.folder(&KEY, |new| Ok(std::fs::write(new.join("a"), "b")?)).unwrap();
    assert!(folder.join("a").exists());
    drop(store);
    assert!(!path.exists() && !folder.exists());
}

#[test]
fn many_threads_and_stores_at_once() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for t in 0..8u8 {
            let root = dir.path();
            scope.spawn(move || {
                for round in 0..5u8 {
                    let store = Store::open(root).unwrap();
                    for i in 0..50u8 {
                        let key = [i; 32];
                        store.put(Bucket::Imports, &key, &[i; 10]);
                        assert_eq!(store.get(Bucket::Imports, &key).unwrap(), [i; 10], "{t} {round}");
                    }
                    store.flush();
                }
            });
        }
    });
    let store = Store::open(dir.path()).unwrap();
    assert!((0..50u8).all(|i| store.get(Bucket::Imports, &[i; 32]).is_some()));
}

#[test]
fn a_store_made_afresh_gets_its_own_only_and_removes_nothing() {
    if is_without_records() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let earlier = Store::open(dir.path()).unwrap();
    earlier.put(Bucket::Imports, &KEY, b"old");
    earlier.put(Bucket::Imports, &[8; 32], b"another's");
    let path = earlier.put_file(Bucket::Prepared, &KEY, b"spoilt").unwrap();
    let fresh = earlier.clone().ignoring_existing();
    assert_eq!((fresh.get(Bucket::Imports, &KEY), fresh.get_file(Bucket::Prepared, &KEY)), (None, None));
    fresh.put(Bucket::Imports, &KEY, b"new");
    assert_eq!(fresh.clone().get(Bucket::Imports, &KEY).unwrap(), b"new");
    assert_eq!(fresh.get(Bucket::Imports, &[8; 32]), None);
    // A file of the same length is written again, and a file that is already open keeps its content.
    let mut open = File::open(&path).unwrap();
    assert_eq!(fresh.put_file(Bucket::Prepared, &KEY, b"mended").unwrap(), path);
    let mut kept = String::new();
    std::io::Read::read_to_string(&mut open, &mut kept).unwrap();
    assert_eq!((kept.as_str(), std::fs::read(&path).unwrap().as_slice()), ("spoilt", &b"mended"[..]));
    assert_eq!(earlier.get(Bucket::Imports, &KEY).unwrap(), b"new");
    assert_eq!(earlier.get(Bucket::Imports, &[8; 32]).unwrap(), b"another's");
}
