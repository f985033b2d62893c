//! Attacks by another user on a start: whatever they prepare and exchange, no library of theirs is loaded.

use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use harness::attacker::{ATTACKER, Attacker, compile, folder_of, give, poison_in_place};
use harness::{Frozen, Mode, Project, Run, Tree, copy_tree, full, scratch};

/// A user who is neither the attacker nor the administrator.
const SOMEBODY: u32 = 12345;

/// Starts under each attack. A race is lost by luck: with all the time in the world, more of them.
fn starts() -> usize {
    if full() { 2000 } else { 25 }
}

/// A program that tells where its files are, and to whom they belong.
fn app(mode: Mode, extract: &str) -> Frozen {
    let spec = format!(
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\nextract = \"{extract}\"\n",
        mode.name()
    );
    let source = "import os, sys; print(sys._MEIPASS, os.stat(sys._MEIPASS).st_uid)";
    Project::script(source).file("app.spec", spec).freeze_spec(mode)
}

fn onefile() -> &'static Frozen {
    static APP: OnceLock<Frozen> = OnceLock::new();
    APP.get_or_init(|| app(Mode::Onefile, "cache"))
}

/// A start under attack: it succeeds, and nothing lies where the attacker could change it.
#[track_caller]
fn held_once(attacker: &Attacker, exposed: &Path, start: &impl Fn() -> Run) {
    let exposed = exposed.canonicalize().unwrap();
    let outcome = attacker.watch(start()).run();
    attacker.has_failed(&outcome.to_string());
    outcome.success();
    let (root, owner) = outcome.stdout.trim().rsplit_once(' ').expect("a path and a user");
    assert!(!Path::new(root).starts_with(&exposed), "files lie in `{root}`\n{outcome}");
    // A process with more rights than the attacker's own is started by the attacker in some of these.
    assert_ne!(owner, ATTACKER.to_string(), "files belong to the attacker\n{outcome}");
}

/// Starts the program as often as an attack lasts.
#[track_caller]
fn held(attacker: &Attacker, exposed: &Path, start: &impl Fn() -> Run) {
    (0..starts()).for_each(|_| held_once(attacker, exposed, start));
}

/// A start before the attack begins, then those while the attacker exchanges `one` and `other`.
#[track_caller]
fn exchanged(attacker: &Attacker, (one, other): (&Path, &Path), exposed: &Path, start: &impl Fn() -> Run) {
    held_once(attacker, exposed, start);
    let _exchange = attacker.exchange(one, other);
    held(attacker, exposed, start);
}

/// A folder that everybody can reach, for one attack.
fn stage() -> tempfile::TempDir {
    let stage = scratch("stage");
    harness::make_reachable(stage.path());
    stage
}

/// The attacker lets a folder for caches hold what the program would have made, and exchanges it.
#[track_caller]
fn cache_attack(folder: &Path, start: impl Fn() -> Run) {
    let attacker = Attacker::of(onefile());
    held_once(&attacker, folder, &start);
    let (made, evil) = (folder.join("freeze"), folder.join("evil"));
    assert!(!made.exists(), "the start leaves something in the attacker's folder");
    for (from, to) in [(attacker.good(), &made), (attacker.evil(), &evil)] {
        copy_tree(&from, to);
        give(to, ATTACKER);
    }
    let before = Tree::of(folder).0.len();
    exchanged(&attacker, (&made, &evil), folder, &start);
    assert_eq!(Tree::of(folder).0.len(), before, "the start leaves something in the attacker's folder");
}

#[test]
fn root_with_the_home_of_another_user() {
    let stage = stage();
    let home = stage.path().join("home");
    folder_of(ATTACKER, &home.join(".cache"), 0o755);
    folder_of(ATTACKER, &home, 0o755);
    cache_attack(&home.join(".cache"), || onefile().command().home(&home));
}

