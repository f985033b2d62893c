//! Where programs keep their files when their own home folder cannot be used or trusted: they start all the same.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use freeze_launcher::trust;
use harness::attacker::folder_of;
use harness::{EmptyRoot, Frozen, Mode, Outcome, Project, Run, Sandbox, Tree, scratch};

const SOMEBODY: u32 = 12345;
/// Who owns the files of users that a server does not know.
const NOBODY: u32 = 65534;

fn app() -> Frozen {
    let source = "import sys; print(sys._MEIPASS)";
    Project::script(source).freeze(["app.py"])
}

/// The folder of a program that has printed it.
#[track_caller]
fn root_of(outcome: &Outcome) -> PathBuf {
    outcome.success();
    outcome.stdout.trim().into()
}

/// Two starts use one folder below `place`.
#[track_caller]
fn is_kept_below(place: &Path, start: impl Fn() -> Run) {
    let first = start().run();
    let root = root_of(&first);
    assert!(root.starts_with(place), "expected a folder below `{}`\n{first}", place.display());
    // A folder for one process has a random name.
    let second = start().run();
    assert_eq!(root_of(&second), root, "{second}");
}

fn reachable(purpose: &str) -> tempfile::TempDir {
    let folder = scratch(purpose);
    harness::make_reachable(folder.path());
    folder
}

#[test]
fn an_ordinary_user_has_a_cache_at_home() {
    let (app, folder) = (app(), reachable("homes"));
    let home = folder.path().join("home");
    folder_of(SOMEBODY, &home, 0o700);
    is_kept_below(&home.join(".cache"), || {
        app.command().home(&home).with_sandbox(|s| s.user = Some(SOMEBODY))
    });
}

#[test]
fn a_home_that_only_the_own_group_can_write_to_is_the_users() {
    let (app, folder) = (app(), reachable("homes"));
    let home = folder.path().join("home");
    folder_of(SOMEBODY, &home, 0o775);
    let (passwd, group) = (folder.path().join("passwd"), folder.path().join("group"));
    std::fs::write(&passwd, format!("root:x:0:0::/:/bin/sh\nsomebody:x:{SOMEBODY}:{SOMEBODY}::/:/bin/sh\n"))
        .unwrap();
    let start = || {
        let run = app.command().home(&home).with_sandbox(|s| s.user = Some(SOMEBODY));
        run.with_sandbox(|s| {
            s.binds.push((passwd.clone(), "/etc/passwd".into()));
            s.binds.push((group.clone(), "/etc/group".into()));
        })
    };
    std::fs::write(&group, format!("root:x:0:\nsomebody:x:{SOMEBODY}:\n")).unwrap();
    is_kept_below(&home.join(".cache"), start);
    // Another member, or a group that is shared by its nature.
    for line in [format!("somebody:x:{SOMEBODY}:another"), format!("users:x:{SOMEBODY}:")] {
        std::fs::write(&group, format!("root:x:0:\n{line}\n")).unwrap();
        is_kept_below(&Path::new("/var/tmp").join(format!("freeze-{SOMEBODY}")), start);
        let said = start().env("FREEZE_DEBUG", "1").run();
        assert!(said.stderr.contains(&format!("({SOMEBODY}) can write to")), "{said}");
    }
}

#[test]
fn root_has_a_cache_at_home() {
    let app = app();
    let home = trust::account_home().unwrap();
    is_kept_below(&home.join(".cache"), || app.command().home(&home));
}

#[test]
fn root_with_the_environment_of_a_user_keeps_nothing_there() {
    let (app, folder) = (app(), reachable("homes"));
    let home = folder.path().join("home");
    folder_of(SOMEBODY, &home, 0o755);
    let as_user = || app.command().home(&home).with_sandbox(|s| s.user = Some(SOMEBODY));
    is_kept_below(&home.join(".cache"), as_user);
    let before = Tree::of(&home);
    let own = trust::account_home().unwrap().join(".cache");
    is_kept_below(&own, || app.command().home(&home).env("XDG_CACHE_HOME", home.join(".cache")));
    assert_eq!(Tree::of(&home).0, before.0);
    for entry in walkdir::WalkDir::new(&home).into_iter().flatten() {
        assert_eq!(entry.metadata().unwrap().uid(), SOMEBODY, "{}", entry.path().display());
    }
    is_kept_below(&home.join(".cache"), as_user);
}

#[test]
fn a_user_without_a_home_has_a_folder_beside_those_of_others() {
    let app = app();
    let place = Path::new("/var/tmp").join(format!("freeze-{SOMEBODY}"));
    let nowhere = |run: Run| run.env_remove("HOME").env_remove("TMPDIR").in_folder("/");
    is_kept_below(&place, || nowhere(app.command()).with_sandbox(|s| s.user = Some(SOMEBODY)));
    // `su` without `-`: the home folder is that of root, which cannot even be entered.
    let foreign = reachable("foreign");
    let home = foreign.path().join("root");
    folder_of(0, &home, 0o700);
    is_kept_below(&place, || {
        app.command().home(&home).in_folder("/").with_sandbox(|s| s.user = Some(SOMEBODY))
    });
}

