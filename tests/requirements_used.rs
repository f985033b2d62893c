//! What distributions bring beside modules, and that code uses by its name: programs, and libraries of what they require.

use std::path::Path;
use std::process::Command;

use harness::{Mode, Program, newest};

/// A program that says what it is called with, for `bin` beside the interpreter.
fn program() -> Vec<u8> {
    compiled(
        &[],
        "#include <stdio.h>\nint main(int n, char **a) { printf(\"tool %s\\n\", n > 1 ? a[1] : \"\"); return 0; }\n",
    )
}

fn library() -> Vec<u8> {
    compiled(&["-shared", "-fPIC"], "int answer(void) { return 42; }\n")
}

fn compiled(options: &[&str], source: &str) -> Vec<u8> {
    let folder = harness::scratch("compiled");
    let (c, out) = (folder.path().join("x.c"), folder.path().join("x"));
    std::fs::write(&c, source).unwrap();
    let made =
        Command::new("gcc").args(options).arg("-o").arg(&out).arg(&c).output().expect("gcc is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(out).unwrap()
}

/// An extension module that loads a library of another distribution by its name.
fn loader(interpreter: &harness::Interpreter) -> Option<Vec<u8>> {
    let include = interpreter.prefix.join("include").join(format!("python{}", interpreter.minor()));
    if !include.join("Python.h").is_file() {
        harness::skip_unavailable("no headers of Python");
        return None;
    }
    let source = "
#include <Python.h>
#include <dlfcn.h>
static PyObject *ask(PyObject *m, PyObject *folder) {
    char path[4096];
    snprintf(path, sizeof path, \"%s/%s\", PyUnicode_AsUTF8(folder), \"libanswers.so.1\");
    void *library = dlopen(path, RTLD_NOW);
    if (!library) { PyErr_SetString(PyExc_OSError, dlerror()); return 0; }
    return PyLong_FromLong(((int (*)(void))dlsym(library, \"answer\"))());
}
static PyMethodDef functions[] = {{\"ask\", ask, METH_O}, {0}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, \"native\", 0, 0, functions};
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
";
    let option = format!("-I{}", include.display());
    Some(compiled(&["-shared", "-fPIC", &option], source))
}

#[test]
fn a_program_of_a_distribution_is_found_by_its_name() {
    let tool = program();
    let program = Program::of("requirements_used/a_program_of_a_distribution_is_found_by_its_name");
    program.installed("../../../bin/tool-of-one", tool).check();
}

#[test]
fn a_program_that_a_requirement_installs_is_found_too() {
    let tool = program();
    let program = Program::of("requirements_used/a_program_that_a_requirement_installs_is_found_too");
    program.installed("../../../bin/tool-of-two", tool).check();
}

#[test]
fn a_library_that_native_code_loads_by_its_name_comes_along() {
    let Some(native) = loader(newest()) else { return };
    let answers = library();
    let program = Program::of("requirements_used/a_library_that_native_code_loads_by_its_name_comes_along");
    program.installed("caller/native.so", native).installed("tool/lib/libanswers.so.1", answers).check();
}

#[test]
fn a_large_library_that_may_be_loaded_is_left_out() {
    let Some(native) = loader(newest()) else { return };
    let answers = library();
    let large = vec![1; 65 << 20];
    let program = Program::of("requirements_used/a_large_library_that_may_be_loaded_is_left_out")
        .installed("caller/native.so", native)
        .installed("tool/lib/libanswers.so.1", answers)
        .installed("tool/lib/weights.bin", large);
    let said = |import: &str| {
        let app = format!("import caller.native\n{import}\nprint('end')\n");
        program.clone().file("app.py", app).freeze(Mode::Onedir).outcome.stderr
    };
    let warning = "`caller.native` may load `tool/lib/libanswers.so.1` of tool, which is too large (65 MB)";
    let alone = said("");
    assert!(alone.contains(warning) && alone.contains("`collect-binaries`"), "{alone}");
    // Analysis finds that import after it has read `caller.native`.
    let imported = said("import late");
    assert!(!imported.contains("may load"), "{imported}");
}

#[test]
fn a_named_library_brings_what_it_is_linked_to() {
    let folder = harness::scratch("linked");
    let library = |name: &str, source: &str, options: &[&str]| {
        let file = folder.path().join(name);
        let (soname, link) = (format!("-Wl,-soname,{name}"), format!("-L{}", folder.path().display()));
        let options = [&["-shared", "-fPIC", &soname, &link], options].concat();
        let bytes = compiled(&options, source);
        std::fs::write(&file, &bytes).unwrap();
        bytes
    };
    let deep = library("libdeepanswers.so", "int deep(void) { return 41; }\n", &[]);
    let wide = library(
        "libanswers.so",
        "int deep(void);\nint answer(void) { return deep() + 1; }\n",
        &["-Wl,--no-as-needed", "-ldeepanswers"],
    );
    // As `findlibs` does: the package's name is computed, and what it depends on is loaded first.
    let program = Program::of("requirements_used/a_named_library_brings_what_it_is_linked_to");
    let program = program.installed("answerslib/lib/libanswers.so", wide);
    program.installed("deepanswerslib/lib/libdeepanswers.so", deep).check();
}

#[test]
fn a_script_for_an_installed_python_is_told_of() {
    let program = Program::of("requirements_used/a_script_for_an_installed_python_is_told_of");
    let script = "#!/usr/bin/env python3\nprint('x')\n";
    let program = program.installed("../../../bin/script-of-one", script);
    let said = program.check();
    said.last().unwrap().says(&["starts `script-of-one`, which is a script for an installed Python"]);
    let product = program.freeze(Mode::Onedir);
    assert!(!Path::new(&product.product).join("_internal/bin/script-of-one").exists());
}
