//! Changes the structure of archives at random, with hashes that fit: the program runs, or exits with a message.
//!
//! It must not crash, hang or write outside its root, whatever the archive says.

mod mutate;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use harness::{
    Mode, Outcome, Parts, Random, Run, Sandbox, Tree, full, hello, make_reachable, newest, scratch,
};

/// Users that the programs run as, one for each place, so that files in shared folders can be assigned to one of them.
static USERS: AtomicU32 = AtomicU32::new(61_234);
/// How many mutations belong to a seed.
const EACH: u64 = 1000;
/// How many of the first seed are run where nothing else is asked for.
const FEW: u64 = 200;
/// Where every user may write.
const SHARED: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

#[test]
fn a_resealed_program_of_one_file_ends_in_order() {
    run(Mode::Onefile);
}

#[test]
fn a_resealed_program_in_a_folder_ends_in_order() {
    run(Mode::Onedir);
}

/// Seed and number of each mutation to be run.
fn wanted() -> Vec<(u64, u64)> {
    let whole = |seeds: std::ops::RangeInclusive<u64>| {
        seeds.flat_map(|seed| (0..EACH).map(move |n| (seed, n))).collect::<Vec<_>>()
    };
    let number = |text: &str| {
        text.parse::<u64>().expect("FREEZE_TEST_RESEAL is `SEED`, `FIRST-LAST` or `SEED:NUMBER`")
    };
    match std::env::var("FREEZE_TEST_RESEAL") {
        Ok(text) => match (text.split_once(':'), text.split_once('-')) {
            (Some((seed, n)), _) => vec![(number(seed), number(n))],
            (None, Some((first, last))) => whole(number(first)..=number(last)),
            (None, None) => whole(number(&text)..=number(&text)),
        },
        Err(_) if full() => whole(1..=10),
        Err(_) => (0..FEW).map(|n| (1, n)).collect(),
    }
}

