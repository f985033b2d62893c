//! Libraries of the system that code opens by their names through `ctypes` come along, and are found where there are none.

use std::path::Path;
use std::process::Command;

use harness::{Mode, Project, newest, scratch, without_libpython};

/// Libraries `libours.so.2` and `libtheirs.so.1` in a folder, the first with the name for linkers beside it.
fn libraries(folder: &Path) {
    for (file, soname, answer) in
        [("libours.so.2.5", "libours.so.2", 42), ("libtheirs.so.1", "libtheirs.so.1", 7)]
    {
        let source = folder.join("x.c");
        std::fs::write(&source, format!("int answer(void) {{ return {answer}; }}\n")).unwrap();
        let made = Command::new("gcc")
            .args(["-shared", "-fPIC", &format!("-Wl,-soname,{soname}"), "-o"])
            .args([&folder.join(file), &source])
            .status();
        assert!(made.expect("gcc is installed").success());
    }
    for (link, target) in [("libours.so.2", "libours.so.2.5"), ("libours.so", "libours.so.2")] {
        std::os::unix::fs::symlink(target, folder.join(link)).unwrap();
    }
}

#[test]
fn libraries_that_are_opened_by_name_come_along() {
    let folder = scratch("opened");
    libraries(folder.path());
    let pythons = std::iter::once(newest()).chain(without_libpython().first());
    for python in pythons {
        for (mode, extract) in
            [(Mode::Onedir, ""), (Mode::Onefile, ""), (Mode::Onefile, "extract = 'memory'\n")]
        {
            let mode_name = mode.name();
            let spec = format!("[app]\nentry = 'app.py'\n[bundle]\nmode = '{mode_name}'\n{extract}");
            let project = Project::of("opened_libraries/libraries_that_are_opened_by_name_come_along")
                .file("app.spec", spec);
            let arguments = ["app.spec", "--python", python.exe.to_str().unwrap()];
            let built = project.bare_command(arguments).env("LD_LIBRARY_PATH", folder.path()).run();
            let app = project.moved(mode, "app", built);
            app.command().run().prints("libours.so.2 42\nlibtheirs.so.1 7\nNone find_library libc.so.6\n");
        }
    }
}

#[test]
fn a_library_that_own_code_opens_and_is_not_there_is_told_of() {
    let project = Project::of("opened_libraries/a_library_that_own_code_opens_and_is_not_there_is_told_of");
    let built = project.bare_command(["app.py", "--onedir"]).run();
    let told = built.stderr.clone();
    let app = project.moved(Mode::Onedir, "app", built);
    app.command().run().prints("none\n");
    assert!(told.contains("`app.py:3` opens the library `libnowhere.so.4`, which was not found"), "{told}");
    assert!(!told.contains("libc.so.6") && !told.contains("other.dll"), "{told}");
}

/// Compiles a shared library for an interpreter; none without its headers.
fn compile(folder: &Path, name: &str, source: &str, link: &[&str]) -> Option<Vec<u8>> {
    let python = newest();
    let include = python.prefix.join("include").join(format!("python{}", python.minor()));
    if !include.join("Python.h").is_file() {
        harness::skip_unavailable("no headers of Python");
        return None;
    }
    let (c, out) = (folder.join("x.c"), folder.join(name));
    std::fs::write(&c, source).unwrap();
    let made = Command::new("gcc")
        .args(["-shared", "-fPIC", &format!("-I{}", include.display()), &format!("-L{}", folder.display())])
        .args([&format!("-Wl,-soname,{name}"), "-Wl,-rpath,$ORIGIN", "-o"])
        .args([&out, &c])
        .args(link)
        .status();
    assert!(made.expect("gcc is installed").success());
    Some(std::fs::read(out).unwrap())
}

fn extension(name: &str, answer: &str) -> String {
    format!(
        "#include <Python.h>
int helper(void);
static PyObject *answer(PyObject *m, PyObject *a) {{ return PyLong_FromLong({answer}); }}
static PyMethodDef functions[] = {{{{\"answer\", answer, METH_NOARGS}}, {{0}}}};
static PyModuleDef module = {{PyModuleDef_HEAD_INIT, \"{name}\", 0, 0, functions}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&module); }}
"
    )
}

/// What a library runs when it is loaded may import modules whose libraries have to be loaded too.
#[test]
fn the_initializer_of_a_library_may_import() {
    let folder = scratch("initializer");
    let helper = "int helper(void) { return 41; }\n";
    let initializer = "
#include <Python.h>
int started;
__attribute__((constructor)) static void start(void) {
    PyObject *module = PyImport_ImportModule(\"kit.inner\");
    if (!module) PyErr_Print();
    started = module != 0;
    Py_XDECREF(module);
}
";
    let starter = extension("outer", "started").replace("int helper(void);", "extern int started;");
    let parts = [
        ("libhelper.so", helper.to_owned(), &[][..]),
        ("inner.so", extension("inner", "helper() + 1"), &["-lhelper"][..]),
        ("libinitializer.so", initializer.to_owned(), &[]),
        ("outer.so", starter, &["-linitializer"]),
    ];
    let mut natives = Vec::new();
    for (name, source, link) in parts {
        let Some(bytes) = compile(folder.path(), name, &source, link) else { return };
        natives.push((format!("kit/{name}"), bytes));
    }
    let app = "import sys\nimport kit.outer\nprint(kit.outer.answer(), sys.modules['kit.inner'].answer())\n";
    for (mode, extract) in [(Mode::Onedir, ""), (Mode::Onefile, ""), (Mode::Onefile, "extract = 'memory'\n")]
    {
        let spec = format!(
            "[app]\nentry = 'app.py'\n[bundle]\nmode = '{}'\n{extract}[modules]\ninclude = ['kit.inner']\n",
            mode.name()
        );
        let project = Project::script(app).file("app.spec", spec).file("kit/__init__.py", "");
        let project = natives.iter().fold(project, |project, (path, bytes)| project.file(path, bytes));
        project.freeze_spec_for(mode, newest()).command().run().prints("1 42\n");
    }
}
