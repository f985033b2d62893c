//! Where onefile programs put their files: a cache that many starts share, that a kill does not harm, and that
//! need not be there.

use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::time::Duration;

use harness::{Frozen, Mode, Program, Project, Run, Tree, hello, interpreters, newest, root, scratch};

const SOMEBODY: u32 = 12345;
const ANOTHER: u32 = 12346;

fn run_as(app: &Frozen, user: u32, home: &Path) -> Run {
    app.command().home(home).show(home).with_sandbox(|s| s.user = Some(user))
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// Folders in the app's cache: one for each version, when all is well.
fn versions(home: &Path) -> Vec<String> {
    let folder = home.join(".cache/freeze/hello");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn leftovers(run: &Run) -> Vec<std::ffi::OsString> {
    let folder = run.own_home().join("tmp");
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.file_name()).collect()
}

#[test]
fn a_second_start_uses_what_the_first_has_extracted() {
    for interpreter in interpreters() {
        let app = hello(interpreter, Mode::Onefile);
        let home = scratch("home");
        let run = || app.command().home(home.path()).run();
        run().prints(&app.expected());
        let first = Tree::of(home.path());
        assert!(!first.0.is_empty());
        run().prints(&app.expected());
        let second = Tree::of(home.path());
        assert_eq!(first.0.keys().collect::<Vec<_>>(), second.0.keys().collect::<Vec<_>>());
        assert_eq!(versions(home.path()).len(), 1, "{second}");
        // What lies in the cache is nobody else's to read or change.
        let folder = home.path().join(".cache/freeze/hello").join(&versions(home.path())[0]);
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o077, 0, "{second}");
    }
}

#[test]
fn a_onedir_program_writes_nothing() {
    for interpreter in interpreters() {
        let app = hello(interpreter, Mode::Onedir);
        let home = scratch("home");
        app.command().home(home.path()).run().prints(&app.expected());
        assert!(Tree::of(home.path()).0.is_empty(), "{}", Tree::of(home.path()));
    }
}

#[test]
fn two_hundred_starts_at_once_on_a_cold_cache() {
    let app = hello(newest(), Mode::Onefile);
    let home = scratch("home");
    let started: Vec<_> = (0..200).map(|_| app.command().home(home.path()).start()).collect();
    for one in started {
        one.wait().prints(&app.expected());
    }
    assert_eq!(versions(home.path()).len(), 1, "litter stays: {:?}", versions(home.path()));
    app.command().home(home.path()).run().prints(&app.expected());
}

#[test]
fn killed_at_random_moments_of_the_first_start() {
    let app = hello(newest(), Mode::Onefile);
    let home = scratch("home");
    let begun = std::time::Instant::now();
    app.command().run().success();
    let whole = begun.elapsed();
    for i in 0..60_u32 {
        let _ = std::fs::remove_dir_all(home.path().join(".cache"));
        let started = app.command().home(home.path()).start();
        std::thread::sleep(whole * ((i * 37) % 60) / 60);
        started.signal(libc::SIGKILL);
        started.wait();
        // The next start is good at once, whatever the one before has left.
        app.command().home(home.path()).show(home.path()).run().prints(&app.expected());
    }
    assert_eq!(versions(home.path()).len(), 1, "litter stays: {:?}", versions(home.path()));
}

#[test]
fn litter_of_killed_starts_is_swept() {
    let app = hello(newest(), Mode::Onefile);
    let home = scratch("home");
    for i in 1..30 {
        let started = app.command().home(home.path()).start();
        std::thread::sleep(Duration::from_millis(i));
        started.signal(libc::SIGKILL);
        started.wait();
    }
    app.command().home(home.path()).run().prints(&app.expected());
    // What is young may belong to a start that goes on at this moment: litter is what has grown old.
    let cache = home.path().join(".cache/freeze/hello");
    let aged = std::process::Command::new("find")
        .arg(&cache)
        .args(["-exec", "touch", "-d", "-3 days", "{}", "+"])
        .status();
    assert!(aged.unwrap().success());
    app.command().home(home.path()).run().prints(&app.expected());
    assert_eq!(versions(home.path()).len(), 1, "litter stays: {:?}", versions(home.path()));
}

