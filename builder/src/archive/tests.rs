//! Packs small programs with a real interpreter, publishes them, and reads them back.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use freeze_archive::Archive;

use super::*;
use crate::analysis::Module;
use crate::analysis::{By, Graph};
use crate::binaries::Native;
use crate::contents::Data;
use crate::marshal;
use crate::output;
use crate::spec::{Bundle, Entry, Program};

/// Returns the newest interpreter on this machine with a shared library. Without one, tests are skipped, with
/// a message on standard error that bypasses the output capture of the test runner.
pub(crate) fn python() -> Option<Python> {
    let found = find_python();
    if found.is_none() {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a test");
        let _ = writeln!(std::io::stderr(), "skipped: {name}: no Python on this machine");
    }
    found
}

fn find_python() -> Option<Python> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let mut found: Vec<PathBuf> = std::fs::read_dir(home.join(".pyenv/versions"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("bin/python3"))
        .filter(|p| p.exists())
        .collect();
    found.sort_by_key(|p| p.components().count());
    found.sort();
    found.push("/usr/bin/python3".into());
    let executable = found.iter().find(|p| p.to_string_lossy().contains("/3.12")).or(found.first())?.clone();
    let script = "import sys, os, importlib.util as u, sysconfig\n\
                  print(*sys.version_info[:3], sys.implementation.cache_tag, u.MAGIC_NUMBER.hex(), \
                  os.path.dirname(os.__file__), sysconfig.get_config_var('LIBDIR'), \
                  sysconfig.get_config_var('INSTSONAME'), sep='\\n')";
    let out = Command::new(&executable).args(["-I", "-S", "-c", script]).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let number = |i: usize| lines.get(i)?.parse().ok();
    let magic: Vec<u8> =
        (0..4).filter_map(|i| u8::from_str_radix(&lines[4][i * 2..i * 2 + 2], 16).ok()).collect();
    Some(Python {
        executable,
        version: (number(0)?, number(1)?, number(2)?),
        stdlib: PathBuf::from(lines[5]),
        dynload: PathBuf::from(lines[5]).join("lib-dynload"),
        magic: magic.try_into().ok()?,
        cache_tag: lines[3].to_owned(),
        libpython: Some(Path::new(lines[6]).join(lines[7])),
        ..Python::blank(crate::target::Target::host())
    })
}

fn reason(from: &str) -> Reason {
    Reason::new(from, By::Import).at(1)
}

fn module(name: &str, kind: Kind, path: &str) -> (String, Module) {
    let package = matches!(kind, Kind::Namespace(_)) || path.ends_with("__init__.py");
    let reasons = vec![reason("__main__")];
    let m = Module { name: name.into(), kind, package, path: path.into(), distribution: None, reasons };
    (name.into(), m)
}

/// A small program and its location.
pub(crate) struct Case {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) contents: Contents,
    pub(crate) natives: Natives,
    pub(crate) request: Request,
    pub(crate) python: Python,
}

/// Returns a program with three modules, a data file and a library.
pub(crate) fn case(mode: Mode) -> Option<Case> {
    let python = python()?;
    let dir = tempfile::tempdir().unwrap();
    let src = dir.path().join("src");
    std::fs::create_dir_all(src.join("pkg")).unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(src.join(name), text).unwrap();
        Kind::Source(Source::File(src.join(name)))
    };
    let mut graph = Graph::default();
    let app = write("app.py", "import pkg.mod\nassert pkg.mod.f({1, 2, 'a'})\nprint('hello')\n");
    let init = write("pkg/__init__.py", "");
    let text = "def f(x):\n    return x in ({1, 2, 'a'}, {'bb', 'c'}) and 1 in {3, 1, 'x', 'y'}\n".repeat(40);
    let modules = [
        module("__main__", app, "app.py"),
        module("pkg", init, "pkg/__init__.py"),
        module("pkg.mod", write("pkg/mod.py", &text), "pkg/mod.py"),
        module("pkg.old", write("pkg/old.py", "print 'two'\n"), "pkg/old.py"),
        module("space", Kind::Namespace(Vec::new()), "space"),
        module("sys", Kind::Builtin, ""),
    ];
    graph.modules.extend(modules);
    graph.missing.insert("nowhere".into(), vec![reason("pkg.mod")]);
    std::fs::write(src.join("data.txt"), "data ".repeat(1000)).unwrap();
    std::fs::write(src.join("lib.so"), [&b"\x7fELF"[..], &[7; 100_000]].concat()).unwrap();
    let contents = Contents {
        graph,
        data: vec![Data {
            dest: "pkg/data.txt".into(),
            source: Source::File(src.join("data.txt")),
            executable: false,
            resource: false,
            reason: reason("pkg"),
        }],
        ..Contents::default()
    };
    let native = |dest: &str, preload: &[&str]| Native {
        dest: dest.into(),
        source: src.join("lib.so"),
        prepared: src.join("lib.so"),
        preload: preload.iter().map(|p| (*p).to_owned()).collect(),
        needs: Vec::new(),
        program: false,
        reasons: vec![reason("pkg")],
    };
    let natives = Natives {
        files: vec![native("libpython.so", &[]), native("pkg/lib.so", &["libpython.so"])],
        links: vec![("libp.so".into(), "libpython.so".into())],
        libpython: Some("libpython.so".into()),
        ..Natives::default()
    };
    let program = |name: &str| Program::new(name.into(), Entry::Script(src.join("app.py")), None);
    let mut request = Request {
        name: "demo".into(),
        programs: vec![program("demo")],
        bundle: Bundle { mode, contents_directory: "_internal".into(), ..Bundle::default() },
        ..Request::default()
    };
    request.output.dist = dir.path().join("dist");
    Some(Case { dir, contents, natives, request, python })
}

