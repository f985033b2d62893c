//! Archives with a single false value and hashes that fit: each is refused with a message.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use freeze_archive::{FILE_LEN, FileKind, file_flag};
use harness::{
    Frozen, Interpreter, Mode, Outcome, Parts, Project, Run, Sandbox, Tree, copy_tree, hello, interpreter,
    newest, scratch, without_libpython,
};

/// Changes a copy of a program, starts it, and returns how it ended and what lies in its home and in its own folder.
fn tampered(app: &Frozen, change: impl FnOnce(&mut Parts)) -> (Outcome, Tree) {
    let folder = scratch("tamper");
    let copy = folder.path().join(app.product.file_name().unwrap());
    copy_tree(&app.product, &copy);
    let exe = folder.path().join(app.exe.strip_prefix(app.product.parent().unwrap()).unwrap());
    let mut parts = Parts::of(&std::fs::read(&app.exe).unwrap());
    change(&mut parts);
    std::fs::remove_file(&exe).unwrap();
    std::fs::write(&exe, parts.seal()).unwrap();
    std::fs::set_permissions(&exe, PermissionsExt::from_mode(0o755)).unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let run = Run::new(&exe).sandbox(Sandbox::without_python()).home(&home).env("TMPDIR", &home);
    let outcome = run.patience(Duration::from_secs(60)).run();
    (outcome, Tree::of(folder.path()))
}

/// The program must end with exit code 3, a message with all of `needles`, and nothing printed.
#[track_caller]
fn refused(app: &Frozen, needles: &[&str], change: impl FnOnce(&mut Parts)) -> Tree {
    let (outcome, tree) = tampered(app, change);
    outcome.fails(needles).exits(3);
    assert!(outcome.stderr.starts_with("error: ") && outcome.stderr.contains("hint: "), "{outcome}");
    assert!(outcome.stdout.is_empty(), "{outcome}");
    tree
}

#[track_caller]
fn each_form(needles: &[&str], change: impl Fn(&mut Parts)) {
    for mode in Mode::ALL {
        refused(&hello(newest(), mode), needles, &change);
    }
}

#[test]
fn a_program_for_another_python_than_its_libpython_is_refused() {
    for (own, other) in [("3.12", "3.13"), ("3.13", "3.12"), ("3.12", "3.14"), ("3.9", "3.12")] {
        let Some(own) = interpreter(own) else { continue };
        for mode in Mode::ALL {
            let names = [format!("Python {other}"), format!("Python {}", own.name)];
            refused(&hello(own, mode), &[&names[0], &names[1]], |parts| parts.set("python", other));
        }
    }
    let own = newest();
    if own.abiflags.is_empty() {
        let names = [format!("Python {}t", own.minor()), format!("Python {}\n", own.minor())];
        refused(&hello(own, Mode::Onefile), &[&names[0], &names[1]], |parts| parts.set("abiflags", "t"));
    }
}

#[test]
fn a_program_for_another_python_than_its_interpreter_is_refused() {
    for own in without_libpython() {
        let app = Project::script("print(1)").freeze_for(Mode::Onedir, own);
        let named = |i: &Interpreter| format!("Python {}", i.minor());
        refused(&app, &["Python 3.99", &named(own)], |parts| parts.set("python", "3.99"));
    }
}

#[test]
fn only_the_interpreter_is_run_and_only_the_launcher_preloaded() {
    for own in without_libpython() {
        let app = Project::script("print(1)").freeze_for(Mode::Onefile, own);
        let blob = |parts: &Parts, path: &str| parts.files[parts.file(path)][8..12].to_vec();
        for key in ["interpreter", "twin"] {
            refused(&app, &["damaged", "interpreter"], |parts| {
                let other =
                    parts.files.iter().find(|f| f[6] == FileKind::Native as u8).unwrap()[8..12].to_vec();
                let file = parts.file(&value(parts, key));
                parts.files[file][8..12].copy_from_slice(&other);
            });
        }
        refused(&app, &["damaged", "interpreter"], |parts| {
            let interpreter = blob(parts, &value(parts, "interpreter"));
            let file = parts.file(&value(parts, "twin"));
            parts.files[file][8..12].copy_from_slice(&interpreter);
        });
        refused(&app, &["damaged", "interpreter"], |parts| {
            let twin = blob(parts, &value(parts, "twin"));
            let file = parts.file(&value(parts, "interpreter"));
            parts.files[file][8..12].copy_from_slice(&twin);
        });
    }
}