#[test]
fn root_whose_cache_was_made_in_the_home_of_another_user() {
    // As an earlier version has made it: the folders are root's, the one above them is not.
    let stage = stage();
    let home = stage.path().join("home");
    let cache = home.join(".cache");
    folder_of(ATTACKER, &cache, 0o755);
    folder_of(ATTACKER, &home, 0o755);
    let attacker = Attacker::of(onefile());
    let (made, evil) = (cache.join("freeze"), cache.join("evil"));
    copy_tree(&attacker.good(), &made);
    give(&made, 0);
    copy_tree(&attacker.evil(), &evil);
    give(&evil, ATTACKER);
    exchanged(&attacker, (&made, &evil), &home, &|| onefile().command().home(&home));
}

#[test]
fn variables_that_name_folders_of_another_user() {
    for name in ["XDG_CACHE_HOME", "FREEZE_APP_CACHE_DIR"] {
        for victim in [None, Some(SOMEBODY)] {
            let stage = stage();
            let folder = stage.path().join("cache");
            folder_of(ATTACKER, &folder, 0o777);
            cache_attack(&folder, || {
                onefile().command().env(name, &folder).with_sandbox(|s| s.user = victim)
            });
        }
    }
}

#[test]
fn a_temporary_folder_of_another_user() {
    let app = app(Mode::Onefile, "temp");
    let attacker = Attacker::of(onefile());
    for victim in [None, Some(SOMEBODY)] {
        let stage = stage();
        let (folder, evil) = (stage.path().join("tmp"), stage.path().join("theirs/evil"));
        folder_of(ATTACKER, &folder, 0o777);
        copy_tree(&attacker.content(), &evil);
        give(&stage.path().join("theirs"), ATTACKER);
        let _exchange = attacker.exchange_new(&folder, &evil);
        held(&attacker, &folder, &|| app.command().env("TMPDIR", &folder).with_sandbox(|s| s.user = victim));
    }
}

#[test]
fn a_program_in_memory_with_the_home_of_another_user() {
    let app = app(Mode::Onefile, "memory");
    let stage = stage();
    let home = stage.path().join("home");
    folder_of(ATTACKER, &home.join(".cache"), 0o755);
    folder_of(ATTACKER, &home, 0o755);
    let attacker = Attacker::of(onefile());
    copy_tree(&attacker.evil(), &home.join(".cache/freeze"));
    give(&home, ATTACKER);
    held(&attacker, &home, &|| app.command().home(&home).env("TMPDIR", &home));
}

#[test]
fn a_folder_that_another_user_has_made_in_a_sticky_one() {
    for link in [false, true] {
        let stage = stage();
        let sticky = stage.path().join("sticky");
        folder_of(0, &sticky, 0o1777);
        let (cache, other) = (sticky.join("cache"), sticky.join("other"));
        let place = if link { &other } else { &cache };
        folder_of(ATTACKER, place, 0o777);
        if link {
            symlink(&other, &cache).unwrap();
            std::os::unix::fs::lchown(&cache, Some(ATTACKER), Some(ATTACKER)).unwrap();
        }
        cache_attack(place, || onefile().command().env("XDG_CACHE_HOME", &cache));
    }
}

#[test]
fn an_own_folder_in_a_sticky_one_is_used() {
    let stage = stage();
    let sticky = stage.path().join("sticky");
    folder_of(0, &sticky, 0o1777);
    let cache = sticky.join("cache");
    for _ in 0..2 {
        let run = onefile().command().env("XDG_CACHE_HOME", &cache).with_sandbox(|s| s.user = Some(SOMEBODY));
        let outcome = run.run();
        let place = cache.canonicalize().unwrap_or_default().join("freeze");
        assert!(outcome.success().stdout.starts_with(place.to_str().unwrap()), "{outcome}");
    }
}

