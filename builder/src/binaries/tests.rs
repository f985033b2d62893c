//! Freezes the native files of real interpreters and of small compiled libraries, and loads them from a
//! relocated folder.

// The tests compile libraries for the build system, or load them.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::analysis::{By, Source};
use crate::contents::Data;
use crate::target::Target;

/// A folder for one test, with its own store.
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
    /// Creates a bench whose interpreter is only a library.
    pub(super) fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let store = Store::open(&path.join("store")).unwrap();
        let python = Python {
            executable: path.join("python"),
            version: (3, 12, 1),
            prefix: path.join("venv"),
            base_prefix: path.join("base"),
            base_exec_prefix: path.join("base"),
            stdlib: path.join("base/lib"),
            dynload: path.join("base/lib/lib-dynload"),
            search_path: vec![path.join("site")],
            extension_suffixes: vec![".so".into()],
            cache_tag: "cpython-312".into(),
            libpython: Some(path.join("base/libpython3.12.so.1.0")),
            machine: "x86_64".into(),
            ..Python::blank(target())
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
        let reason = Reason::new("test", By::Package);
        let source = Source::File(file);
        self.contents.libraries.push(Data {
            dest: dest.into(),
            source,
            executable: false,
            resource: false,
            reason,
        });
    }

    pub(super) fn collect(&self) -> Natives {
        collect(&self.contents, &self.request, &self.python, &self.store).unwrap()
    }

    /// Writes the application and hides its inputs.
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
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(&to, mode).unwrap();
    }
    for (name, to) in &natives.links {
        std::os::unix::fs::symlink(to, root.join(name)).unwrap();
    }
}

/// Loads libraries in a new process. Returns its output.
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
    // The extension has no search path: the loader's chain is empty, and the environment does not help.
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
    }
}

#[test]
fn a_missing_library_is_told_with_who_needs_it() {
    let mut b = Bench::new();
    b.cc("system/libgone.so.3", "int gone(void){return 1;}", &["-Wl,-soname,libgone.so.3"]);
    b.cc(
        "site/pkg.libs/libmid.so",
        "int gone(void); int mid(void){return gone();}",
        &["-Lsystem", "-l:libgone.so.3"],
    );
    let options =
        ["-Lsite/pkg.libs", "-l:libmid.so", "-Wl,-rpath,$ORIGIN/../pkg.libs", "-Wl,-rpath-link,system"];
    b.cc("site/pkg/ext.so", "int mid(void); int call(void){return mid();}", &options);
    fs_err::remove_file(b.path.join("system/libgone.so.3")).unwrap();
    b.library("pkg/ext.so");
    let natives = b.collect();
    let message =
        "library `libgone.so.3` was not found, needed by `pkg.libs/libmid.so`, needed by `pkg/ext.so`";
    assert_eq!(messages(&natives), [message]);
    assert!(natives.warnings[0].hint.as_deref().unwrap().contains("[[binary]]"));
    let ext = named(&natives, "pkg/ext.so");
    assert_eq!(ext.needs, ["pkg.libs/libmid.so"]);
}

#[test]
fn rpath_of_the_loading_file_counts_for_what_it_loads() {
    let mut b = Bench::new();
    b.cc("site/pkg/deep/liblow.so", "int low(void){return 5;}", &[]);
    b.cc("site/pkg/libmid.so", "int low(void); int mid(void){return low();}", &["-Lsite/pkg/deep", "-llow"]);
    let old = [
        "-Lsite/pkg",
        "-lmid",
        "-Wl,--disable-new-dtags,-rpath,$ORIGIN:$ORIGIN/deep",
        "-Wl,-rpath-link,site/pkg/deep",
    ];
    b.cc("site/pkg/ext.so", "int mid(void); int call(void){return mid();}", &old);
    b.library("pkg/ext.so");
    let natives = b.collect();
    assert_eq!(messages(&natives), [""; 0]);
    assert_eq!(named(&natives, "pkg/ext.so").needs, ["pkg/deep/liblow.so", "pkg/libmid.so"]);
    let root = b.ship(&natives);
    assert_eq!(load(&[root.join("pkg/ext.so")], "call").unwrap(), "5");
    // The library is also found without the file that loaded it first.
    assert_eq!(load(&[root.join("pkg/libmid.so")], "mid").unwrap(), "5");
}

