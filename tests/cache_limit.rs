//! The builder's cache stays below its limit, however many builds use it, and no build misses what it needs.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use harness::{Run, freeze_command, newest, scratch};

/// What lies in a folder, in bytes on the disk.
fn size(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.filter_map(|entry| entry.metadata().ok()).filter(|m| m.is_file()).map(|m| m.blocks() * 512).sum()
}

/// Bytes that no compression makes smaller, other ones for each number.
fn noise(number: usize) -> Vec<u8> {
    // The generator of Marsaglia, "Xorshift RNGs", 2003.
    let mut state = number as u64 * 2 + 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    });
    words.take((2 << 20) / 8).flat_map(u64::to_le_bytes).collect()
}

#[test]
fn many_builds_at_once_stay_below_the_limit() {
    const LIMIT: u64 = 48 << 20;
    let builds = if harness::full() { 300 } else { 24 };
    let folder = scratch("limit");
    let cache = folder.path().join("cache");
    let (next, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let build = |number: usize| {
        let project = folder.path().join(format!("p{number}"));
        std::fs::create_dir(&project).unwrap();
        std::fs::write(project.join("noise.bin"), noise(number)).unwrap();
        let code = format!(
            "import os\nprint({number}, os.path.getsize(os.path.join(os.path.dirname(__file__), 'noise.bin')))\n"
        );
        std::fs::write(project.join("app.py"), code).unwrap();
        let arguments = ["app.py", "--onefile", "--add-data", "noise.bin:.", "--distpath", "out", "--python"];
        let run = freeze_command().args(arguments).arg(&newest().exe).in_folder(&project);
        run.env("FREEZE_CACHE_DIR", &cache).env("FREEZE_CACHE_SIZE", "48M").run().success();
        Run::new(project.join("out/app")).run().prints(&format!("{number} {}\n", 2 << 20));
        std::fs::remove_dir_all(&project).unwrap();
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(usize::try_from(size(&cache)).unwrap(), Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= builds {
                            break;
                        }
                        build(number);
                    }
                })
            })
            .collect();
        let ended: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
    });
    let most = most.into_inner() as u64;
    assert!(most <= LIMIT && most > LIMIT / 4, "the cache held {most} bytes");
    // What was used last is still there: the next build of the same is a quick one.
    let shown = freeze_command().args(["cache", "show", "--json"]).env("FREEZE_CACHE_DIR", &cache).run();
    let shown: serde_json::Value = serde_json::from_str(&shown.success().stdout).unwrap();
    assert!(shown["bytes"].as_u64().unwrap() > LIMIT / 4);
    // As if the builds had ended an hour ago.
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    for entry in walkdir::WalkDir::new(cache.join("1/files")).into_iter().flatten() {
        if entry.file_type().is_file() {
            std::fs::File::options().append(true).open(entry.path()).unwrap().set_modified(then).unwrap();
        }
    }
    let pruned = freeze_command().args(["cache", "prune", "1M"]).env("FREEZE_CACHE_DIR", &cache).run();
    pruned.success();
    assert!(size(&cache.join("1/files")) < 2 << 20);
}

#[test]
fn a_limit_that_is_not_a_size_is_one_clear_error() {
    let folder = scratch("limit");
    std::fs::write(folder.path().join("app.py"), "print(1)\n").unwrap();
    let build = |limit: &str| {
        let run = freeze_command().args(["app.py", "--python"]).arg(&newest().exe).in_folder(folder.path());
        run.env("FREEZE_CACHE_SIZE", limit).env("FREEZE_CACHE_DIR", folder.path().join("cache")).run()
    };
    let outcome = build("much");
    assert!(!outcome.is_success(), "{outcome}");
    outcome.says(&["FREEZE_CACHE_SIZE", "`much` is not a size", "`5G`"]);
    assert!(!folder.path().join("dist").exists());
    build("0").success();
    Run::new(folder.path().join("dist/app/app")).run().prints("1\n");
    assert!(size(&folder.path().join("cache/1/files")) == 0);
}