#[test]
fn settings_have_the_values_that_a_builder_writes() {
    for (key, value) in [
        ("mode", "folder"),
        ("extract", "disk"),
        ("python", "2.7"),
        ("python", "3.012x"),
        ("abiflags", "x"),
        ("libpython", "../libpython.so"),
        ("interpreter", "libpython.so"),
        ("shared", "/bin/sh"),
        ("shared", "../hello"),
        ("shared", "hello"),
        ("contents", "../.."),
        ("contents", "/"),
        ("contents", "a/b"),
        ("contents", ""),
        ("program", "hello\0__main__\0../hello_app.py"),
        ("program", "hello"),
    ] {
        for mode in Mode::ALL {
            let (outcome, _) = tampered(&hello(newest(), mode), |parts| parts.set(key, value));
            outcome.fails(&[]).exits(3);
        }
    }
}

#[test]
fn the_form_is_that_of_the_files() {
    // The first would extract into its own folder, the second would make an empty cache folder.
    let before = |tree: &Tree| tree.0.keys().filter(|p| !p.starts_with("hello")).count();
    let tree = refused(&hello(newest(), Mode::Onefile), &["`mode`"], |parts| {
        parts.set("mode", "onedir");
        parts.set("contents", ".");
    });
    assert_eq!((before(&tree), tree.0.len()), (1, 2), "{tree}");
    let tree = refused(&hello(newest(), Mode::Onedir), &["`mode`"], |parts| parts.set("mode", "onefile"));
    assert_eq!(before(&tree), 1, "{tree}");
}

/// Puts a link to `target` at `link`, and moves a file to `below`.
fn escape(parts: &mut Parts, target: &str, below: &str) {
    let blob = parts.add_blob(target.as_bytes());
    let link = parts.files.len() - 1;
    parts.set_kind(link, FileKind::Link);
    parts.files[link][8..12].copy_from_slice(&blob.to_le_bytes());
    parts.set_path(link, b"link");
    parts.set_path(0, below.as_bytes());
    parts.sort_files();
}

#[test]
fn nothing_is_written_outside_the_root() {
    let app = hello(newest(), Mode::Onefile);
    for (target, below) in [
        ("../../..", "link/evil"),
        ("..", "link/evil"),
        (".", "link/evil"),
        ("../../../../evil", "other"),
        ("missing", "other"),
        ("link", "other"),
        ("other", "../evil"),
        ("other", "../../../../evil"),
        ("other", "/tmp/freeze-evil"),
        ("other", "a/../../evil"),
        ("other", "a\0b"),
        ("other", ""),
    ] {
        let tree = refused(&app, &["damaged"], |parts| escape(parts, target, below));
        let made = tree.0.iter().find(|(path, what)| {
            path.to_string_lossy().contains("evil")
                || what.starts_with("-> ")
                || *what == "folder" && path.ends_with("a")
        });
        assert!(made.is_none() && !Path::new("/tmp/freeze-evil").exists(), "{target} {below}\n{tree}");
    }
    refused(&app, &["damaged", "not sorted"], |parts| parts.files.swap(0, 1));
}

#[test]
fn folders_without_files_stay_inside() {
    let app = hello(newest(), Mode::Onefile);
    let first = Parts::of(&std::fs::read(&app.exe).unwrap());
    let file = String::from_utf8_lossy(first.path(&first.files[0])).into_owned();
    let below = format!("{file}/evil");
    for folders in [
        "../evil",
        "a/../../evil",
        "/tmp/freeze-evil",
        "a\0",
        "\0a",
        "b\0a",
        "a\0a",
        "a//evil",
        "./evil",
        &below,
        &file,
    ] {
        let tree = refused(&app, &["damaged"], |parts| parts.set("folders", folders));
        let made = tree.0.keys().any(|path| path.to_string_lossy().contains("evil"));
        assert!(!made && !Path::new("/tmp/freeze-evil").exists(), "{folders:?}\n{tree}");
    }
    // A folder behind a link would be made where the link leads.
    refused(&app, &["damaged"], |parts| {
        escape(parts, ".", "other");
        parts.set("folders", "link/evil");
    });
    let (outcome, tree) = tampered(&app, |parts| parts.set("folders", "empty/inner\0other"));
    outcome.success();
    assert!(tree.0.keys().any(|path| path.ends_with("empty/inner")), "{tree}");
}

