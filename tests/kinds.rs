//! Kinds of interpreters: what newer versions bring, those without the global lock, and those built for debugging.

use std::path::PathBuf;
use std::process::Command;

use harness::{Interpreter, Mode, Project, interpreters, skip_unavailable};

/// The interpreters that are of a kind; it is said if there are none.
fn of_kind(what: &str, is: impl Fn(&Interpreter) -> bool) -> Vec<&'static Interpreter> {
    let found: Vec<_> = interpreters().iter().filter(|i| is(i)).collect();
    if found.is_empty() {
        skip_unavailable(&format!("no Python {what} on this machine"));
    }
    found
}

/// What an expression of `sysconfig` gives.
fn configured(interpreter: &Interpreter, expression: &str) -> String {
    let code = format!("import sysconfig; print({expression})");
    let output = Command::new(&interpreter.exe).args(["-I", "-c", &code]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Extension modules `free`, which needs no global lock and says so, and `locked`, which does not say; `None` where the
/// interpreter came without its headers.
fn extensions(interpreter: &Interpreter) -> Option<Vec<(String, Vec<u8>)>> {
    let include = PathBuf::from(configured(interpreter, "sysconfig.get_path('include')"));
    if !include.join("Python.h").is_file() {
        skip_unavailable(&format!("no headers of Python {}", interpreter.name));
        return None;
    }
    let suffix = configured(interpreter, "sysconfig.get_config_var('EXT_SUFFIX')");
    let folder = harness::scratch("extension");
    let made = [("free", true), ("locked", false)].map(|(name, says)| {
        let slot = if says { "#ifdef Py_mod_gil\n{Py_mod_gil, Py_MOD_GIL_NOT_USED},\n#endif\n" } else { "" };
        let source = format!(
            "#include <Python.h>\n\
             static PyObject *answer(PyObject *m, PyObject *n) {{ return PyLong_FromLong(42); }}\n\
             static PyMethodDef functions[] = {{{{\"answer\", answer, METH_NOARGS, 0}}, {{0}}}};\n\
             static PyModuleDef_Slot slots[] = {{\n{slot}{{0, 0}}}};\n\
             static PyModuleDef module = {{PyModuleDef_HEAD_INIT, \"{name}\", 0, 0, functions, slots}};\n\
             PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModuleDef_Init(&module); }}\n"
        );
        let (c, file) = (folder.path().join("m.c"), format!("{name}{suffix}"));
        std::fs::write(&c, source).unwrap();
        let mut compile = Command::new("gcc");
        compile
            .args(["-shared", "-fPIC", "-I"])
            .arg(&include)
            .arg("-o")
            .arg(folder.path().join(&file))
            .arg(&c);
        let output = compile.output().expect("gcc is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = std::fs::read(folder.path().join(&file)).unwrap();
        (file, bytes)
    });
    Some(made.into())
}

fn with(project: Project, files: &[(String, Vec<u8>)]) -> Project {
    files.iter().fold(project, |project, (name, bytes)| project.file(name, bytes))
}

#[test]
fn what_came_with_3_14_works() {
    for interpreter in of_kind("from 3.14 on", |i| i.version >= (3, 14, 0)) {
        for mode in Mode::ALL {
            let project = Project::of("kinds/what_came_with_3_14_works");
            let outcome = project.freeze_for(mode, interpreter).command().run();
            outcome.prints(
                "[0, 2, 4, 6] [1, 2, 3, 4]\n6 8\nforkserver\n[0, 2, 4, 6] [1, 2, 3, 4]\nMissing <class 'int'>\n\
                 ['Template', ('hello ', ' ', ''), [('world', 'name'), (1, 'BEHIND')]]\nb\n",
            );
            assert_eq!(outcome.stderr, "", "{} {mode:?}\n{outcome}", interpreter.name);
        }
    }
}

#[test]
fn a_module_without_a_file_is_not_missing() {
    // `collections.abc` has none from 3.13 on.
    let source = "import collections.abc as found, os.path\nprint(found.Mapping.__name__, os.path.sep)\n";
    for interpreter in interpreters() {
        let project = Project::script(source);
        let outcome = project.bare_command(["app.py", "-F", "-y", "--python"]).arg(&interpreter.exe).run();
        assert!(!outcome.stderr.contains("missing"), "{outcome}");
        project.moved(Mode::Onefile, "app", outcome).command().run().prints("Mapping /\n");
    }
}

#[test]
fn lazy_imports_are_found_and_stay_lazy() {
    for interpreter in of_kind("from 3.15 on", |i| i.version >= (3, 15, 0)) {
        for mode in Mode::ALL {
            let project = Project::of("kinds/lazy_imports_are_found_and_stay_lazy");
            let outcome = project.freeze_for(mode, interpreter).command().run();
            outcome.prints("[]\n1 2 3 4\n['first', 'second', 'pack']\n");
        }
    }
}

#[test]
fn threads_run_without_the_global_lock() {
    for interpreter in of_kind("without the global lock", |i| i.abiflags.contains('t')) {
        let Some(files) = extensions(interpreter) else { continue };
        for mode in Mode::ALL {
            let app = with(Project::of("kinds/threads_run_without_the_global_lock"), &files)
                .freeze_for(mode, interpreter);
            let outcome = app.command().run();
            outcome.prints(&format!(
                "42 {} False\n[200]\n42 True The global interpreter lock (GIL) has been enabled to load module \
                 'locked'\n",
                interpreter.abiflags
            ));
        }
        let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[python]\noptions = [\"X gil=1\"]\n[bundle]\nmode = \"onefile\"\n";
        let project = Project::script("import sys; print(sys._is_gil_enabled())").file("app.spec", spec);
        project.freeze_spec_for(Mode::Onefile, interpreter).command().run().prints("True\n");
    }
}

#[test]
fn extensions_are_found_by_the_suffix_of_the_interpreter() {
    let source = "
import free, locked, sys, sysconfig
print(free.answer() + locked.answer(), free.__file__.endswith('%s'), hasattr(sys, 'gettotalrefcount'))
";
    for interpreter in interpreters() {
        let Some(files) = extensions(interpreter) else { continue };
        let suffix = configured(interpreter, "sysconfig.get_config_var('EXT_SUFFIX')");
        let source = source.replace("%s", &suffix);
        for mode in Mode::ALL {
            let app = with(Project::script(&source), &files).freeze_for(mode, interpreter);
            let debug = if interpreter.abiflags.contains('d') { "True" } else { "False" };
            app.command().run().prints(&format!("84 True {debug}\n"));
        }
    }
}