#[test]
fn a_cache_that_cannot_be_written_is_not_needed() {
    let app = hello(newest(), Mode::Onefile);
    // A home folder of somebody else, which can be read.
    let home = scratch("home");
    mode(home.path(), 0o755);
    let run = run_as(&app, SOMEBODY, home.path());
    let temporary = run.own_home();
    run.run().prints(&app.expected());
    assert!(Tree::of(home.path()).0.is_empty());
    assert!(!temporary.exists() || Tree::of(&temporary).0.len() <= 1);
    // One that cannot even be entered.
    mode(home.path(), 0o700);
    run_as(&app, SOMEBODY, home.path()).in_folder("/").run().prints(&app.expected());
    // A read-only file system.
    let run = app.command().home(home.path()).with_sandbox(|s| s.read_only.push(home.path().to_owned()));
    run.run().prints(&app.expected());
    // A file where the folder should be.
    std::fs::write(home.path().join(".cache"), "in the way").unwrap();
    app.command().home(home.path()).run().prints(&app.expected());
}

#[test]
fn a_temporary_copy_is_removed_at_the_end() {
    let source = "import sys, os; print(os.path.isdir(sys._MEIPASS) or len(sys._MEIPASS) > 0); sys.exit(int(sys.argv[1]))";
    for (extract, writes) in [("temp", true), ("memory", false)] {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"{extract}\"\n"
        );
        let app = Project::script(source).file("app.spec", spec).freeze_spec(Mode::Onefile);
        for code in [0, 3] {
            let run = app.command().arg(code.to_string());
            let home = run.own_home();
            let started = run.start();
            let outcome = started.wait();
            outcome.exits(code);
            let tree = Tree::of(&home);
            // The run's own empty folder for temporary files is all that is left, as long as it is there itself.
            assert!(tree.0.len() <= 1, "{extract} ({writes}) leaves\n{tree}{outcome}");
        }
    }
}

#[test]
fn a_folder_of_another_user_is_not_trusted() {
    let app = hello(newest(), Mode::Onefile);
    // The other user has prepared a complete cache, with a library of theirs.
    let home = scratch("home");
    mode(home.path(), 0o777);
    run_as(&app, ANOTHER, home.path()).run().prints(&app.expected());
    for entry in walkdir::WalkDir::new(home.path()).into_iter().flatten() {
        let meta = entry.metadata().unwrap();
        if meta.is_dir() {
            mode(entry.path(), 0o777);
        } else if entry.file_name().to_string_lossy().contains("libpython") {
            std::fs::write(entry.path(), "malice").unwrap();
            mode(entry.path(), 0o777);
        }
    }
    let before = Tree::of(home.path());
    run_as(&app, SOMEBODY, home.path()).run().prints(&app.expected());
    app.command().home(home.path()).run().prints(&app.expected());
    drop(before);
    // And one that is a link to elsewhere.
    let home = scratch("home");
    let other = scratch("other");
    mode(home.path(), 0o755);
    mode(other.path(), 0o777);
    std::fs::create_dir_all(home.path().join(".cache")).unwrap();
    symlink(other.path(), home.path().join(".cache/freeze")).unwrap();
    chown(other.path(), Some(ANOTHER), Some(ANOTHER)).unwrap();
    run_as(&app, SOMEBODY, home.path()).run().prints(&app.expected());
}

