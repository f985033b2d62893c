//! What distributions bring beside modules, and that code uses by its name: programs, and libraries of what they require.

use std::path::Path;
use std::process::Command;

use harness::{Mode, newest};

use crate::twins::Twin;

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

const METADATA: &str = "Metadata-Version: 2.1\nName: caller\nVersion: 1.0\nRequires-Dist: tool>=1\n";

#[test]
fn a_program_of_a_distribution_is_found_by_its_name() {
    let tool = program();
    let app = "
import os, subprocess, shutil, sys
import caller
print(caller.found(), caller.ran('a'))
# As in an environment that is activated.
if not getattr(sys, 'frozen', False):
    os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ['PATH']
path = os.environ['PATH']
print(subprocess.run(['tool-of-one', 'b'], stdout=subprocess.PIPE, check=True).stdout)
print(os.path.basename(shutil.which('tool-of-one')), shutil.which('no-such-program-here'))
print(subprocess.check_output(['sh', '-c', 'test \"$PATH\" = \"$1\" && echo same', 'sh', path]))
print('end')
";
    let caller = "
import os, subprocess, sysconfig
def _path():
    return os.path.join(sysconfig.get_path('scripts'), 'tool-of-one')
def found():
    return os.path.isfile(_path())
def ran(word):
    return subprocess.check_output([_path(), word])
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[("caller/__init__.py", caller), ("../../../bin/tool-of-one", "")],
    };
    twin.with(&[("../../../bin/tool-of-one", &tool)]).same(newest());
}

#[test]
fn a_program_that_a_requirement_installs_is_found_too() {
    let tool = program();
    let app = "
import caller
print(caller.run('x'))
print('end')
";
    let caller = "
import os, shutil, subprocess, sys
def run(word):
    beside = None if getattr(sys, 'frozen', False) else os.path.dirname(sys.executable)
    name = shutil.which('tool-of-two', path=beside)
    return subprocess.check_output([name, word])
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("caller/__init__.py", caller),
            ("caller-1.0.dist-info/METADATA", METADATA),
            ("tool-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n"),
            ("tool-1.0.dist-info/RECORD", "../../../bin/tool-of-two,,\ntool-1.0.dist-info/METADATA,,\n"),
        ],
    };
    twin.with(&[("../../../bin/tool-of-two", &tool)]).same(newest());
}

#[test]
fn a_library_that_native_code_loads_by_its_name_comes_along() {
    let Some(native) = loader(newest()) else { return };
    let answers = library();
    let app = "
import os
import caller.native
folder = os.path.join(os.path.dirname(os.path.dirname(caller.__file__)), 'tool', 'lib')
print(caller.native.ask(folder))
print('end')
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("caller/__init__.py", ""),
            ("caller-1.0.dist-info/METADATA", METADATA),
            ("tool/__init__.py", ""),
        ],
    };
    twin.with(&[("caller/native.so", &native), ("tool/lib/libanswers.so.1", &answers)]).same(newest());
}

#[test]
fn a_large_library_that_may_be_loaded_is_left_out_with_a_warning_unless_something_else_brings_it() {
    let Some(native) = loader(newest()) else { return };
    let answers = library();
    let large = vec![1; 65 << 20];
    let natives: &[(&str, &[u8])] = &[
        ("caller/native.so", &native),
        ("tool/lib/libanswers.so.1", &answers),
        ("tool/lib/weights.bin", &large),
    ];
    let said = |import: &str| {
        let app = format!("import caller.native\n{import}\nprint('end')\n");
        let twin = Twin {
            own: &[("app.py", &app), ("late.py", "import later\n"), ("later.py", "import tool\n")],
            installed: &[
                ("caller/__init__.py", ""),
                ("caller-1.0.dist-info/METADATA", METADATA),
                ("tool/__init__.py", ""),
            ],
        };
        twin.with(natives).frozen(newest(), Mode::Onedir).outcome.stderr
    };
    let warning = "`caller.native` may load `tool/lib/libanswers.so.1` of tool, which is too large (65 MB)";
    let alone = said("");
    assert!(alone.contains(warning) && alone.contains("`collect-binaries`"), "{alone}");
    // Analysis finds that import after it has read `caller.native`.
    let imported = said("import late");
    assert!(!imported.contains("may load"), "{imported}");
}

#[test]
fn a_library_that_python_code_names_comes_along_with_what_it_is_linked_to() {
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
    let caller = "
import ctypes, importlib, os
def find(name, package=None):
    package = package or name + 'lib'
    module = importlib.import_module(package)
    for inner in getattr(module, 'depends', []):
        load(importlib.import_module(inner), inner[:-3])
    return load(module, name)
def load(module, name):
    path = os.path.join(os.path.dirname(module.__file__), 'lib', 'lib' + name + '.so')
    return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
def ask():
    return find('answers').answer()
";
    let twin = Twin {
        own: &[("app.py", "import caller\nprint(caller.ask())\nprint('end')\n")],
        installed: &[
            ("caller/__init__.py", caller),
            (
                "caller-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: caller\nVersion: 1.0\nRequires-Dist: answerslib\n",
            ),
            ("answerslib/__init__.py", "depends = ['deepanswerslib']\n"),
            (
                "answerslib-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: answerslib\nVersion: 1.0\nRequires-Dist: deepanswerslib\n",
            ),
            ("deepanswerslib/__init__.py", ""),
        ],
    };
    twin.with(&[("answerslib/lib/libanswers.so", &wide), ("deepanswerslib/lib/libdeepanswers.so", &deep)])
        .same(newest());
}

#[test]
fn a_script_for_an_installed_python_is_told_of() {
    let app = "
import subprocess
try:
    subprocess.run(['script-of-one'])
except OSError:
    print('none')
print('end')
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("caller/__init__.py", ""),
            ("../../../bin/script-of-one", "#!/usr/bin/env python3\nprint('x')\n"),
        ],
    };
    let said = twin.same(newest());
    assert!(said.contains("starts `script-of-one`, which is a script for an installed Python"), "{said}");
    let product = twin.frozen(newest(), Mode::Onedir);
    assert!(!Path::new(&product.product).join("_internal/bin/script-of-one").exists());
}