fn run(mode: Mode) {
    let app = hello(newest(), mode);
    let parts = Parts::of(&std::fs::read(&app.exe).unwrap());
    let wanted = wanted();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let codes: Mutex<BTreeMap<i32, usize>> = Mutex::new(BTreeMap::new());
    let work = || {
        let place = Place::new(mode, &app.product);
        while let Some((seed, n)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
            let mut changed = parts.clone();
            let mut random = Random(seed << 32 | n);
            let done = mutate::mutate(&mut changed, &mut random);
            let (outcome, outside) = place.start(&changed.seal());
            *codes.lock().unwrap().entry(outcome.code().unwrap_or(-1)).or_default() += 1;
            if let Some(fault) = fault(&outcome).or(outside) {
                let how = format!("FREEZE_TEST_RESEAL={seed}:{n}, {}", mode.name());
                failures.lock().unwrap().push(format!("{how}: {fault}\n  {}\n{outcome}", done.join("\n  ")));
            }
            // Many failures mostly have one cause.
            if failures.lock().unwrap().len() >= 20 {
                break;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..if wanted.len() > 1000 { 2 } else { 1 } {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    let mut summary = String::new();
    for (code, count) in codes.into_inner().unwrap() {
        let _ = write!(summary, " {code}: {count}");
    }
    eprintln!("{} mutations of {}, by exit code:{summary}", wanted.len(), mode.name());
    assert!(
        failures.is_empty(),
        "{} of {} mutations:\n{}",
        failures.len(),
        wanted.len(),
        failures.join("\n")
    );
}

/// What must not happen, whatever the archive says.
fn fault(outcome: &Outcome) -> Option<String> {
    if outcome.hung {
        return Some("it hung".into());
    }
    if let Some(signal) = outcome.status.signal() {
        return Some(format!("signal {signal} ended it"));
    }
    if outcome.left_children {
        return Some("it left children".into());
    }
    if outcome.stderr.contains("panicked at") {
        return Some("it panicked".into());
    }
    (!outcome.is_success() && outcome.stderr.trim().is_empty()).then(|| "it failed without a word".into())
}

/// Where programs run, and what they can write to.
struct Place {
    folder: tempfile::TempDir,
    mode: Mode,
    user: u32,
    exe: PathBuf,
    home: PathBuf,
    /// The product of a folder, as it was.
    before: Tree,
}

impl Place {
    fn new(mode: Mode, product: &Path) -> Place {
        let folder = scratch("reseal");
        make_reachable(folder.path());
        let mut exe = folder.path().join("app");
        let home = folder.path().join("home");
        if mode == Mode::Onedir {
            harness::copy_tree(product, &exe);
            exe.push(product.file_name().unwrap());
        }
        let user = USERS.fetch_add(1, Ordering::Relaxed);
        let place = Place { folder, mode, user, exe, home, before: Tree(BTreeMap::new()) };
        place.write(&[]);
        // The program may write to its own folder: it must not.
        if mode == Mode::Onedir {
            for entry in walkdir::WalkDir::new(place.folder.path().join("app")) {
                std::os::unix::fs::lchown(entry.unwrap().path(), Some(user), Some(user)).unwrap();
            }
        }
        let before = place.product();
        Place { before, ..place }
    }

    fn write(&self, bytes: &[u8]) {
        let _ = std::fs::remove_file(&self.exe);
        std::fs::write(&self.exe, bytes).unwrap();
        std::fs::set_permissions(&self.exe, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// The product without the executable, which changes.
    fn product(&self) -> Tree {
        let mut tree = Tree::of(&self.folder.path().join("app"));
        tree.0.remove(Path::new(self.exe.file_name().unwrap()));
        tree
    }

    /// Starts a program, and tells what it has written where it must not.
    fn start(&self, bytes: &[u8]) -> (Outcome, Option<String>) {
        let _ = std::fs::remove_dir_all(&self.home);
        let temporary = self.home.join("tmp");
        for folder in [&self.home, &temporary] {
            std::fs::create_dir(folder).unwrap();
            chown(folder, Some(self.user), Some(self.user)).unwrap();
        }
        self.write(bytes);
        let sandbox = Sandbox {
            user: Some(self.user),
            file_limit: Some(256 << 20),
            memory_limit: Some(2 << 30),
            ..Sandbox::default()
        };
        let run = Run::new(&self.exe).sandbox(sandbox).home(&self.home).env("TMPDIR", &temporary);
        let outcome = run.in_folder(&self.home).patience(Duration::from_secs(30)).run();
        let outside = self.outside();
        (outcome, outside)
    }

    fn outside(&self) -> Option<String> {
        let product = self.product();
        if self.mode == Mode::Onedir && product != self.before {
            return Some(format!("it changed its own folder:\n{product}"));
        }
        let is_version = |name: &str| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        for (path, what) in Tree::of(&self.home).0 {
            let names: Vec<_> = path.iter().map(|n| n.to_string_lossy().into_owned()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let allowed = match &names[..] {
                ["tmp"] => true,
                [".cache"] | [".cache", "freeze"] | [".cache", "freeze", _] => self.mode == Mode::Onefile,
                [".cache", "freeze", _, version, ..] => self.mode == Mode::Onefile && is_version(version),
                _ => false,
            };
            if !allowed || (what.starts_with("-> ") && what.contains('/')) {
                return Some(format!("it made `{}` ({what}) in its home", path.display()));
            }
        }
        let shared =
            SHARED.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
        let own = shared.filter(|entry| entry.metadata().is_ok_and(|m| m.uid() == self.user));
        let made: Vec<PathBuf> = own.map(|entry| entry.path()).collect();
        // All of them go, so that the next program is not blamed.
        for path in &made {
            let _ = std::fs::remove_file(path).or_else(|_| std::fs::remove_dir_all(path));
        }
        if !made.is_empty() {
            return Some(format!("it made {made:?}"));
        }
        None
    }
}
