//! Many starts at once, some of them killed: no wrong output, no hang, no litter.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{Frozen, Mode, Project, full, newest, scratch};

const AT_ONCE: usize = 50;
/// How often so many start; with `FREEZE_TEST_FULL=1` more often.
fn rounds() -> usize {
    if full() { 10 } else { 4 }
}

fn app(extract: &str) -> (Frozen, String) {
    // What does not compress, so that the disk is busy for a while.
    let mut state = 1_u32;
    let data: Vec<u8> = (0..6 << 20)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let spec = format!(
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"{extract}\"\n\
         [[data]]\nfrom = \"data.bin\"\nto = \".\"\n"
    );
    // It says what it was given, after it has read a file, loaded libraries and started a child.
    let project = Project::of("storm/many_starts_at_once").file("app.spec", spec).file("data.bin", data);
    let app = project.freeze_spec_for(Mode::Onefile, newest());
    let outcome = app.command().arg("0").run();
    outcome.success();
    let expected = outcome.stdout.strip_prefix("0 ").unwrap().to_owned();
    (app, expected)
}

/// Starts the program over and over; every fifth start is killed at a moment that has to do with nothing.
fn storm(app: &Frozen, expected: &str, cache: &Path, temporary: &Path) {
    let mut random = 12_345_u64;
    for round in 0..rounds() {
        let started: Vec<_> = (0..AT_ONCE)
            .map(|i| {
                let number = (round * AT_ONCE + i).to_string();
                let run = app.command().env("FREEZE_APP_CACHE_DIR", cache).env("TMPDIR", temporary);
                (run.arg(&number).start(), number)
            })
            .collect();
        let mut killed = Vec::new();
        for (i, (start, _)) in started.iter().enumerate().filter(|(i, _)| i % 5 == 3) {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis((random >> 33) % 12));
            start.signal(libc::SIGKILL);
            killed.push(i);
        }
        for (i, (start, number)) in started.into_iter().enumerate() {
            let outcome = start.wait();
            if !killed.contains(&i) {
                outcome.prints(&format!("{number} {expected}"));
                assert_eq!(outcome.stderr, "", "{outcome}");
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
    all.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_storm_on_a_cold_and_on_a_warm_cache() {
    let (app, expected) = app("cache");
    let folder = scratch("storm");
    let (cache, temporary) = (folder.path().join("cache"), folder.path().join("tmp"));
    std::fs::create_dir_all(&temporary).unwrap();
    for _ in ["cold", "warm"] {
        storm(&app, &expected, &cache, &temporary);
        let left = entries(&cache.join("freeze/app"));
        assert!(left.iter().filter(|n| !n.starts_with('.')).count() == 1 && left.len() <= 2, "{left:?}");
        assert_eq!(entries(&temporary), [""; 0]);
    }
}

#[test]
fn a_storm_on_a_small_file_system() {
    let (app, expected) = app("cache");
    let folder = scratch("small");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs"])
        .arg(folder.path())
        .status()
        .is_ok_and(|s| s.success());
    assert!(mounted, "tests run as root");
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    storm(&app, &expected, &folder.path().join("cache"), &temporary);
    let left = entries(&folder.path().join("cache/freeze/app"));
    let in_temporary = entries(&temporary);
    let unmounted = Command::new("umount").arg(folder.path()).status().is_ok_and(|s| s.success());
    assert!(unmounted, "no program is left running");
    assert!(left.iter().filter(|n| !n.starts_with('.')).count() == 1 && left.len() <= 2, "{left:?}");
    assert_eq!(in_temporary, [""; 0]);
}

#[test]
fn a_storm_of_private_folders() {
    let (app, expected) = app("temp");
    let folder = scratch("private");
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    storm(&app, &expected, &folder.path().join("cache"), &temporary);
    // What killed ones have left is swept by the next start.
    app.command().env("TMPDIR", &temporary).arg("x").run().prints(&format!("x {expected}"));
    assert_eq!(entries(&temporary), [""; 0]);
    assert_eq!(entries(&folder.path().join("cache")), [""; 0]);
}