/// `libQt5Core.so.5` has an interpreter segment, so that it can print its version when it is run.
#[test]
fn a_library_that_can_be_started_is_patched_as_a_library() {
    let mut b = Bench::new();
    b.cc("site/pkg/liblow.so", "int low(void){return 7;}", &[]);
    let source = "const char loader[] __attribute__((section(\".interp\"))) = \"/lib64/ld-linux-x86-64.so.2\";\n\
                  char zeros[1 << 22]; int low(void); int call(void){return low() + zeros[9];}";
    let search = format!("-Wl,-rpath,{}", b.path.join("site/pkg").display());
    b.cc("site/pkg/top/libtop.so.1", source, &["-Lsite/pkg", "-llow", "-Wl,-soname,libtop.so.1", &search]);
    b.library("pkg/top/libtop.so.1");
    let natives = b.collect();
    assert_eq!(messages(&natives), [""; 0]);
    assert!(!named(&natives, "pkg/top/libtop.so.1").program);
    let root = b.ship(&natives);
    assert_eq!(load(&[root.join("pkg/top/libtop.so.1")], "call").unwrap(), "7");
}

#[test]
fn a_library_known_by_two_names_gets_a_link() {
    let mut b = Bench::new();
    b.cc("site/pkg/libx.so", "int x(void){return 3;}", &["-Wl,-soname,libx.so.1"]);
    b.cc(
        "site/pkg/ext.so",
        "int x(void); int call(void){return x();}",
        &["-Lsite/pkg", "-lx", "-Wl,-rpath,$ORIGIN"],
    );
    b.library("pkg/libx.so");
    b.library("pkg/ext.so");
    let natives = b.collect();
    assert_eq!(messages(&natives), [""; 0]);
    assert_eq!(natives.links, [("pkg/libx.so.1".to_owned(), "libx.so".to_owned())]);
    let root = b.ship(&natives);
    assert_eq!(load(&[root.join("pkg/ext.so")], "call").unwrap(), "3");
}

#[test]
fn equal_libraries_are_kept_once_and_different_ones_twice() {
    let mut b = Bench::new();
    for (folder, value) in [("one", 1), ("two", 1), ("three", 3)] {
        let lib = format!("system/{folder}/libsame.so.1");
        b.cc(
            &lib,
            &format!("int same(void){{return {value};}}"),
            &["-Wl,-soname,libsame.so.1", "-g0", "-Wl,--build-id=none"],
        );
        let rpath = format!("-Wl,-rpath,{}", b.path.join("system").join(folder).display());
        let search = format!("-Lsystem/{folder}");
        let ext = format!("site/{folder}.so");
        b.cc(&ext, "int same(void); int call(void){return same();}", &[&search, "-l:libsame.so.1", &rpath]);
        b.library(&format!("{folder}.so"));
    }
    let natives = b.collect();
    let same: Vec<_> = natives.files.iter().filter(|f| f.dest.ends_with("libsame.so.1")).collect();
    assert_eq!(same.len(), 2);
    assert!(messages(&natives)[0].starts_with("two libraries are called `libsame.so.1`"));
    let root = b.ship(&natives);
    for (name, value) in [("one.so", "1"), ("two.so", "1"), ("three.so", "3")] {
        assert_eq!(load(&[root.join(name)], "call").unwrap(), value);
    }
}

#[test]
fn a_file_that_checks_itself_is_not_touched_and_its_needs_are_loaded_first() {
    let mut b = Bench::new();
    b.cc("system/libdep.so.1", "int dep(void){return 4;}", &["-Wl,-soname,libdep.so.1"]);
    let rpath = format!("-Wl,-rpath,{}", b.path.join("system").display());
    b.cc(
        "site/pkg/softer.so",
        "int dep(void); int call(void){return dep();}",
        &["-Lsystem", "-l:libdep.so.1", &rpath],
    );
    fs_err::write(b.path.join("site/pkg/softer.chk"), "hash").unwrap();
    b.library("pkg/softer.so");
    let natives = b.collect();
    let file = named(&natives, "pkg/softer.so");
    assert_eq!(file.prepared, file.source);
    assert_eq!(file.preload, ["libdep.so.1"]);
    let root = b.ship(&natives);
    assert!(load(&[root.join("pkg/softer.so")], "call").is_err());
    assert_eq!(load(&[root.join("libdep.so.1"), root.join("pkg/softer.so")], "call").unwrap(), "4");
}

