//! Shapes of ordinary projects and libraries that name code and files in ways of their own: frozen, they do what they do unfrozen.

use harness::newest;

use crate::twins::Twin;

#[test]
fn settings_and_models_that_only_texts_name() {
    let app = "
import importlib, os, pathlib, pickle, zlib
here = pathlib.Path(__file__).parent
def load(text):
    module, _, name = text.rpartition('.')
    return getattr(importlib.import_module(module), name)
kind = os.environ.get('KIND', 'Test')
print(load(f'shop.config.{kind}Config').NAME)
print(importlib.import_module('conf_' + os.environ.get('WHICH', 'dev')).NAME)
print(load('tint.Formatter')().show())
print(pickle.loads((here / 'models' / 'shape.pkl').read_bytes()).area())
print('end')
";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("shop/__init__.py", ""),
            ("shop/config.py", "class TestConfig: NAME = 'test'\n"),
            ("conf_dev.py", "NAME = 'dev'\n"),
            ("conf_prod.py", "NAME = 'prod'\n"),
            ("forms/__init__.py", ""),
            ("forms/round.py", "import colorsys\nclass Circle:\n    def area(self): return 3\n"),
            (
                "models/shape.pkl",
                "ccopy_reg\n_reconstructor\np0\n(cforms.round\nCircle\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n.",
            ),
        ],
        installed: &[(
            "tint.py",
            "import wave\nclass Formatter:\n    def show(self): return wave.__name__\n",
        )],
    };
    twin.same(newest());
}

#[test]
fn files_that_count_from_the_name_of_the_own_file() {
    let app = "
import os, pathlib, sqlite3
from parts import views
print(open(__file__.replace('.py', '.dat')).read(), pathlib.Path(__file__).with_suffix('.yaml').read_text())
print(pathlib.Path(__file__).with_stem('other').with_suffix('.txt').read_text())
print(open(os.path.splitext(os.path.abspath(__file__))[0] + '.ini').read(), views.text())
print('end')
";
    let views = "
from pathlib import Path
def text(): return Path(__file__).with_suffix('.html').read_text()
";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("app.dat", "dat"),
            ("app.yaml", "yaml"),
            ("app.ini", "ini"),
            ("other.txt", "other"),
            ("parts/__init__.py", ""),
            ("parts/views.py", views),
            ("parts/views.html", "html"),
        ],
        installed: &[],
    };
    twin.same(newest());
}

#[test]
fn folders_of_scripts_come_with_what_these_import() {
    let app = "
import configparser, os, pathlib, runpy
from shop import tables
here = os.path.dirname(os.path.abspath(__file__))
settings = configparser.ConfigParser({'here': here})
settings.read(os.path.join(here, 'alembic.ini'))
for folder in settings['alembic']['script_location'], tables.FOLDER:
    for script in sorted(pathlib.Path(folder).rglob('*.py')):
        print(script.name, runpy.run_path(str(script))['RESULT'])
print('end')
";
    let tables = "
import os
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'steps')
";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("alembic.ini", "[alembic]\nscript_location = %(here)s/db_migrations\n"),
            ("db_migrations/env.py", "import models\nRESULT = models.NAME\n"),
            ("db_migrations/versions/one.py", "import colorsys\nRESULT = colorsys.__name__\n"),
            ("models.py", "NAME = 'models'\n"),
            ("shop/__init__.py", ""),
            ("shop/tables.py", tables),
            ("steps/env.py", "import wave\nRESULT = wave.__name__\n"),
            ("steps/versions/two.py", "RESULT = 2\n"),
        ],
        installed: &[],
    };
    twin.same(newest());
}

#[test]
fn what_files_of_toolkits_name() {
    let app = "
import os
here = os.path.dirname(os.path.abspath(__file__))
for start in 'ui/Main.qml', 'theme/theme.tcl':
    folder = os.path.dirname(os.path.join(here, start))
    print(len(open(os.path.join(here, start)).read()))
    for above, _, files in sorted(os.walk(folder)):
        print(os.path.relpath(above, here), sorted(files))
print('end')
";
    let theme = "source [file join [file dirname [info script]] forest more.tcl]\n\
                 LoadImages [file join [file dirname [info script]] forest dark]\n";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("ui/Main.qml", "import QtQuick\nimport \"parts\"\nItem { Part {} Inner {} }\n"),
            ("ui/Part.qml", "import QtQuick\nItem {}\n"),
            ("ui/parts/Inner.qml", "import QtQuick\nItem {}\n"),
            ("theme/theme.tcl", theme),
            ("theme/forest/more.tcl", "# more\n"),
            ("theme/forest/dark/box.png", "png"),
        ],
        installed: &[],
    };
    twin.same(newest());
}

