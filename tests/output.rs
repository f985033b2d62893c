//! Publishing the product: all of it or nothing, and an earlier product stays until then.

use std::path::Path;
use std::time::Duration;

use harness::{Build, Mode, Project, Run, Sandbox, Tree, freeze_command, scratch};

#[test]
fn an_unwritable_output_folder_is_named() {
    let project = Project::script("print('hello')").file("dist/keep", "kept");
    let dist = project.path().join("dist");
    let run = project.command(["app.py", "-F", "-y"]).with_sandbox(|s| s.read_only.push(dist.clone()));
    run.run().fails(&["dist"]);
    assert_eq!(Tree::of(&dist).0.len(), 1);

    let project = Project::script("print('hello')").file("dist", "a file where the folder should be");
    project.command(["app.py", "-F", "-y"]).run().fails(&["dist"]);
}

#[test]
fn a_full_disk_while_building_leaves_the_earlier_product() {
    for mode in Mode::ALL {
        let project = Project::script("print('hello')");
        let (small, marker) = (project.path().join("dist"), project.path().join("result"));
        std::fs::create_dir(&small).unwrap();
        // The small disk is seen by the sandboxed shell alone: it makes an earlier product there, and looks at it
        // after the build.
        let script = format!(
            "mkdir dist/app.d && echo earlier > dist/{kept} && {freeze} app.py --{mode} -y; code=$?; \
             cat dist/{kept} > {marker}; ls -A dist >> {marker}; exit $code",
            kept = if mode == Mode::Onefile { "app" } else { "app.d/app" },
            freeze = harness::freeze().display(),
            mode = mode.name(),
            marker = marker.display(),
        );
        let mut run = Run::new("/bin/sh").args(["-c", &script]).in_folder(project.path());
        for (name, value) in freeze_command().environment() {
            run = run.env(name, value);
        }
        let run = run.with_sandbox(|s| s.tmpfs.push((small.clone(), "size=2m".into(), true)));
        let outcome = run.run();
        outcome.fails(&["dist", "space"]);
        let after = std::fs::read_to_string(&marker).unwrap();
        let expected = if mode == Mode::Onefile { "earlier\napp\napp.d\n" } else { "earlier\napp.d\n" };
        assert_eq!(after, expected, "{outcome}");
    }
}

#[test]
fn a_full_disk_below_the_cache_of_the_builder_does_no_harm() {
    let project = Project::script("print('hello')");
    let cache = project.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let run = project.command(["app.py", "-F", "-y"]).env("FREEZE_CACHE_DIR", &cache);
    let outcome = run.with_sandbox(|s| s.tmpfs.push((cache.clone(), "size=1m".into(), true))).run();
    // Slower, or an error that says why: never a broken product.
    if outcome.is_success() {
        project.moved(Mode::Onefile, "app", outcome).command().run().prints("hello\n");
    } else {
        outcome.fails(&["space"]);
        assert!(!project.path().join("dist/app").exists());
    }
}

#[test]
fn an_unwritable_cache_of_the_builder_does_no_harm() {
    let project = Project::script("print('hello')");
    let cache = project.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let run = project.command(["app.py", "-F", "-y"]).env("FREEZE_CACHE_DIR", &cache);
    let outcome = run.with_sandbox(|s| s.read_only.push(cache.clone())).run();
    if outcome.is_success() {
        project.moved(Mode::Onefile, "app", outcome).command().run().prints("hello\n");
    } else {
        outcome.fails(&["cache"]);
    }
}

#[test]
fn an_existing_folder_is_replaced_only_when_that_was_asked_for() {
    let project = Project::script("print('hello')").file("dist/app/precious", "data");
    project.command(["app.py"]).run().fails(&["dist/app", "-y"]);
    assert_eq!(std::fs::read_to_string(project.path().join("dist/app/precious")).unwrap(), "data");
    project.command(["app.py", "-y"]).run().success();
    assert!(!project.path().join("dist/app/precious").exists(), "files of an earlier product do not stay");
    assert!(project.path().join("dist/app/app").exists());
    // No litter of the exchange stays beside it.
    assert_eq!(std::fs::read_dir(project.path().join("dist")).unwrap().count(), 1);
}