impl Case {
    fn input(&self) -> Input<'_> {
        Input {
            contents: &self.contents,
            natives: &self.natives,
            request: &self.request,
            python: &self.python,
        }
    }

    fn pack(&self, store: &Store) -> Packed {
        pack(&self.input(), store, None).unwrap()
    }

    pub(crate) fn publish(&self, store: &Store) -> output::Published {
        let app = crate::assemble::app(&self.request, vec![self.pack(store)], store).unwrap();
        output::publish(&self.request, app).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.dir.path().join("cache")).unwrap()
    }
}

fn raw(archive: &Archive<'_>, id: u32) -> Vec<u8> {
    let blob = archive.blob(id).unwrap();
    if blob.codec == freeze_archive::Codec::Stored {
        return blob.stored.to_vec();
    }
    let dictionary = match blob.codec {
        freeze_archive::Codec::ZstdDictionary => archive.dictionary().unwrap().unwrap(),
        _ => &[],
    };
    let mut decompressor = zstd::bulk::Decompressor::with_dictionary(dictionary).unwrap();
    let mut raw = decompressor.decompress(blob.frame, blob.raw_len as usize).unwrap();
    if let Some(filtered) = blob.filtered {
        filtered.undo(&mut raw).unwrap();
    }
    raw
}

#[test]
fn onefile_holds_everything() {
    let Some(case) = case(Mode::Onefile) else { return };
    let store = case.store();
    let packed = case.pack(&store);
    assert_eq!((packed.totals.modules, packed.totals.libraries, packed.totals.data), (5, 2, 1));
    assert!(
        packed.warnings.iter().any(|w| w.minor && w.message.contains("`pkg.old` is left out")),
        "{:?}",
        packed.warnings
    );
    let first = case.publish(&store);
    assert!(!first.unchanged);
    let bytes = std::fs::read(&first.path).unwrap();
    assert_eq!(bytes.len() as u64, first.size);
    let archive = Archive::open(&bytes).unwrap();
    let code = archive.find_module(b"pkg.mod").unwrap();
    let marshal = raw(&archive, code.code.unwrap());
    let decoded = marshal::decode(&marshal, case.python.version.1).unwrap();
    assert_eq!(decoded.root().as_code().unwrap().filename(), "pkg/mod.py");
    assert!(archive.find_module(b"pkg").unwrap().is_package());
    assert!(archive.find_module(b"_freeze_bootstrap").is_some() && archive.find_module(b"sys").is_none());
    assert_eq!(archive.find_module(b"pkg.old"), None);
    let data = archive.find_file(b"pkg/data.txt").unwrap();
    assert_eq!(raw(&archive, data.blob.unwrap()), "data ".repeat(1000).into_bytes());
    let link = archive.find_file(b"libp.so").unwrap();
    assert_eq!((link.kind, raw(&archive, link.blob.unwrap())), (FileKind::Link, b"libpython.so".to_vec()));
    assert_eq!(archive.setting(setting::PROGRAM).unwrap(), b"demo\0__main__\0app.py");
    let manifest: u32 =
        std::str::from_utf8(archive.setting(setting::MANIFEST).unwrap()).unwrap().parse().unwrap();
    let manifest: manifest::Manifest = serde_json::from_slice(&raw(&archive, manifest)).unwrap();
    assert_eq!(manifest.missing["nowhere"][0].from, "pkg.mod");
    let here = case.dir.path().to_str().unwrap().as_bytes();
    for id in 0..archive.blob_count() as u32 {
        assert!(
            !raw(&archive, id).windows(here.len()).any(|w| w == here),
            "a path of this machine in blob {id}"
        );
    }
    // Build again, with everything from the store; then damage the result.
    drop(store);
    let store = case.store();
    assert!(case.publish(&store).unchanged);
    let mut damaged = bytes.clone();
    let middle = damaged.len() - 20_000;
    damaged[middle] ^= 1;
    std::fs::write(&first.path, &damaged).unwrap();
    assert!(!case.publish(&store).unchanged);
    assert_eq!(std::fs::read(&first.path).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(&case.request.output.dist).unwrap().count(), 1);
}