/// Adds links, and a file at `file`.
fn add(parts: &mut Parts, links: &[(&str, &str)], file: &str) {
    let all = links.iter().map(|(path, target)| (FileKind::Link, *path, *target));
    for (kind, path, content) in all.chain([(FileKind::Data, file, "content")]) {
        let (blob, place) = (parts.add_blob(content.as_bytes()), parts.files.len());
        let mut record = [0; FILE_LEN];
        record[8..12].copy_from_slice(&blob.to_le_bytes());
        parts.files.push(record);
        parts.set_kind(place, kind);
        parts.set_path(place, path.as_bytes());
    }
    parts.sort_files();
}

#[test]
fn links_stay_inside_together() {
    let app = hello(newest(), Mode::Onefile);
    for (links, file, reason) in [
        // Each stays inside by its own text.
        (&[("0", "0x/y"), ("0b", "0/../../..")][..], "0x/y/evil", "link"),
        (&[("0x/l", ".."), ("0b", "0x/l/..")], "0x/evil", "link"),
        (&[("0", "0x"), ("0b", "0/../..")], "0x/evil", "link"),
        // What is below a link would be written where it leads.
        (&[("0", "0x"), ("0x/l", ".")], "0/evil", "file below a file"),
        (&[("0", "0x"), ("0/l", "..")], "0x/evil", "file below a file"),
        (&[("0", "0b"), ("0b", "0")], "0x/evil", "link"),
        (&[("0", "0/x"), ("0b", "0x")], "0x/evil", "link"),
        (&[("0", "0x/evil/.."), ("0b", "0x")], "0x/evil", "link"),
        (&[("0", "0x/none/../evil")], "0x/evil", "link"),
        (&[("0", "")], "0x/evil", "link"),
        (&[("0", "0x//evil")], "0x/evil", "link"),
    ] {
        let reason = format!("is damaged: {reason}\n");
        let tree = refused(&app, &[&reason], |parts| add(parts, links, file));
        let made = tree.0.iter().find(|(path, what)| {
            path.to_string_lossy().contains("evil") || what.starts_with("-> ") || path.ends_with("0x")
        });
        assert!(made.is_none(), "{links:?} {file}\n{tree}");
    }
    // Those that do stay inside are made.
    let links = [("0", "0x/y/.."), ("0x/y/b", "../../0/y"), ("0x/loop", ".")];
    let (outcome, tree) = tampered(&app, |parts| add(parts, &links, "0x/y/file"));
    outcome.success();
    for (path, target) in links {
        let is_there =
            |(found, what): (&PathBuf, &String)| found.ends_with(path) && *what == format!("-> {target}");
        assert!(tree.0.iter().any(is_there), "{path}\n{tree}");
    }
}

#[test]
fn a_chain_of_libraries_ends() {
    for mode in Mode::ALL {
        let app = hello(newest(), mode);
        let libpython = |parts: &Parts| parts.file(&value(parts, "libpython"));
        // Each needs the next one: too many for the stack.
        refused(&app, &["damaged", "chain"], |parts| {
            let (first, model) = (parts.files.len(), parts.files[libpython(parts)]);
            for i in 0..100_000usize {
                let mut file = model;
                point(&mut file, parts.preloads.len());
                parts.preloads.push(u32::try_from(first + i + 1).unwrap());
                parts.files.push(file);
                let path = format!("z{i:06}");
                parts.set_path(first + i, path.as_bytes());
            }
            let own = libpython(parts);
            let at = parts.preloads.len();
            point(&mut parts.files[own], at);
            parts.preloads.push(u32::try_from(first).unwrap());
            if mode == Mode::Onefile {
                // Resources are not extracted, which saves time.
                for file in &mut parts.files[first..] {
                    file[7] |= file_flag::RESOURCE;
                }
            }
        });
        // One that needs itself is loaded.
        let (outcome, _) = tampered(&app, |parts| {
            let own = libpython(parts);
            let at = parts.preloads.len();
            point(&mut parts.files[own], at);
            parts.preloads.push(u32::try_from(own).unwrap());
        });
        outcome.prints(&app.expected());
        refused(&app, &["damaged"], |parts| {
            let own = libpython(parts);
            point(&mut parts.files[own], 1 << 20);
        });
    }
}

/// Lets a file need the one library that is named in the preload table at `first`.
fn point(file: &mut [u8; 32], first: usize) {
    file[12..16].copy_from_slice(&u32::try_from(first).unwrap().to_le_bytes());
    file[16..20].copy_from_slice(&1u32.to_le_bytes());
}