#[test]
fn ctrl_c_leaves_the_earlier_product() {
    let work = scratch("interrupt");
    let (run, name) = Build::new("numpy_pandas").mode(Mode::Onefile).prepare(work.path());
    let dist = work.path().join("dist");
    std::fs::create_dir(&dist).unwrap();
    std::fs::write(dist.join(&name), "earlier product").unwrap();
    drop(run);
    for wait in [20, 80, 200, 400, 800, 1500] {
        let cache = work.path().join("cache");
        let _ = std::fs::remove_dir_all(&cache);
        let _ = std::fs::remove_dir_all(work.path().join("src"));
        let (run, _) = Build::new("numpy_pandas").mode(Mode::Onefile).prepare(work.path());
        let started = run.env("FREEZE_CACHE_DIR", &cache).start();
        std::thread::sleep(Duration::from_millis(wait));
        // As a terminal does it: to all processes in the foreground.
        started.signal(libc::SIGINT);
        let outcome = started.wait();
        if outcome.is_success() {
            assert!(wait > 20, "{outcome}");
            std::fs::write(dist.join(&name), "earlier product").unwrap();
            continue;
        }
        // Before it handles the signal, which takes it longer on a busy machine, the signal ends it.
        assert!(
            outcome.code() == Some(130) || (wait <= 200 && outcome.code().is_none()),
            "after {wait} ms\n{outcome}"
        );
        assert!(outcome.took < Duration::from_millis(wait) + Duration::from_secs(10), "{outcome}");
        assert!(!outcome.stderr.contains("Traceback"), "{outcome}");
        assert_eq!(std::fs::read_to_string(dist.join(&name)).unwrap(), "earlier product");
        assert_eq!(std::fs::read_dir(&dist).unwrap().count(), 1, "{outcome}");
    }
}

#[test]
fn a_build_killed_at_any_moment_does_not_harm_the_next() {
    let work = scratch("killed");
    let cache = work.path().join("cache");
    for wait in [30, 60, 120, 250, 500, 900] {
        let _ = std::fs::remove_dir_all(work.path().join("src"));
        let (run, _) = Build::new("numpy_pandas").mode(Mode::Onedir).prepare(work.path());
        let started = run.env("FREEZE_CACHE_DIR", &cache).start();
        std::thread::sleep(Duration::from_millis(wait));
        started.signal(libc::SIGKILL);
        started.wait();
    }
    let _ = std::fs::remove_dir_all(work.path().join("src"));
    let (run, name) = Build::new("numpy_pandas").mode(Mode::Onedir).prepare(work.path());
    run.env("FREEZE_CACHE_DIR", &cache).run().success();
    let product = work.path().join("dist").join(&name);
    Run::new(product.join(&name)).sandbox(Sandbox::without_python()).run().prints("sums {'a': 2, 'b': 4}\n");
}

#[test]
fn concurrent_builds_of_one_product_all_succeed() {
    for mode in Mode::ALL {
        let project = Project::script("import json, sys; print(json.dumps(sys.argv[1:]))");
        let form = format!("--{}", mode.name());
        let started: Vec<_> =
            (0..4).map(|_| project.command(["app.py", "-y", "--name", "app", &form]).start()).collect();
        let mut last = None;
        for one in started {
            let outcome = one.wait();
            outcome.success();
            last = Some(outcome);
        }
        let dist = project.path().join("dist");
        assert_eq!(std::fs::read_dir(&dist).unwrap().count(), 1, "{}", Tree::of(Path::new(&dist)));
        let frozen = project.moved(mode, "app", last.unwrap());
        frozen.command().arg("a").run().prints("[\"a\"]\n");
    }
}