#[test]
fn a_cache_made_by_another_user_for_one_without_a_home() {
    // No other test makes a folder for this user in `/tmp`.
    const ALONE: u32 = 12347;
    for link in [false, true] {
        let stage = stage();
        let shared = stage.path().join("var-tmp");
        folder_of(0, &shared, 0o1777);
        let place = shared.join(format!("freeze-{ALONE}"));
        let theirs = if link { shared.join("theirs") } else { place.clone() };
        let attacker = Attacker::of(onefile());
        copy_tree(&attacker.evil(), &theirs.join("freeze"));
        give(&theirs, ATTACKER);
        if link {
            symlink(&theirs, &place).unwrap();
            std::os::unix::fs::lchown(&place, Some(ATTACKER), Some(ATTACKER)).unwrap();
        }
        let start = || {
            let run = onefile().command().env_remove("HOME").env_remove("TMPDIR").in_folder("/");
            run.with_sandbox(|s| {
                s.user = Some(ALONE);
                s.binds.push((shared.clone(), "/var/tmp".into()));
                s.binds.push((shared.clone(), shared.clone()));
            })
        };
        for _ in 0..starts() {
            let outcome = attacker.watch(start()).run();
            attacker.has_failed(&outcome.to_string());
            outcome.success();
            assert!(!outcome.stdout.starts_with(&format!("/var/tmp/freeze-{ALONE}/")), "{outcome}");
        }
        std::fs::remove_dir_all(Path::new("/tmp").join(format!("freeze-{ALONE}"))).unwrap();
    }
}

/// Lets a group, and the attacker who is in it, write to a folder above the cache.
#[test]
fn a_folder_above_that_a_group_can_write_to() {
    let stage = stage();
    let above = stage.path().join("above");
    let cache = above.join("cache");
    folder_of(0, &cache, 0o755);
    folder_of(0, &above, 0o775);
    chown(&above, None, Some(ATTACKER)).unwrap();
    let attacker = Attacker::of(onefile());
    let evil = above.join("evil");
    copy_tree(&attacker.evil(), &evil.join("freeze"));
    give(&evil, ATTACKER);
    exchanged(&attacker, (&cache, &evil), &above, &|| onefile().command().env("XDG_CACHE_HOME", &cache));
}

#[test]
fn a_folder_above_writable_by_an_access_control_list() {
    let stage = stage();
    let above = stage.path().join("above");
    let cache = above.join("cache");
    folder_of(0, &cache, 0o755);
    folder_of(0, &above, 0o755);
    // user::rwx user:ATTACKER:rwx group::r-x mask::rwx other::r-x
    let entries: [(u16, u16, u32); 5] =
        [(1, 7, u32::MAX), (2, 7, ATTACKER), (4, 5, u32::MAX), (16, 7, u32::MAX), (32, 5, u32::MAX)];
    let mut list = 2u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend([&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat());
    }
    set_attribute(&above, c"system.posix_acl_access", &list);
    let attacker = Attacker::of(onefile());
    let evil = above.join("evil");
    copy_tree(&attacker.evil(), &evil.join("freeze"));
    give(&evil, ATTACKER);
    exchanged(&attacker, (&cache, &evil), &above, &|| onefile().command().env("XDG_CACHE_HOME", &cache));
}

#[track_caller]
fn set_attribute(path: &Path, name: &std::ffi::CStr, value: &[u8]) {
    let path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: path and name end in NUL, and the length is that of the value.
    let status =
        unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) };
    assert_eq!(status, 0, "failed to set {name:?}: {}", std::io::Error::last_os_error());
}

#[test]
fn a_link_in_the_middle_that_another_user_can_turn() {
    let stage = stage();
    let (own, theirs) = (stage.path().join("own"), stage.path().join("theirs"));
    folder_of(0, &own, 0o755);
    folder_of(ATTACKER, &theirs, 0o755);
    let link = theirs.join("link");
    symlink(&own, &link).unwrap();
    let attacker = Attacker::of(onefile());
    let evil = theirs.join("evil");
    copy_tree(&attacker.evil(), &evil.join("cache/freeze"));
    give(&evil, ATTACKER);
    exchanged(&attacker, (&link, &evil), stage.path(), &|| {
        onefile().command().env("XDG_CACHE_HOME", link.join("cache"))
    });
}

