//! Modules and files whose names are put together, handed on or extended at run time, in programs and in packages.

use harness::newest;

use crate::twins::Twin;

#[test]
fn what_is_in_a_list_of_names_comes_with_the_package() {
    let own = [(
        "app.py",
        "import sys, words\nprint(words.load('de').HELLO)\nfrom nsx import aaa, bbb\nprint(aaa.X, bbb.X)\n\
         import kinds\nprint(kinds.load('one'), kinds.FOUND)\nprint('end')\n",
    )];
    let extend = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n";
    let kinds = "
import importlib.util, os, sys
here = os.path.dirname(__file__)
sys.path.extend([os.path.join(here, '_vendor')])
import jns.a, jns.b
FOUND = jns.a.X, jns.b.X
def load(name):
    path = os.path.join(here, 'plugins', 'kind', name, '__init__.py')
    spec = importlib.util.spec_from_file_location('plugin_' + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.NAME
";
    let twin = Twin {
        own: &own,
        installed: &[
            ("words/__init__.py", "def load(n): return getattr(__import__(__name__, fromlist=[n]), n)\n"),
            ("words/de.py", "HELLO = 'Hallo'\n"),
            ("words/fr.py", "HELLO = 'Bonjour'\n"),
            ("nsx/__init__.py", extend),
            ("nsx/aaa.py", "X = 1\n"),
            ("nsx/bbb.py", "X = 2\n"),
            ("jns/a.py", "X = 'a'\n"),
            ("kinds/__init__.py", kinds),
            ("kinds/_vendor/jns/b.py", "X = 'b'\n"),
            ("kinds/plugins/kind/one.plugin", "one\n"),
            ("kinds/plugins/kind/one/__init__.py", "NAME = 'plugin one'\n"),
            ("kinds/plugins/kind/one/data/x.json", "{}\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn templates_of_projects_are_whole() {
    let own = [("app.py", "import maker\nprint(*maker.names(), sep='\\n')\nprint('end')\n")];
    let maker = "
import os
TEMPLATE = os.path.join(os.path.dirname(__file__), 'template')
def names():
    found = []
    for folder, _, files in os.walk(TEMPLATE):
        found += [os.path.relpath(os.path.join(folder, file), TEMPLATE) for file in files]
    return sorted(name for name in found if not name.endswith('.pyc'))
";
    let twin = Twin {
        own: &own,
        installed: &[
            ("maker/__init__.py", maker),
            ("maker/template/prompts.yml", "a: b\n"),
            ("maker/template/{{ name }}/pyproject.toml", "[project]\n"),
            ("maker/template/{{ name }}/docs/index.md", "# Docs\n"),
            ("maker/template/{{ name }}/tests/test_one.py", "def test_one(): pass\n"),
            ("maker/template/{{ name }}/src/{{ package }}/__init__.py", "\n"),
            ("maker/template/{{ name }}/Makefile", "all:\n"),
            ("maker/template/{{ name }}/fast.c", "int fast;\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn a_package_that_is_copied_is_whole() {
    let app = "
import os, tempfile, scaffold
with tempfile.TemporaryDirectory() as folder:
    scaffold.create(folder)
    for above, _, files in sorted(os.walk(folder)):
        print(os.path.relpath(above, folder), sorted(name for name in files if not name.endswith('.pyc')))
print('end')
";
    let create = "
import pathlib, shutil
def create(folder):
    shutil.copytree(pathlib.Path(__file__).parent / 'project', folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns('__pycache__'))
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("scaffold/__init__.py", create),
            ("scaffold/project/__init__.py", ""),
            ("scaffold/project/manage.py", "print(1)\n"),
            ("scaffold/project/site/__init__.py", ""),
            ("scaffold/project/site/models.py", "X = 1\n"),
            ("scaffold/project/site/static/style.css", "a {}\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn code_in_a_package_is_a_file_where_a_path_names_it() {
    let app = "
import pathlib, runpy, scanner
for path in scanner.plugins():
    print(pathlib.Path(path).name, runpy.run_path(path)['FOUND'])
print('end')
";
    let scanner = "
import os
HERE = os.path.dirname(os.path.abspath(__file__))
def plugins():
    return [f'{HERE}/plugins/entropy.py', f'{HERE}/plugins/keys.py']
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("scanner/__init__.py", scanner),
            ("scanner/plugins/__init__.py", ""),
            ("scanner/plugins/entropy.py", "FOUND = 'entropy'\n"),
            ("scanner/plugins/keys.py", "FOUND = 'keys'\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn packages_that_are_handed_to_a_function_that_lists_them_are_whole() {
    let tools = "
import pkgutil
from importlib import import_module
def loaded(root):
    return [import_module(name).KIND for name in names(root)]
def names(root):
    return [name for _, name, is_package in pkgutil.walk_packages(root.__path__, prefix=root.__name__ + '.') if not is_package]
";
    let core = "
from .. import plugins
from ..util.loading import loaded
def kinds():
    return sorted(loaded(plugins))
";
    let twin = Twin {
        own: &[("app.py", "from detect.core.main import kinds\nprint(kinds())\nprint('end')\n")],
        installed: &[
            ("detect/__init__.py", ""),
            ("detect/core/__init__.py", ""),
            ("detect/core/main.py", core),
            ("detect/util/__init__.py", ""),
            ("detect/util/loading.py", tools),
            ("detect/plugins/__init__.py", ""),
            ("detect/plugins/keys.py", "KIND = 'keys'\n"),
            ("detect/plugins/deep/__init__.py", ""),
            ("detect/plugins/deep/words.py", "import colorsys\nKIND = 'words'\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn variables_that_are_set_to_one_another_take_no_time() {
    let names = ["p", "q", "r", "s", "t"];
    let mut code = "import os\ndef f(p, q, r, s, t):\n".to_owned();
    for one in names {
        for other in names.iter().filter(|other| **other != one) {
            code += &format!("    {one} = {other}\n");
        }
    }
    for number in 0..300 {
        code += &format!("    os.listdir(p + '/{number}')\n    open(os.path.join(q, '{number}'))\n");
    }
    let app = format!("{code}import many\nprint(many.__name__)\nprint('end')\n");
    let twin = Twin { own: &[("app.py", &app)], installed: &[("many/__init__.py", &code)] };
    twin.same(newest());
}