fn value(parts: &Parts, key: &str) -> String {
    let found = parts.settings.iter().find(|(k, _)| k == key.as_bytes()).unwrap();
    String::from_utf8(found.1.clone()).unwrap()
}

#[test]
fn a_library_that_is_none_is_not_loaded() {
    let app = hello(newest(), Mode::Onefile);
    let whole = std::cell::RefCell::new(Vec::new());
    let (outcome, _) = tampered(&app, |parts| {
        let exe = parts.seal();
        let archive = freeze_archive::Archive::open(&exe).unwrap();
        let blob = archive
            .blob(archive.find_file(value(parts, "libpython").as_bytes()).unwrap().blob.unwrap())
            .unwrap();
        let len = usize::try_from(blob.raw_len).unwrap();
        let mut content = zstd::bulk::decompress(blob.frame, len).unwrap();
        if let Some(filtered) = blob.filtered {
            filtered.undo(&mut content).unwrap();
        }
        *whole.borrow_mut() = content;
    });
    outcome.prints(&app.expected());
    let whole = whole.into_inner();
    for content in [&whole[..whole.len() / 2], &whole[..4096], b"no library", b""] {
        refused(&app, &["damaged"], |parts| {
            let blob = parts.add_blob(content);
            let own = parts.file(&value(parts, "libpython"));
            parts.files[own][8..12].copy_from_slice(&blob.to_le_bytes());
        });
    }
    each_form(&["damaged"], |parts| {
        let own = parts.file(&value(parts, "libpython"));
        parts.set_kind(own, FileKind::Data);
    });
    // Another library, which has nothing of Python.
    each_form(&["damaged", "libpython"], |parts| {
        let other = parts.files.iter().position(|f| {
            f[6] == FileKind::Native as u8 && parts.path(f).ends_with(b"zlib.cpython-312-x86_64-linux-gnu.so")
        });
        let other =
            other.unwrap_or_else(|| parts.files.iter().position(|f| f[6] == FileKind::Native as u8).unwrap());
        let path = parts.path(&parts.files[other]).to_vec();
        parts.set("libpython", path);
    });
}

/// Gives a module another blob for its code.
fn set_code(parts: &mut Parts, module: &str, blob: u32) {
    let module = parts.module(module);
    parts.modules[module][16..20].copy_from_slice(&blob.to_le_bytes());
}

fn code_of(parts: &Parts, module: &str) -> u32 {
    u32::from_le_bytes(parts.modules[parts.module(module)][16..20].try_into().unwrap())
}

#[test]
fn code_is_that_of_its_module() {
    const NUMBER: &[u8] = b"i\x01\0\0\0";
    for module in ["_freeze_bootstrap", "encodings", "__main__"] {
        each_form(&["damaged"], |parts| {
            let blob = parts.add_blob(NUMBER);
            set_code(parts, module, blob);
        });
        each_form(&["damaged"], |parts| {
            let other = code_of(parts, "signal");
            set_code(parts, module, other);
        });
        each_form(&[], |parts| set_code(parts, module, u32::MAX - 1));
    }
}

#[test]
fn a_damaged_module_is_named_by_the_import() {
    let app =
        Project::of("tamper/a_damaged_module_is_named_by_the_import").freeze_as(Mode::Onefile, ["app.py"]);
    let says = |needle: &str, change: &dyn Fn(&mut Parts)| {
        let (outcome, _) = tampered(&app, change);
        outcome.success();
        assert!(outcome.stdout.contains("damaged") && outcome.stdout.contains(needle), "{outcome}");
    };
    says("'json'", &|parts| {
        let at = parts.add_string(b"../../json/__init__.py");
        let json = parts.module("json");
        parts.modules[json][4..8].copy_from_slice(&at.to_le_bytes());
        parts.modules[json][10..12].copy_from_slice(&22u16.to_le_bytes());
    });
    says("'json'", &|parts| {
        let other = code_of(parts, "json.decoder");
        set_code(parts, "json", other);
    });
    says("'json'", &|parts| set_code(parts, "json", u32::MAX));
    let lib = |parts: &Parts| {
        let place = u32::from_le_bytes(parts.modules[parts.module("zlib")][24..28].try_into().unwrap());
        place as usize
    };
    says("not a native library", &|parts| {
        let file = lib(parts);
        parts.set_kind(file, FileKind::Data);
    });
    says("'zlib'", &|parts| {
        let zlib = parts.module("zlib");
        parts.modules[zlib][24..28].copy_from_slice(&0xffff_0000_u32.to_le_bytes());
    });
}