#[test]
fn a_build_with_a_cache_that_another_user_has_filled() {
    let stage = stage();
    let home = stage.path().join("home");
    let cache = home.join(".cache/freeze");
    let project = Project::script("print('ours')").file("with_ssl.py", "import ssl, sqlite3; print('ours')");
    let build = |out: &str| {
        let options = ["-F", "-y", "--name", out];
        project.command(["with_ssl.py"]).args(options).home(&home).env_remove("TMPDIR")
    };
    build("first").env("FREEZE_CACHE_DIR", &cache).run().success();
    // What a build copies from there are files of the length that it remembers.
    let mut poisoned = 0;
    for entry in walkdir::WalkDir::new(cache.join("1/files")).into_iter().flatten() {
        let is_library = std::fs::read(entry.path()).is_ok_and(|b| b.starts_with(b"\x7fELF"));
        if is_library && poison_in_place(entry.path()) {
            poisoned += 1;
        }
    }
    assert!(poisoned > 0, "nothing to poison in\n{}", Tree::of(&cache));
    give(&home, ATTACKER);
    let before = Tree::of(&home);
    let attacker = Attacker::of(onefile());
    for variable in ["HOME", "XDG_CACHE_HOME", "FREEZE_CACHE_DIR"] {
        let folder = match variable {
            "HOME" => home.clone(),
            "XDG_CACHE_HOME" => home.join(".cache"),
            _ => cache.clone(),
        };
        // In a namespace in which the administrator's own cache is that of this run.
        let binds = harness::Sandbox::without_python().binds;
        let run = build(variable).env_remove("FREEZE_CACHE_DIR").env(variable, &folder);
        let outcome = run.with_sandbox(|s| s.binds = binds).run();
        outcome.success().says(&[&ATTACKER.to_string(), "warning"]);
        assert_eq!(Tree::of(&home).0, before.0, "{outcome}");
        let product = Run::new(project.path().join("dist").join(variable));
        let started = attacker.watch(product.sandbox(harness::Sandbox::without_python())).run();
        attacker.has_failed(&started.to_string());
        started.prints("ours\n");
    }
}

#[test]
fn a_bind_mount_is_judged_by_the_folder_that_it_shows() {
    let stage = stage();
    let (theirs, own) = (stage.path().join("theirs"), stage.path().join("theirs/own"));
    let place = stage.path().join("place");
    folder_of(0, &own, 0o755);
    folder_of(ATTACKER, &theirs, 0o755);
    folder_of(0, &place, 0o755);
    let start = |shown: &Path| {
        let run = onefile().command().env("XDG_CACHE_HOME", &place);
        run.with_sandbox(|s| s.binds.push((shown.to_owned(), place.clone())))
    };
    let attacker = Attacker::of(onefile());
    copy_tree(&attacker.evil(), &theirs.join("freeze"));
    give(&theirs.join("freeze"), ATTACKER);
    held(&attacker, &place, &|| start(&theirs));
    // The attacker can rename what is mounted, but not what the mount shows.
    let outcome = start(&own).run();
    assert!(
        outcome.success().stdout.starts_with(place.canonicalize().unwrap().to_str().unwrap()),
        "{outcome}"
    );
}

/// A program that gives its caller the rights of its owner, and runs another: with the real user left, or changed too.
fn wrapper(folder: &Path, changes_real_user: bool) -> PathBuf {
    let wrapper = folder.join(if changes_real_user { "like-sudo" } else { "setuid" });
    let change = if changes_real_user { "setgid(0); setuid(0);" } else { "" };
    let source = format!(
        "#include <unistd.h>\nint main(int n, char **v) {{ {change} execv(v[1], v + 1); return 9; }}"
    );
    compile(&source, &wrapper, &[]);
    std::fs::set_permissions(&wrapper, PermissionsExt::from_mode(0o4755)).unwrap();
    wrapper
}

#[test]
fn a_setuid_wrapper_that_the_attacker_starts() {
    for changes_real_user in [false, true] {
        let stage = stage();
        let wrapper = wrapper(stage.path(), changes_real_user);
        let home = stage.path().join("home");
        folder_of(ATTACKER, &home.join(".cache"), 0o755);
        folder_of(ATTACKER, &home, 0o755);
        cache_attack(&home.join(".cache"), || {
            let run = Run::new(&wrapper).arg(&onefile().exe).sandbox(harness::Sandbox::without_python());
            let run = run.home(&home).env("TMPDIR", &home).env("FREEZE_APP_CACHE_DIR", home.join(".cache"));
            run.with_sandbox(|s| s.user = Some(ATTACKER))
        });
    }
}