#[test]
fn a_full_disk_is_not_fatal_while_there_is_another() {
    let app = hello(newest(), Mode::Onefile);
    for size in ["size=8k", "size=64k", "size=1m", "size=4m"] {
        let home = scratch("home");
        let full = || (home.path().to_owned(), size.to_owned(), true);
        let run = app.command().home(home.path()).with_sandbox(|s| s.tmpfs.push(full()));
        run.run().prints(&app.expected());
        // With no room for temporary files either it works or says why.
        let run = app.command().home(home.path()).env("TMPDIR", home.path());
        let outcome = run.with_sandbox(|s| {
            s.tmpfs.push(full());
            s.tmpfs.push(("/dev/shm".into(), size.to_owned(), true));
            s.tmpfs.push(("/var/tmp".into(), size.to_owned(), true));
        });
        let outcome = outcome.run();
        if outcome.is_success() {
            assert_eq!(outcome.stdout, app.expected());
        } else {
            outcome.fails(&["space"]);
        }
    }
}

#[test]
fn a_cache_without_permission_to_execute_is_passed_over() {
    let app = hello(newest(), Mode::Onefile);
    let home = scratch("home");
    let noexec = (home.path().to_owned(), "size=200m".to_owned(), false);
    let run = app.command().home(home.path()).with_sandbox(|s| s.tmpfs.push(noexec.clone()));
    run.run().prints(&app.expected());
    // Nowhere to execute from: it works (from memory) or says why.
    let run = app.command().home(home.path()).env("TMPDIR", home.path()).with_sandbox(|s| {
        s.tmpfs.push(noexec);
        for folder in ["/dev/shm", "/var/tmp"] {
            s.tmpfs.push((folder.into(), "size=200m".into(), false));
        }
    });
    let outcome = run.run();
    if outcome.is_success() {
        assert_eq!(outcome.stdout, app.expected());
    } else {
        outcome.fails(&["noexec"]);
    }
}

#[test]
fn no_home_folder_is_needed() {
    let app = hello(newest(), Mode::Onefile);
    app.command().env_remove("HOME").run().prints(&app.expected());
    for odd in ["", "relative/folder", "/nowhere/at/all", "/dev/null"] {
        app.command().env("HOME", odd).run().prints(&app.expected());
        app.command().env("XDG_CACHE_HOME", odd).run().prints(&app.expected());
    }
    let run = app.command();
    let home = run.own_home();
    run.env("HOME", "relative").run().prints(&app.expected());
    assert!(!home.join("relative").exists());
}

#[test]
fn the_cache_follows_the_xdg_variable() {
    let app = hello(newest(), Mode::Onefile);
    let (home, cache) = (scratch("home"), scratch("cache"));
    app.command().home(home.path()).env("XDG_CACHE_HOME", cache.path()).run().prints(&app.expected());
    assert!(!home.path().join(".cache").exists());
    assert!(cache.path().join("freeze/hello").exists(), "{}", Tree::of(cache.path()));
}

#[test]
fn versions_of_a_program_do_not_share_files() {
    let home = scratch("home");
    let build = |text: &str| {
        let spec = "[app]\nname = \"hello\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n[[data]]\nfrom = \"data.txt\"\nto = \".\"\n";
        let source = "import os, sys; print(open(os.path.join(sys._MEIPASS, 'data.txt')).read())";
        let project = Project::script(source).file("app.spec", spec).file("data.txt", text);
        let outcome = project.command(["app.spec", "-y"]).run();
        project.moved(Mode::Onefile, "hello", outcome)
    };
    let (one, two) = (build("one"), build("two"));
    for _ in 0..2 {
        one.command().home(home.path()).run().prints("one\n");
        two.command().home(home.path()).run().prints("two\n");
    }
    assert_eq!(versions(home.path()).len(), 2);
}

#[test]
fn the_runtime_folder_is_below_the_one_that_was_asked_for() {
    let below = scratch("below");
    mode(below.path(), 0o1777);
    let source = "import sys; print(sys._MEIPASS)";
    let app = Project::script(source).freeze(["app.py", "--runtime-tmpdir", below.path().to_str().unwrap()]);
    let run = app.command();
    let outcome = run.run();
    outcome.success();
    let below = below.path().canonicalize().unwrap();
    assert!(outcome.stdout.starts_with(below.to_str().unwrap()), "{outcome}");
}

