//! Native files: their libraries are found without `ldd`, and what is missing or too new is named.

use std::path::Path;
use std::process::Command;

use harness::{Build, EmptyRoot, Mode, Project, Run, hello, interpreters, newest};

#[test]
fn hello_runs_in_an_empty_root() {
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            run_in_empty_root(&hello(interpreter, mode));
        }
    }
}

#[test]
fn numpy_and_pandas_run_in_an_empty_root() {
    for mode in Mode::ALL {
        run_in_empty_root(&Build::new("numpy_pandas").mode(mode).freeze());
    }
}

#[track_caller]
fn run_in_empty_root(frozen: &harness::Frozen) {
    let root = EmptyRoot::new();
    let name = frozen.product.file_name().unwrap();
    harness::copy_tree(&frozen.product, &root.path().join("app").join(name));
    let exe = Path::new("/app").join(frozen.exe.strip_prefix(frozen.product.parent().unwrap()).unwrap());
    let mut run = Run::new(&exe).sandbox(root.sandbox()).show(root.path());
    run = run.in_folder("/").env("HOME", "/home").env("TMPDIR", "/tmp");
    run.run().prints(&frozen.expected());
}

/// Compiles a shared library.
fn library(folder: &Path, name: &str, source: &str, more: &[&str]) {
    let c = folder.join(format!("{name}.c"));
    std::fs::write(&c, source).unwrap();
    let output = Command::new("gcc")
        .args(["-shared", "-fPIC", "-g", "-o"])
        .arg(folder.join(name))
        .arg(&c)
        .args(more)
        .current_dir(folder)
        .output()
        .expect("gcc is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(c).unwrap();
}

const CALL: &str = "
import ctypes, os, sys
root = getattr(sys, '_MEIPASS', os.path.dirname(os.path.abspath(__file__)))
print(ctypes.CDLL(os.path.join(root, 'libouter.so')).outer())
";
const OUTER: &str = "int inner(void); int outer(void) { return inner() + 1; }";
const INNER: &str = "int inner(void) { return 41; }";

#[test]
fn libraries_of_a_library_come_with_it() {
    for mode in Mode::ALL {
        let project = Project::script(CALL);
        let deep = project.path().join("deep/er");
        std::fs::create_dir_all(&deep).unwrap();
        library(&deep, "libinner.so.1", INNER, &["-Wl,-soname,libinner.so.1"]);
        library(
            project.path(),
            "libouter.so",
            OUTER,
            &["deep/er/libinner.so.1", "-Wl,-rpath,$ORIGIN/deep/er"],
        );
        let frozen = project.freeze_as(mode, ["app.py", "--add-binary", "libouter.so:."]);
        frozen.command().run().prints("42\n");
    }
}

#[test]
fn a_library_that_cannot_be_found_is_a_warning_with_its_culprit() {
    let project = Project::script("print('runs')");
    library(project.path(), "libinner.so.1", INNER, &["-Wl,-soname,libinner.so.1"]);
    library(project.path(), "libouter.so", OUTER, &["libinner.so.1"]);
    std::fs::remove_file(project.path().join("libinner.so.1")).unwrap();
    let frozen = project.freeze(["app.py", "--add-binary", "libouter.so:."]);
    frozen.outcome.says(&["libinner.so.1", "libouter.so"]);
    frozen.command().run().prints("runs\n");
}

#[test]
fn a_binary_that_is_none_is_reported() {
    let project = Project::script("print('runs')").file("libtext.so", "no library");
    let outcome = project.command(["app.py", "-F", "-y", "--add-binary", "libtext.so:."]).run();
    outcome.says(&["libtext.so"]);
    // A damaged one must not take the builder down either.
    let project =
        Project::script("print('runs')").file("libcut.so", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0");
    let outcome = project.command(["app.py", "-F", "-y", "--add-binary", "libcut.so:."]).run();
    outcome.says(&["libcut.so"]);
}

#[test]
fn too_new_a_glibc_is_refused_with_its_culprit() {
    let spec =
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nmax-glibc = \"2.3\"\n";
    let project =
        Project::script("print('hello')").file("app.spec", spec).file("dist/app", "earlier product");
    project.command(["app.spec", "-y"]).run().fails(&["2.3", "glibc", "libpython"]);
    assert_eq!(std::fs::read_to_string(project.path().join("dist/app")).unwrap(), "earlier product");
}

#[test]
fn the_summary_names_the_glibc_that_is_needed() {
    hello(newest(), Mode::Onefile).outcome.says(&["glibc 2."]);
}

#[test]
fn debug_information_is_stripped_unless_it_is_wanted() {
    let size = |strip: &str| {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onedir\"\nstrip = \"{strip}\"\n\
             [[binary]]\nfrom = \"libouter.so\"\nto = \".\"\n"
        );
        let project = Project::script(CALL).file("app.spec", spec);
        let source = "static __attribute__((noinline)) int helper(int n) { return n * 6; } int outer(void) { return helper(7); }";
        library(project.path(), "libouter.so", source, &["-O0"]);
        let frozen = project.freeze_spec(Mode::Onedir);
        frozen.command().run().prints("42\n");
        std::fs::read(frozen.product.join("_internal/libouter.so")).unwrap()
    };
    let has = |bytes: &[u8], name: &str| bytes.windows(name.len()).any(|w| w == name.as_bytes());
    let (none, debug, all) = (size("none"), size("debug"), size("all"));
    // The compiler names itself in debug information, and a static function is named in the symbol table only.
    assert!(has(&none, "GNU C") && !has(&debug, "GNU C") && !has(&all, "GNU C"));
    assert!(has(&debug, "helper") && !has(&all, "helper"));
    assert!(none.len() > debug.len() && debug.len() > all.len());
}