#[test]
fn a_container_knows_nothing_of_its_user() {
    let (app, machine) = (app(), EmptyRoot::new());
    let product = machine.path().join("app/app");
    std::fs::copy(&app.exe, &product).unwrap();
    folder_of(0, &machine.path().join("tmp"), 0o1777);
    let start = || {
        let sandbox = Sandbox { user: Some(1234), ..machine.sandbox() };
        Run::new("/app/app").sandbox(sandbox).env("HOME", "/").env_remove("TMPDIR").in_folder("/")
    };
    is_kept_below(Path::new("/tmp/freeze-1234"), start);
    // And with a home of its own.
    let home = Path::new("/app/data");
    folder_of(1234, &machine.path().join("app/data"), 0o755);
    is_kept_below(&home.join(".cache"), || start().env("HOME", home));
}

#[test]
fn a_read_only_system_has_a_folder_for_files_that_stay() {
    let app = app();
    let script = format!("{0} && {0}", app.exe.display());
    let run = Run::new("/bin/sh").args(["-c", &script]).sandbox(Sandbox::without_python());
    let run = run.home(Path::new("/root")).env_remove("TMPDIR").in_folder("/").with_sandbox(|s| {
        // The folder that stands for the home's cache lies on the system that becomes read-only.
        s.binds.clear();
        s.read_only.push("/".into());
        s.tmpfs.push(("/var/tmp".into(), "size=200m,mode=1777".into(), true));
    });
    let outcome = run.run();
    outcome.success();
    let roots: Vec<&str> = outcome.stdout.lines().collect();
    assert!(roots.len() == 2 && roots[0] == roots[1], "{outcome}");
    assert!(roots[0].starts_with("/var/tmp/freeze-0/"), "{outcome}");
}

#[test]
fn a_home_that_a_server_shows_as_somebody_elses_is_told_of() {
    let (app, folder) = (app(), reachable("homes"));
    let home = folder.path().join("home");
    folder_of(NOBODY, &home, 0o777);
    let start = || app.command().home(&home).with_sandbox(|s| s.user = Some(SOMEBODY));
    let place = Path::new("/var/tmp").join(format!("freeze-{SOMEBODY}"));
    is_kept_below(&place, start);
    let said = start().env("FREEZE_DEBUG", "1").run();
    let told = format!("`{}` belongs to user `nobody` ({NOBODY})", home.canonicalize().unwrap().display());
    assert!(said.stderr.contains(&told), "{said}");
    // Where no other place is left, that is the error.
    let outcome = start().env("TMPDIR", &home).with_sandbox(|s| {
        s.binds.clear();
        s.no_memory_files = true;
        for place in ["/tmp", "/var/tmp", "/dev/shm"] {
            let exe = app.exe.parent().unwrap().starts_with(place);
            if exe {
                s.read_only.push(place.into())
            } else {
                s.tmpfs.push((place.into(), "size=8k".into(), false))
            }
        }
    });
    let outcome = outcome.run();
    outcome.fails(&[&told, "FREEZE_APP_CACHE_DIR", "hint"]);
    assert_eq!(outcome.code(), Some(4), "{outcome}");
}

#[test]
fn files_that_the_system_has_cleaned_away_come_back() {
    let app = {
        let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\n[[data]]\nfrom = \"data.txt\"\nto = \".\"\n";
        let source =
            "import os, sys; print(sys._MEIPASS); open(os.path.join(sys._MEIPASS, 'data.txt')).read()";
        Project::script(source).file("app.spec", spec).file("data.txt", "text").freeze_spec(Mode::Onefile)
    };
    let folder = reachable("machine");
    let (var_tmp, root) = (folder.path().join("var-tmp"), folder.path().join("root"));
    folder_of(0, &var_tmp, 0o1777);
    folder_of(0, &root, 0o755);
    let start = || {
        let run = app.command().env_remove("HOME").env_remove("TMPDIR").in_folder("/");
        run.with_sandbox(|s| {
            s.user = Some(SOMEBODY);
            s.binds.push((var_tmp.clone(), "/var/tmp".into()));
        })
    };
    let below = root_of(&start().run());
    let inside = var_tmp.join(below.strip_prefix("/var/tmp").unwrap());
    // What tmpfiles.d(5) says of /var/tmp: what has not been used for long is removed, file by file.
    std::fs::remove_file(inside.join("data.txt")).unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 24 * 3600);
    for file in walkdir::WalkDir::new(&inside).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        std::fs::File::options().append(true).open(file.path()).unwrap().set_modified(old).unwrap();
    }
    assert_eq!(root_of(&start().run()), below);
    for file in walkdir::WalkDir::new(&inside).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let age = file.metadata().unwrap().modified().unwrap().elapsed().unwrap();
        assert!(age.as_secs() < 3600, "{} is left to be cleaned away", file.path().display());
    }
}
