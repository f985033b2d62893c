//! Modules whose names a program computes: they are in the product, however the text is put together.

use harness::{Mode, Project};

/// Freezes a program beside a package with some modules, each of which says its name, and compares what it prints.
#[track_caller]
fn prints(source: &str, modules: &[&str], expected: &str) {
    let mut project = Project::script(source).file("pack/__init__.py", "");
    for name in modules {
        project = project.file(&format!("pack/{name}.py"), format!("NAME = '{name}'\n"));
    }
    project.freeze_as(Mode::Onefile, ["app.py"]).command().args(["7", "ab"]).run().prints(expected);
}

#[test]
fn printf_formats() {
    let source = "
import importlib, sys
number, word = int(sys.argv[1]), sys.argv[2]
for name in ['pack.x%03x' % number, 'pack.y%-2d_%r' % (number * 10, number), 'pack.%(word)s_z' % {'word': word}]:
    print(importlib.import_module(name).NAME)
print(__import__('pack.p%d' % number, fromlist=['NAME']).NAME)
";
    prints(source, &["x007", "y70_7", "ab_z", "p7"], "x007\ny70_7\nab_z\np7\n");
}

#[test]
fn fields_with_specifications() {
    let source = "
import importlib, sys
number, word = int(sys.argv[1]), sys.argv[2]
def load(name):
    return importlib.import_module(name).NAME
print(load('pack.a{:02d}'.format(number)), load(f'pack.b{number:>02}'), load('pack.c{0!s}_{n:x}'.format(word, n=number)))
";
    prints(source, &["a07", "b07", "cab_7"], "a07 b07 cab_7\n");
}

#[test]
fn templates_and_methods_of_texts() {
    let source = "
import importlib, sys
from string import Template
number, word = sys.argv[1:]
names = [Template('pack.t_$kind').substitute(kind=word), 'pack.' + ('m_' + word).upper(), 'pack.' + 'u_x.py'.removesuffix('.py')]
print([importlib.import_module(name).NAME for name in names])
";
    prints(source, &["t_ab", "M_AB", "u_x"], "['t_ab', 'M_AB', 'u_x']\n");
}

#[test]
fn statements_that_are_texts() {
    let source = "
import sys
number, word = sys.argv[1:]
exec('from pack.e_%s import NAME as first' % word)
names = {}
exec(f'import pack.n{number}\\nfound = pack.n{number}.NAME', names)
exec('import pack.fixed; last = pack.fixed.NAME')
print(first, names['found'], last)
";
    prints(source, &["e_ab", "n7", "fixed"], "e_ab n7 fixed\n");
}

#[test]
fn relative_names_from_the_own_name() {
    let connect = "
import importlib
def load(name): return importlib.import_module('..' + name, __name__).NAME
def above(name): return importlib.import_module('...other.%s' % name, __name__).NAME
def fixed(): return importlib.import_module('..fixed', package=__name__).NAME
";
    for mode in Mode::ALL {
        let project = Project::script(
            "import sys\nfrom pack.inner import connect\nprint(connect.load('unix'), connect.above('far'), connect.fixed())\n",
        );
        let project = project
            .file("pack/__init__.py", "")
            .file("pack/inner/__init__.py", "")
            .file("pack/inner/connect.py", connect)
            .file("pack/inner/unix.py", "NAME = 'unix'\n")
            .file("pack/inner/fixed.py", "NAME = 'fixed'\n")
            .file("pack/other/__init__.py", "")
            .file("pack/other/far.py", "NAME = 'far'\n");
        project.freeze_as(mode, ["app.py"]).command().run().prints("unix far fixed\n");
    }
}

#[test]
fn relative_names_from_the_name_of_a_package() {
    let package = "
import importlib
def load(name): return importlib.import_module(f'.{name}', __name__).NAME
def above(name): return importlib.import_module(f'..{name}', __name__).NAME
";
    let source = "from pack import inner\nprint(inner.load('near'), inner.above('beside'))\n";
    let project = Project::script(source)
        .file("pack/__init__.py", "")
        .file("pack/inner/__init__.py", package)
        .file("pack/inner/near.py", "NAME = 'near'\n")
        .file("pack/beside.py", "NAME = 'beside'\n");
    project.freeze_as(Mode::Onedir, ["app.py"]).command().run().prints("near beside\n");
}

#[test]
fn folders_of_modules_without_init() {
    let source = "
import importlib, sys
number, word = sys.argv[1:]
print(importlib.import_module(f'pack.{word}').__name__, importlib.import_module(f'pack.{word}.x{number}').NAME)
";
    prints(source, &["ab/x7", "ab/deep/y"], "pack.ab ab/x7\n");
}
