//! Damaged products: reported, or harmless; never run, never a crash, never a hang.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use freeze_archive::Archive;
use harness::{Frozen, Mode, Outcome, Random, Run, Sandbox, archive_range, hello, newest, scratch};

fn write(path: &Path, bytes: &[u8]) {
    // A new file: the one before may still be mapped by a child that is going away.
    let _ = std::fs::remove_file(path);
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn start(exe: &Path) -> Outcome {
    Run::new(exe).sandbox(Sandbox::without_python()).patience(Duration::from_secs(60)).run()
}

/// It works as ever, or says that it is damaged.
#[track_caller]
fn reported_or_harmless(outcome: &Outcome, expected: &str, what: &str) -> bool {
    if outcome.is_success() {
        assert_eq!(outcome.stdout, expected, "{what}\n{outcome}");
        return false;
    }
    outcome.fails(&[]);
    assert!(outcome.stderr.contains("damaged"), "{what}\n{outcome}");
    assert!(outcome.stdout.is_empty() || expected.starts_with(&outcome.stdout), "{what}\n{outcome}");
    true
}

/// Flips bytes one by one in a half of the places; two tests share the work.
fn flip(seed: u64, count: usize) {
    let app = hello(newest(), Mode::Onefile);
    let good = std::fs::read(&app.exe).unwrap();
    let range = archive_range(&good);
    let folder = scratch("flip");
    let exe = folder.path().join("app");
    let (mut random, mut reported) = (Random(seed), 0);
    for _ in 0..count {
        let at = range.start + random.below(range.len());
        let bit = random.below(8);
        let mut bad = good.clone();
        bad[at] ^= 1 << bit;
        write(&exe, &bad);
        let what = format!("bit {bit} of byte {at} (archive at {range:?})");
        reported += usize::from(reported_or_harmless(&start(&exe), &app.expected(), &what));
    }
    assert!(reported > 0, "not one of {count} flipped bits was noticed");
}

#[test]
fn a_flipped_bit_is_reported_or_harmless_first_half() {
    flip(1, 250);
}

#[test]
fn a_flipped_bit_is_reported_or_harmless_second_half() {
    flip(2, 250);
}

#[test]
fn a_flipped_byte_of_the_index_is_always_reported() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        let good = std::fs::read(&app.exe).unwrap();
        let index = index_start(&good);
        let mut random = Random(3);
        let (folder, product) = copy(&app);
        let exe = product.join(app.exe.strip_prefix(&app.product).unwrap());
        let exe = if mode == Mode::Onefile { product } else { exe };
        for i in 0..40 {
            // The last 64 bytes are the footer: each eighth of it gets a turn.
            let at = if i < 8 { good.len() - 64 + i * 8 } else { index + random.below(good.len() - index) };
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            write(&exe, &bad);
            let outcome = start(&exe);
            assert!(!outcome.is_success(), "byte {at}\n{outcome}");
            outcome.fails(&[]);
        }
        drop(folder);
    }
}

/// Where the index begins: behind the last blob.
fn index_start(bytes: &[u8]) -> usize {
    let archive = Archive::open(bytes).unwrap();
    let ends = (0..u32::try_from(archive.blob_count()).unwrap()).map(|id| {
        let stored = archive.blob(id).unwrap().stored;
        stored.as_ptr() as usize + stored.len() - bytes.as_ptr() as usize
    });
    // Padding may follow.
    ends.max().unwrap().next_multiple_of(16)
}

fn copy(app: &Frozen) -> (tempfile::TempDir, PathBuf) {
    let folder = scratch("copy");
    let product = folder.path().join(app.product.file_name().unwrap());
    harness::copy_tree(&app.product, &product);
    (folder, product)
}

#[test]
fn a_truncated_program_is_refused_at_every_length() {
    let app = hello(newest(), Mode::Onefile);
    let good = std::fs::read(&app.exe).unwrap();
    let start_of_archive = archive_range(&good).start;
    let folder = scratch("cut");
    let exe = folder.path().join("app");
    let mut random = Random(4);
    let mut lengths: Vec<usize> = [1, 2, 8, 63, 64, 65, 128, 4096].iter().map(|n| good.len() - n).collect();
    lengths.extend((0..40).map(|_| start_of_archive + random.below(good.len() - start_of_archive)));
    lengths.push(start_of_archive);
    for len in lengths {
        write(&exe, &good[..len]);
        let outcome = start(&exe);
        assert!(!outcome.is_success(), "cut to {len} bytes\n{outcome}");
        outcome.fails(&[]);
    }
}