#[test]
fn nothing_is_left_in_the_temporary_folder() {
    let app = hello(newest(), Mode::Onefile);
    let run = app.command().env_remove("HOME");
    let folder = run.own_home().join("tmp");
    let keep = scratch("keep");
    let run = run.env("TMPDIR", keep.path());
    assert!(leftovers(&run).is_empty());
    run.run().prints(&app.expected());
    assert!(Tree::of(keep.path()).0.is_empty(), "{}", Tree::of(keep.path()));
    drop(folder);
}

#[test]
fn an_update_keeps_the_version_before_and_those_that_run() {
    let count = if harness::full() { 100 } else { 12 };
    let (home, work) = (scratch("updates"), scratch("versions"));
    let source = Program::of("cache/versions").source("app.py");
    let cached = || std::fs::read_dir(home.path().join(".cache/freeze/app")).unwrap().count();
    let version = |number: usize| {
        let project = Project::script(&source.replace("NUMBER", &number.to_string()));
        let project = project.file("data.txt", number.to_string());
        let out = work.path().join(number.to_string());
        project
            .command(["app.py", "-F", "--add-data", "data.txt:."])
            .arg("--distpath")
            .arg(&out)
            .run()
            .success();
        Run::new(out.join("app")).home(home.path()).show(home.path())
    };
    let signal = work.path().join("signal");
    let running: Vec<_> = ["daemon", "other"]
        .iter()
        .enumerate()
        .map(|(number, kind)| {
            let started = version(number).arg(kind).arg(&signal).start();
            let ready = work.path().join("signal.ready");
            while std::fs::remove_file(&ready).is_err() {
                std::thread::sleep(Duration::from_millis(5));
            }
            started
        })
        .collect();
    for number in 2..count {
        version(number).run().prints(&format!("version {number}\n"));
        assert!(cached() <= 4, "two that run, the newest and the one before\n{}", Tree::of(home.path()));
    }
    std::fs::write(&signal, "").unwrap();
    for (number, started) in running.into_iter().enumerate() {
        started.wait().prints(&format!("version {number}\n"));
    }
    version(count).run().prints(&format!("version {count}\n"));
    assert_eq!(cached(), 2, "{}", Tree::of(home.path()));
}

#[test]
fn versions_that_killed_processes_left_are_removed() {
    let (home, work) = (scratch("killed"), scratch("versions"));
    let version = |number: usize, end: &str| {
        let project = Project::script(&format!("import os\nprint({number}, flush=True)\n{end}\n"));
        let out = work.path().join(number.to_string());
        project.command(["app.py", "-F"]).arg("--distpath").arg(&out).run().success();
        Run::new(out.join("app")).home(home.path()).show(home.path()).arg(home.path())
    };
    let cached = || std::fs::read_dir(home.path().join(".cache/freeze/app")).unwrap().count();
    for number in 0..5 {
        version(number, "os._exit(0)").run().prints(&format!("{number}\n"));
    }
    assert_eq!(cached(), 5, "nothing is removed in a process that does not end as it should");
    let source = Program::of("cache/killed").source("app.py");
    version(5, &source).run().prints("5\n2\n");
}

#[test]
fn a_slow_extraction_is_shown_on_a_terminal() {
    let project = Project::of("cache/terminal").file("large.bin", vec![0; 400 << 20]);
    let app = project.freeze(["-F", "--add-data", "large.bin:.", "app.py"]);
    let cache = scratch("cache");
    let script = root().join("tests/programs/cache/terminal/terminal.py");
    let output = std::process::Command::new(&newest().exe)
        .arg(script)
        .arg(&app.exe)
        .arg(cache.path())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("app: preparing to start: "), "{shown} {output:?}");
    // The line is erased before the program begins.
    assert!(shown.trim_end().ends_with(r"\rstarted\r\n'"), "{shown}");
}