#[test]
fn what_the_target_does_not_load_is_shipped_as_it_is() {
    let mut b = Bench::new();
    let mut other = fs_err::read(b.cc("site/other.so", "int f;", &[])).unwrap();
    other[18] = 0xf3;
    fs_err::write(b.path.join("site/other.so"), &other).unwrap();
    fs_err::write(b.path.join("site/script.so"), "INPUT(libfoo.so.1)").unwrap();
    fs_err::write(b.path.join("site/cut.so"), &other[..50]).unwrap();
    fs_err::write(b.path.join("site/empty.so"), "").unwrap();
    for name in ["cut.so", "empty.so", "other.so", "script.so"] {
        b.library(name);
    }
    let natives = b.collect();
    assert_eq!(natives.warnings.len(), 4);
    assert!(natives.warnings.iter().all(|w| w.minor));
    assert!(
        natives.files.iter().filter(|f| f.dest != "libpython3.12.so.1.0").all(|f| f.prepared == f.source)
    );
    // A file that the user names as a binary by mistake.
    b.contents.libraries[3].reason.by = By::Request("--add-binary".into());
    let natives = b.collect();
    let told: Vec<_> = natives.warnings.iter().filter(|w| !w.minor).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].message.ends_with("script.so` is added as data: it is not a native library"), "{told:?}");
}

#[test]
fn a_search_path_that_finds_nothing_goes() {
    let mut b = Bench::new();
    let lib = b.path.join("base/lib");
    let rpath = format!("-Wl,-rpath,{}", lib.display());
    b.cc("base/libpython3.12.so.1.0", "int Python;", &["-Wl,-soname,libpython3.12.so.1.0", &rpath]);
    b.cc("site/own.so", "int call(void){return 1;}", &["-Wl,-rpath,$ORIGIN"]);
    b.cc("site/alone.so", "int call(void){return 2;}", &[&rpath]);
    b.cc("site/opens.so", "int call(void){return 3;}", &[&rpath]);
    b.cc("base/lib/libopened.so", "int opened;", &[]);
    for dest in ["alone.so", "opens.so", "own.so"] {
        b.library(dest);
    }
    let natives = b.collect();
    let search = |dest: &str| facts(named(&natives, dest)).search().to_vec();
    assert_eq!(search("libpython3.12.so.1.0"), [""; 0]);
    assert_eq!(search("alone.so"), [""; 0]);
    // Files next to it may be opened at run time.
    assert_eq!(search("own.so"), ["$ORIGIN"]);
    // The same applies to files that were added by hand from the search path.
    b.library_from("plugins/libopened.so", lib.join("libopened.so"));
    let natives = b.collect();
    assert_eq!(facts(named(&natives, "opens.so")).search(), ["$ORIGIN/plugins"]);
    let root = b.ship(&natives);
    for (dest, value) in [("alone.so", "2"), ("opens.so", "3"), ("own.so", "1")] {
        assert_eq!(load(&[root.join(dest)], "call").unwrap(), value);
    }
}

#[test]
fn a_newer_glibc_than_allowed_is_an_error_that_names_the_file() {
    let mut b = Bench::new();
    // `pthread_key_create` moved into libc, with a new version, in glibc 2.34.
    let source = "#include <pthread.h>\nint call(void){pthread_key_t k; return pthread_key_create(&k, 0);}";
    b.cc("site/new.so", source, &[]);
    b.library("new.so");
    assert_eq!(b.collect().glibc, Some(((2, 34), "new.so".to_owned())));
    b.request.bundle.max_glibc = Some((2, 28));
    let error = collect(&b.contents, &b.request, &b.python, &b.store).unwrap_err();
    assert_eq!(error.message, "`new.so` needs `GLIBC_2.34`, but `max-glibc` is 2.28");
    assert!(error.hint.is_some());
}