#[test]
fn plugins_that_are_loaded_as_packages_of_their_own() {
    let app = "
import importlib.util, json, pathlib, sys
here = pathlib.Path(__file__).parent
for manifest in sorted(here.glob('extensions/*/manifest.json')):
    main = manifest.parent / json.loads(manifest.read_text())['main']
    name = 'ext_' + manifest.parent.name
    spec = importlib.util.spec_from_file_location(name, main, submodule_search_locations=[str(main.parent)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    print(module.run())
print('end')
";
    let plugin =
        "import colorsys\nfrom . import helper\ndef run(): return helper.text(), colorsys.__name__\n";
    let helper =
        "import pathlib\ndef text(): return pathlib.Path(__file__).with_name('msg.txt').read_text()\n";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("extensions/one/manifest.json", "{\"main\": \"plugin.py\"}"),
            ("extensions/one/plugin.py", plugin),
            ("extensions/one/helper.py", helper),
            ("extensions/one/msg.txt", "message"),
        ],
        installed: &[],
    };
    twin.same(newest());
}

#[test]
fn commands_that_a_function_is_given_word_by_word() {
    let app = "
import subprocess, sys
def python(*words, **more):
    return subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, check=True, **more).stdout.decode().strip()
if __name__ == '__main__':
    print(python('-c', 'import colorsys; print(colorsys.__name__)'))
    print(python('-u', '-', input=b'print(6 * 7)'))
    print('end')
";
    Twin { own: &[("app.py", app)], installed: &[] }.same(newest());
}

#[test]
fn libraries_that_import_later_than_they_say() {
    let lazy = "
from typing import TYPE_CHECKING
from lazylib.loading import Later, attach
if TYPE_CHECKING:
    import lazylib.deep.far
    from lazylib.dialects import one, two
else:
    far = Later('lazylib.deep', 'far')
    __getattr__, one = attach('lazylib.dialects', ['one', 'two'])
def value(): return far.load().VALUE
";
    let loading = "
import importlib
class Later:
    def __init__(self, *parts): self._parts = parts
    def load(self): return importlib.import_module('.'.join(self._parts))
def attach(package, names):
    def __getattr__(name): return importlib.import_module(f'{package}.{name}')
    return __getattr__, __getattr__('one')
";
    let modules = "
import importlib, pkgutil
import lazylib.deep.parts
def names():
    walked = pkgutil.walk_packages(lazylib.deep.parts.__path__, lazylib.deep.parts.__name__ + '.')
    return sorted(importlib.import_module(name).VALUE for _, name, _ in walked)
TABLE = {'x': '.deep.a_name_that_is_so_long_that_it_is_no_longer_taken_for_a_name.and_another_one_in_it.Thing'}
def thing():
    module, _, name = TABLE['x'].rpartition('.')
    return getattr(importlib.import_module(module, __package__), name)
";
    let twin = Twin {
        own: &[(
            "app.py",
            "import lazylib.use, lazylib.modules\nprint(lazylib.use.value(), lazylib.use.one.VALUE)\n\
             print(lazylib.modules.names(), lazylib.modules.thing())\nprint('end')\n",
        )],
        installed: &[
            ("lazylib/__init__.py", ""),
            ("lazylib/use.py", lazy),
            ("lazylib/loading.py", loading),
            ("lazylib/modules.py", modules),
            ("lazylib/deep/__init__.py", ""),
            ("lazylib/deep/far.py", "VALUE = 'far'\n"),
            ("lazylib/deep/parts/__init__.py", ""),
            ("lazylib/deep/parts/left.py", "VALUE = 'left'\n"),
            ("lazylib/deep/a_name_that_is_so_long_that_it_is_no_longer_taken_for_a_name/__init__.py", ""),
            (
                "lazylib/deep/a_name_that_is_so_long_that_it_is_no_longer_taken_for_a_name/and_another_one_in_it.py",
                "Thing = 'thing'\n",
            ),
            ("lazylib/dialects/__init__.py", ""),
            ("lazylib/dialects/one.py", "VALUE = 1\n"),
            ("lazylib/dialects/two.py", "VALUE = 2\n"),
        ],
    };
    twin.same(newest());
}

#[test]
fn data_of_libraries_with_names_of_code() {
    let library = "
import os, runpy
HERE = os.path.dirname(os.path.abspath(__file__))
def all():
    water = open(os.path.join(HERE, 'data', 'water.pdb')).read()
    return water, sorted(os.listdir(os.path.join(HERE, 'migrations', 'versions')))
";
    let twin = Twin {
        own: &[("app.py", "import stored\nprint(stored.all())\nprint('end')\n")],
        installed: &[
            ("stored/__init__.py", library),
            ("stored/data/water.pdb", "ATOM 1\n"),
            ("stored/migrations/alembic.ini", "[x]\n"),
            ("stored/migrations/versions/first.py", "RESULT = 1\n"),
        ],
    };
    twin.same(newest());
}