/// A copy of the onefile program with a mode of its own.
fn copy_with_mode(stage: &Path, mode: u32) -> PathBuf {
    let exe = stage.join("app");
    std::fs::copy(&onefile().exe, &exe).unwrap();
    chown(&exe, None, Some(ATTACKER + 1)).unwrap();
    std::fs::set_permissions(&exe, PermissionsExt::from_mode(mode)).unwrap();
    exe
}

#[test]
fn programs_that_the_attacker_starts_with_more_rights() {
    // Set-uid, set-gid, and `cap_net_bind_service+ep` (`struct vfs_cap_data`, revision 2, effective).
    let capability = [0x0200_0001u32, 1 << 10, 0, 0, 0].map(u32::to_le_bytes).concat();
    for (mode, capability) in [(0o4755, None), (0o2755, None), (0o755, Some(capability))] {
        let stage = stage();
        let exe = copy_with_mode(stage.path(), mode);
        if let Some(capability) = &capability {
            set_attribute(&exe, c"security.capability", capability);
        }
        let home = stage.path().join("home");
        folder_of(ATTACKER, &home.join(".cache"), 0o755);
        folder_of(ATTACKER, &home, 0o755);
        cache_attack(&home.join(".cache"), || {
            let run = Run::new(&exe).sandbox(harness::Sandbox::without_python()).home(&home);
            run.env("TMPDIR", &home).with_sandbox(|s| s.user = Some(ATTACKER))
        });
    }
}

#[test]
fn a_folder_of_another_user_that_root_starts_a_program_from() {
    let app = app(Mode::Onedir, "cache");
    let stage = stage();
    let home = stage.path().join("home");
    folder_of(ATTACKER, &home, 0o755);
    let product = home.join("app");
    copy_tree(&app.product, &product);
    let attacker = Attacker::of_folder(&product.join("_internal"));
    let evil = home.join("evil");
    copy_tree(&attacker.evil(), &evil);
    give(&home, ATTACKER);
    let start = |exe: &Path, user: Option<u32>| {
        let run = Run::new(exe).sandbox(harness::Sandbox::without_python()).home(&home);
        attacker.watch(run.with_sandbox(|s| s.user = user)).run()
    };
    let exchange = attacker.exchange(&product.join("_internal"), &evil);
    for _ in 0..starts() {
        let outcome = start(&product.join("app"), None);
        attacker.has_failed(&outcome.to_string());
        outcome.fails(&["more rights", &home.display().to_string(), &ATTACKER.to_string(), "hint"]);
    }
    drop(exchange);
    // Only one library is the attacker's.
    let own = stage.path().join("own");
    copy_tree(&app.product, &own);
    let library = walkdir::WalkDir::new(own.join("_internal"))
        .into_iter()
        .flatten()
        .find(|e| e.file_type().is_file() && e.file_name().to_string_lossy().contains(".so"))
        .expect("a library");
    start(&own.join("app"), None).success();
    chown(library.path(), Some(ATTACKER), None).unwrap();
    start(&own.join("app"), None).fails(&["more rights", &library.path().display().to_string()]);
    // An ordinary start is nobody else's business: the attacker may run what is theirs.
    chown(library.path(), Some(0), None).unwrap();
    chown(&own, Some(SOMEBODY), None).unwrap();
    start(&own.join("app"), Some(SOMEBODY)).success();
    // A set-uid program in a folder that others can change is none.
    let exe = own.join("app");
    std::fs::set_permissions(&exe, PermissionsExt::from_mode(0o4755)).unwrap();
    start(&exe, Some(ATTACKER)).fails(&["more rights", &own.display().to_string()]);
    chown(&own, Some(0), None).unwrap();
    start(&exe, Some(ATTACKER)).success();
}