#[test]
fn two_machines_make_the_same_bytes() {
    let build = || {
        let mut b = Bench::new();
        b.cc("system/libdep.so.1", "int dep(void){return 4;}", &["-Wl,-soname,libdep.so.1", "-g0"]);
        let rpath = format!("-Wl,-rpath,{}", b.path.join("system").display());
        b.cc(
            "site/pkg/ext.so",
            "int dep(void); int call(void){return dep();}",
            &["-g0", "-Lsystem", "-l:libdep.so.1", &rpath, "-Wl,--build-id=none"],
        );
        b.library("pkg/ext.so");
        let natives = b.collect();
        natives.files.iter().map(|f| (f.dest.clone(), fs_err::read(&f.prepared).unwrap())).collect::<Vec<_>>()
    };
    // The names of temporary folders have equal lengths.
    let (one, two) = (build(), build());
    for (a, b) in one.iter().zip(&two).filter(|(a, _)| a.0 != "libpython3.12.so.1.0") {
        assert!(a == b, "{} differs", a.0);
    }
}

#[test]
fn an_extension_in_a_zip_is_taken_out() {
    let mut b = Bench::new();
    let bytes = fs_err::read(b.cc("site/z.so", "int call(void){return 6;}", &[])).unwrap();
    let archive = b.path.join("site/egg.zip");
    let mut zip = zip::ZipWriter::new(fs_err::File::create(&archive).unwrap());
    zip.start_file("pkg/z.so", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, &bytes).unwrap();
    zip.finish().unwrap();
    b.library("pkg/z.so");
    b.contents.libraries[0].source = Source::Zip { archive, member: "pkg/z.so".into() };
    let root = b.ship(&b.collect());
    assert_eq!(load(&[root.join("pkg/z.so")], "call").unwrap(), "6");
}

#[test]
fn links_beside_a_library_stay_links() {
    let mut b = Bench::new();
    b.cc("site/pkg/libx.so.1.2", "int x(void){return 3;}", &["-Wl,-soname,libx.so.1"]);
    for (name, to) in [("libx.so", "libx.so.1"), ("libx.so.1", "libx.so.1.2")] {
        std::os::unix::fs::symlink(to, b.path.join("site/pkg").join(name)).unwrap();
    }
    b.cc(
        "site/other/ext.so",
        "int x(void); int call(void){return x();}",
        &["-Lsite/pkg", "-lx", "-Wl,-rpath,$ORIGIN/../pkg"],
    );
    for name in ["other/ext.so", "pkg/libx.so", "pkg/libx.so.1", "pkg/libx.so.1.2"] {
        b.library(name);
    }
    let natives = b.collect();
    assert_eq!(messages(&natives), [""; 0]);
    let link = |name: &str| (format!("pkg/{name}"), "libx.so.1.2".to_owned());
    assert_eq!(natives.links, [link("libx.so"), link("libx.so.1")]);
    let root = b.ship(&natives);
    assert_eq!(load(&[root.join("other/ext.so")], "call").unwrap(), "3");
}

#[test]
fn an_older_library_than_a_file_was_linked_with_is_told() {
    let mut b = Bench::new();
    fs_err::write(b.path.join("new.map"), "V_1 { global: x; }; V_2 { global: y; };").unwrap();
    fs_err::write(b.path.join("old.map"), "V_1 { global: x; };").unwrap();
    let soname = "-Wl,-soname,libv.so.1";
    b.cc("system/libv.so.1", "int x; int y(void){return 1;}", &[soname, "-Wl,--version-script=new.map"]);
    let rpath = format!("-Wl,-rpath,{}", b.path.join("system").display());
    b.cc("site/ext.so", "int y(void); int call(void){return y();}", &["-Lsystem", "-l:libv.so.1", &rpath]);
    b.cc("system/libv.so.1", "int x;", &[soname, "-Wl,--version-script=old.map"]);
    b.library("ext.so");
    let natives = b.collect();
    assert!(messages(&natives)[0].starts_with("`ext.so` needs `V_2`, which `libv.so.1` (from `"));
}