#[test]
fn bytes_behind_the_archive_are_reported_or_harmless() {
    let app = hello(newest(), Mode::Onefile);
    let mut bytes = std::fs::read(&app.exe).unwrap();
    let folder = scratch("longer");
    let exe = folder.path().join("app");
    for more in [1, 64, 5000] {
        bytes.extend(std::iter::repeat_n(b'x', more));
        write(&exe, &bytes);
        let outcome = start(&exe);
        if outcome.is_success() {
            assert_eq!(outcome.stdout, app.expected());
        } else {
            outcome.fails(&[]);
        }
    }
}

#[test]
fn a_warm_cache_does_not_hide_damage() {
    // The same home: what was extracted by the good program must not be mixed with code of the bad one.
    let app = hello(newest(), Mode::Onefile);
    let good = std::fs::read(&app.exe).unwrap();
    let (folder, home) = (scratch("warm"), scratch("warm-home"));
    let exe = folder.path().join("app");
    let run = || Run::new(&exe).sandbox(Sandbox::without_python()).home(home.path()).run();
    write(&exe, &good);
    run().prints(&app.expected());
    let range = archive_range(&good);
    let mut random = Random(5);
    for _ in 0..60 {
        let at = range.start + random.below(range.len());
        let mut bad = good.clone();
        bad[at] = bad[at].wrapping_add(1);
        write(&exe, &bad);
        reported_or_harmless(&run(), &app.expected(), &format!("byte {at}"));
    }
    write(&exe, &good);
    run().prints(&app.expected());
}

#[test]
fn a_damaged_contents_folder_is_reported() {
    let app = hello(newest(), Mode::Onedir);
    let files: Vec<PathBuf> = walkdir::WalkDir::new(app.product.join("_internal"))
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| e.path().strip_prefix(&app.product).unwrap().to_owned())
        .collect();
    let library =
        files.iter().find(|f| f.to_string_lossy().contains("libpython")).expect("libpython is there");
    for change in ["missing", "empty", "cut", "folder missing"] {
        let (_folder, product) = copy(&app);
        let path = product.join(library);
        match change {
            "missing" => std::fs::remove_file(&path).unwrap(),
            "empty" => std::fs::write(&path, "").unwrap(),
            "cut" => {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
            _ => std::fs::remove_dir_all(product.join("_internal")).unwrap(),
        }
        let outcome = start(&product.join("hello"));
        if change == "folder missing" {
            outcome.fails(&["_internal", "missing", "hint:"]);
            assert_eq!(outcome.code(), Some(3), "{outcome}");
        } else {
            outcome.fails(&["libpython"]);
        }
    }
}

#[test]
fn a_damaged_cache_is_mended_or_reported() {
    let app = hello(newest(), Mode::Onefile);
    for change in ["missing", "empty", "cut", "no marker"] {
        let home = scratch("mend");
        let run = || {
            Run::new(&app.exe).sandbox(Sandbox::without_python()).home(home.path()).show(home.path()).run()
        };
        run().prints(&app.expected());
        let find = |wanted: &str| {
            let mut all =
                walkdir::WalkDir::new(home.path()).into_iter().flatten().filter(|e| e.file_type().is_file());
            all.find(|e| e.file_name().to_string_lossy().contains(wanted)).map(walkdir::DirEntry::into_path)
        };
        let library = find("libpython").expect("libpython is in the cache");
        match change {
            "missing" => std::fs::remove_file(&library).unwrap(),
            "no marker" => std::fs::remove_file(find(".complete").expect("the marker is there")).unwrap(),
            _ => {
                let bytes = std::fs::read(&library).unwrap();
                std::fs::remove_file(&library).unwrap();
                let kept = if change == "cut" { bytes.len() / 2 } else { 0 };
                std::fs::write(&library, &bytes[..kept]).unwrap();
            }
        }
        let outcome = run();
        if outcome.is_success() {
            assert_eq!(outcome.stdout, app.expected(), "{change}\n{outcome}");
        } else {
            // The message must lead out of it: the cache is the place to clear.
            outcome.fails(&[".cache"]);
        }
    }
}