#[test]
fn a_clean_build_makes_all_anew_and_keeps_the_shared_cache() {
    let project = Project::script("import json, helper\nprint(json.dumps(helper.VALUE))")
        .file("helper.py", "VALUE = 'mine'")
        .file("other.py", "import csv, colorsys\nprint('other')");
    // What is taken out of native files depends on the home folder.
    let (cache, home) = (project.path().join("cache"), scratch("home"));
    let build = |arguments: &[&str]| {
        let run = project.command(arguments).args(["-F", "-y", "--log-format", "json"]).home(home.path());
        let outcome = run.env("FREEZE_CACHE_DIR", &cache).run();
        outcome.success();
        outcome.stderr.contains("\"unchanged\":true")
    };
    let records = || {
        let run = freeze_command().args(["cache", "show", "--json"]).env("FREEZE_CACHE_DIR", &cache).run();
        let found: serde_json::Value = serde_json::from_str(&run.success().stdout).unwrap();
        let kinds = found["kinds"].as_array().unwrap().clone();
        // Of files just written more is kept once they have a history: their hashes, and a graph that rests on them.
        let kinds = kinds.iter().filter(|k| k["name"] != "module graphs" && k["name"] != "file hashes");
        kinds.map(|k| format!("{}: {}", k["name"], k["count"])).collect::<Vec<_>>()
    };
    let read = |name: &str| std::fs::read(project.path().join(name)).unwrap();
    assert!(!build(&["other.py"]) && !build(&["app.py"]));
    let (app, other, before) = (read("dist/app"), read("dist/other"), records());
    assert!(build(&["app.py"]), "nothing has changed");

    // Whoever takes anything from the cache now takes nonsense.
    let mut spoilt = 0;
    for entry in walkdir::WalkDir::new(cache.join("1/files")).into_iter().flatten() {
        if entry.file_type().is_file() {
            let len = usize::try_from(entry.metadata().unwrap().len()).unwrap();
            std::fs::write(entry.path(), vec![b'#'; len]).unwrap();
            spoilt += 1;
        }
    }
    assert!(spoilt > 10, "{spoilt}");
    // Another build is under way, and keeps its files.
    let lock = std::fs::File::open(cache.join("lock")).unwrap();
    lock.lock_shared().unwrap();
    assert!(!build(&["app.py", "--clean"]), "the product is made anew");
    assert_eq!(read("dist/app"), app);
    assert_eq!(records(), before, "what another program has learnt is still there");
    // What it made is there for the next one.
    std::fs::remove_file(project.path().join("dist/app")).unwrap();
    build(&["app.py"]);
    assert_eq!(read("dist/app"), app);
    build(&["other.py", "--clean"]);
    assert_eq!(read("dist/other"), other);
}

#[test]
fn further_programs_replace_no_folder_of_the_user() {
    for companions in ["link", "executable"] {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\ncompanions = \"{companions}\"\n\
             [[program]]\nname = \"other\"\nentry = \"other.py\"\n"
        );
        let project =
            Project::script("print('app')").file("other.py", "print('other')").file("app.spec", &spec);
        let kept = project.path().join("dist/other/kept");
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, "of the user").unwrap();
        project.command(["app.spec"]).run().fails(&["dist/other` exists", "`-y` replaces it"]);
        assert!(kept.exists() && !project.path().join("dist/app").exists());

        project.command(["app.spec", "-y"]).run().success();
        let other = project.path().join("dist/other");
        assert_eq!(other.is_symlink(), companions == "link");
        Run::new(&other).run().prints("other\n");
        project.command(["app.spec"]).run().says(&["unchanged"]);
        std::fs::write(&other, "damaged").unwrap();
        project.command(["app.spec"]).run().success();
        Run::new(&other).run().prints("other\n");
    }
}
