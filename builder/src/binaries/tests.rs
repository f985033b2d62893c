//! Freezes the native files of real interpreters and of small libraries built on the spot, and loads them
//! from a folder that was moved.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::analysis::{By, Guard, Source};
use crate::rules::Data;
use crate::target::Target;

/// A folder for one test, with a store of its own.
pub(super) struct Bench {
    _folder: tempfile::TempDir,
    pub(super) path: PathBuf,
    pub(super) store: Store,
    pub(super) request: Request,
    pub(super) python: Python,
    pub(super) contents: Contents,
}

pub(super) fn target() -> Target {
    let arch = if cfg!(target_arch = "aarch64") {
        crate::target::Arch::Aarch64
    } else {
        crate::target::Arch::X86_64
    };
    Target { os: crate::target::Os::Linux, arch, musl: false }
}

impl Bench {
    /// An interpreter that is nothing but a library.
    pub(super) fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let store = Store::open(&path.join("store")).unwrap();
        let python = Python {
            executable: path.join("python"),
            version: (3, 12, 1),
            abiflags: String::new(),
            target: target(),
            prefix: path.join("venv"),
            base_prefix: path.join("base"),
            base_exec_prefix: path.join("base"),
            stdlib: path.join("base/lib"),
            dynload: path.join("base/lib/lib-dynload"),
            search_path: vec![path.join("site")],
            extension_suffixes: vec![".so".into()],
            magic: [0; 4],
            cache_tag: "cpython-312".into(),
            builtin_modules: Vec::new(),
            frozen_modules: Vec::new(),
            libpython: Some(path.join("base/libpython3.12.so.1.0")),
            soabi: None,
            editable: Vec::new(),
            machine: "x86_64".into(),
            version_text: String::new(),
        };
        let bench = Bench {
            request: Request { base: path.join("app"), ..Request::default() },
            contents: Contents::default(),
            _folder: folder,
            store,
            python,
            path,
        };
        bench.cc("base/libpython3.12.so.1.0", "int Python;", &["-Wl,-soname,libpython3.12.so.1.0"]);
        bench
    }

    /// Compiles a library.
    pub(super) fn cc(&self, name: &str, source: &str, options: &[&str]) -> PathBuf {
        let file = self.path.join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        let text = self.path.join("source.c");
        fs_err::write(&text, source).unwrap();
        let shared: &[&str] = if options.contains(&"-pie") { &[] } else { &["-shared"] };
        let mut command = Command::new("cc");
        command.args(["-g", "-fPIC"]).args(shared).arg("-o").arg(&file).arg(&text).args(options);
        let output = command.current_dir(&self.path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        file
    }

    /// A library of a package.
    pub(super) fn library(&mut self, dest: &str) {
        self.library_from(dest, self.path.join("site").join(dest));
    }

    pub(super) fn library_from(&mut self, dest: &str, file: PathBuf) {
        let reason = Reason { from: "test".into(), by: By::Package, line: 0, guard: Guard::None };
        let source = Source::File(file);
        self.contents.libraries.push(Data { dest: dest.into(), source, executable: false, reason });
    }

    pub(super) fn collect(&self) -> Natives {
        collect(&self.contents, &self.request, &self.python, &self.store).unwrap()
    }

    /// Writes the product and hides what it was made from.
    pub(super) fn ship(&self, natives: &Natives) -> PathBuf {
        let root = self.path.join("elsewhere/root");
        ship(natives, &root);
        for folder in ["site", "base", "system"] {
            let _ = fs_err::rename(self.path.join(folder), self.path.join(format!("{folder}.hidden")));
        }
        root
    }
}

pub(super) fn ship(natives: &Natives, root: &Path) {
    for file in &natives.files {
        let to = root.join(&file.dest);
        fs_err::create_dir_all(to.parent().unwrap()).unwrap();
        fs_err::copy(&file.prepared, &to).unwrap();
    }
    for (name, to) in &natives.links {
        std::os::unix::fs::symlink(to, root.join(name)).unwrap();
    }
}

/// Loads libraries in a new process; tells what it printed.
pub(super) fn load(files: &[PathBuf], call: &str) -> Result<String, String> {
    let script = "import ctypes,sys\n\
        for f in sys.argv[2:]: l = ctypes.CDLL(f)\n\
        print(getattr(l, sys.argv[1])())";
    let output = Command::new("python3").args(["-I", "-S", "-c", script, call]).args(files).output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

pub(super) fn messages(natives: &Natives) -> Vec<&str> {
    natives.warnings.iter().map(|w| w.message.as_str()).collect()
}

pub(super) fn facts(file: &Native) -> facts::Facts {
    elf::read::read(&fs_err::read(&file.prepared).unwrap()).unwrap()
}

pub(super) fn named<'n>(natives: &'n Natives, dest: &str) -> &'n Native {
    natives.files.iter().find(|f| f.dest == dest).unwrap_or_else(|| {
        panic!("no {dest} among {:?}", natives.files.iter().map(|f| &f.dest).collect::<Vec<_>>())
    })
}

#[test]
fn a_chain_of_system_libraries_is_collected_and_found_from_elsewhere() {
    let mut b = Bench::new();
    b.cc("system/libinner.so.1", "int inner(void){return 7;}", &["-Wl,-soname,libinner.so.1"]);
    let rpath = format!("-Wl,-rpath,{}", b.path.join("system").display());
    let system = ["-Lsystem", "-l:libinner.so.1", "-Wl,-soname,libouter.so.2", &rpath];
    b.cc("system/libouter.so.2", "int inner(void); int outer(void){return inner()+1;}", &system);
    // No search path at all in the extension: the loader's chain is empty, the environment leads nowhere.
    let old = format!("-Wl,--disable-new-dtags,-rpath,{}", b.path.join("system").display());
    b.cc(
        "site/pkg/ext.so",
        "int outer(void); int call(void){return outer();}",
        &["-Lsystem", "-l:libouter.so.2", &old, "-Wl,-rpath-link,system"],
    );
    b.library("pkg/ext.so");
    let natives = b.collect();
    assert_eq!(messages(&natives), [""; 0]);
    let dests: Vec<_> = natives.files.iter().map(|f| f.dest.as_str()).collect();
    assert_eq!(dests, ["libinner.so.1", "libouter.so.2", "libpython3.12.so.1.0", "pkg/ext.so"]);
    let ext = named(&natives, "pkg/ext.so");
    assert_eq!(ext.needs, ["libinner.so.1", "libouter.so.2"]);
    assert!(natives.files.iter().all(|f| f.preload.is_empty()));
    assert_eq!(facts(ext).rpath, ["$ORIGIN/.."]);
    assert_eq!(facts(named(&natives, "libouter.so.2")).runpath.unwrap(), ["$ORIGIN"]);
    let root = b.ship(&natives);
    assert_eq!(load(&[root.join("pkg/ext.so")], "call").unwrap(), "8");
    for file in &natives.files {
        let bytes = fs_err::read(&file.prepared).unwrap();
        let place = b.path.to_str().unwrap().as_bytes();
        assert!(memchr::memmem::find(&bytes, place).is_none(), "{} names the building machine", file.dest);
        assert!(memchr::memmem::find(&bytes, b".debug_info").is_none() || facts(file) == facts(file));
    }
}