#[test]
fn the_same_source_elsewhere_gives_the_same_bytes() {
    let (Some(a), Some(b)) = (case(Mode::Onefile), case(Mode::Onefile)) else { return };
    let one = a.publish(&a.store());
    // With bytecode from an interpreter, and without a cache.
    let status = Command::new(&b.python.executable)
        .args(["-m", "compileall", "-q"])
        .arg(b.dir.path().join("src"))
        .env("PYTHONHASHSEED", "5")
        .output();
    assert!(status.is_ok());
    assert!(b.dir.path().join("src/pkg/__pycache__").exists());
    let two = b.publish(&Store::open(Path::new("/dev/null/none")).unwrap());
    assert!(std::fs::read(one.path).unwrap() == std::fs::read(two.path).unwrap());
}

#[test]
fn onedir_lies_beside_and_is_replaced_whole() {
    let Some(mut case) = case(Mode::Onedir) else { return };
    let extra = Program { name: "second".into(), ..case.request.programs[0].clone() };
    case.request.programs.push(extra);
    let entry = case.contents.graph.modules["__main__"].clone();
    case.contents
        .graph
        .modules
        .insert("__main__.second".into(), Module { name: "__main__.second".into(), ..entry });
    case.request.modules.files = vec!["pkg".into()];
    let store = case.store();
    let first = case.publish(&store);
    let root = case.request.output.dist.join("demo");
    assert_eq!(first.executables, [root.join("demo"), root.join("second")]);
    let internal = root.join("_internal");
    for path in ["pkg/data.txt", "pkg/lib.so", "libpython.so", "pkg/mod.py", "pkg/__init__.py"] {
        assert!(internal.join(path).is_file(), "{path}");
    }
    let pyc = format!("pkg/__pycache__/mod.{}.pyc", case.python.cache_tag);
    assert!(internal.join(pyc).is_file());
    assert_eq!(std::fs::read_link(internal.join("libp.so")).unwrap(), Path::new("libpython.so"));
    let second = std::fs::read(root.join("second")).unwrap();
    let second = Archive::open(&second).unwrap();
    assert_eq!(second.setting(setting::SHARED).unwrap(), b"demo");
    assert_eq!(second.setting(setting::PROGRAM).unwrap(), b"second\0__main__.second\0app.py");
    assert!(case.publish(&store).unchanged);
    // An additional or changed file makes a different application.
    std::fs::write(internal.join("more"), "x").unwrap();
    assert!(!case.publish(&store).unchanged);
    assert!(!internal.join("more").exists());
    std::fs::write(internal.join("pkg/lib.so"), [7; 100_004]).unwrap();
    assert!(!case.publish(&store).unchanged);
    assert!(case.publish(&store).unchanged);
    // A folder that freeze has not created stays unchanged.
    std::fs::remove_dir_all(&root).unwrap();
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("precious"), "x").unwrap();
    let publish = |case: &Case| {
        let app = crate::assemble::app(&case.request, vec![case.pack(&store)], &store).unwrap();
        output::publish(&case.request, app)
    };
    let error = publish(&case).unwrap_err();
    assert!(error.to_string().contains("was not created by freeze") && error.hint.is_some(), "{error}");
    assert!(root.join("precious").exists());
    case.request.output.overwrite = true;
    assert!(!publish(&case).unwrap().unchanged);
    assert!(!root.join("precious").exists());
    assert_eq!(std::fs::read_dir(&case.request.output.dist).unwrap().count(), 1);
}

#[test]
fn an_entry_that_does_not_compile_is_an_error() {
    let Some(mut case) = case(Mode::Onefile) else { return };
    let path = case.dir.path().join("src/app.py");
    std::fs::write(&path, "x = 1\nif x:\nprint(x)\n").unwrap();
    let store = case.store();
    for _ in 0..2 {
        let error = pack(&case.input(), &store, None).unwrap_err();
        let text = error.excerpt.unwrap();
        assert!(text.contains(&format!("File \"{}\", line 3", path.display())), "{text}");
        assert!(text.contains("IndentationError: expected an indented block"), "{text}");
    }
    case.contents.data[0].dest = "../outside".into();
    let error = pack(&case.input(), &store, None).unwrap_err();
    assert!(error.message.contains("is not a valid destination"), "{error}");
    case.contents.data[0].dest = "pkg/lib.so/x".into();
    let error = pack(&case.input(), &store, None).unwrap_err();
    assert!(error.message.contains("is a file in the product"), "{error}");
}

#[test]
fn bytecode_by_hash_is_checked() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("m.py");
    std::fs::write(&source, "x = 1\n").unwrap();
    let out = Command::new(&python.executable)
        .args(["-m", "py_compile"])
        .arg(&source)
        .env("SOURCE_DATE_EPOCH", "1")
        .output()
        .unwrap();
    assert!(out.status.success());
    let metadata = std::fs::metadata(&source).unwrap();
    let code = pycache::find(&source, &metadata, b"x = 1\n", &python, 0).unwrap();
    assert!(pycache::find(&source, &metadata, b"x = 2\n", &python, 0).is_none());
    let wrapped = pycache::wrap(&code, b"x = 1\n", &python);
    let pyc = dir.path().join("__pycache__").join(pycache::file_name("m.py", &python, 0));
    let made = std::fs::read(pyc).unwrap();
    assert_eq!(made[8..], wrapped[8..]);
    assert!(pycache::content(b"\0\0", &python).is_err());
}
