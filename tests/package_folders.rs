//! Folders of packages: they exist, and what code lists or opens there is what is there unfrozen.

use harness::{Mode, Project, Same};

#[test]
fn each_package_has_a_folder() {
    let source = "
import email.mime.text, os, outer.inner, spread.part, sys
for package in email, email.mime, outer, outer.inner:
    print(package.__name__, os.path.isdir(os.path.dirname(package.__file__)), os.path.isdir(package.__path__[0]))
print(os.path.isdir(list(spread.__path__)[0]), os.path.exists(os.path.join(outer.__path__[0], '..', 'outer')))
folder = os.path.join(outer.__path__[0], 'inner')
print(any(name.startswith('.') for name in os.listdir(folder)), os.path.isdir(os.path.join(folder, 'none')))
";
    let same = Same::script(source)
        .file("outer/__init__.py", "")
        .file("outer/inner/__init__.py", "")
        .file("spread/part.py", "");
    same.check();
    // In a temporary folder they are made as well; in memory there are none, and nothing fails.
    let temp = Project::script("import email, os\nprint(os.path.isdir(os.path.dirname(email.__file__)))\n");
    let spec =
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"temp\"\n";
    let frozen = temp.file("app.spec", spec).freeze_spec(Mode::Onefile);
    frozen.command().run().prints("True\n");
    let memory = Project::script("import email\nprint(email.__name__)\n");
    let frozen = memory.file("app.spec", spec.replace("temp", "memory")).freeze_spec(Mode::Onefile);
    frozen.command().run().prints("email\n");
}

#[test]
fn a_folder_that_another_module_hands_out_is_listed() {
    let source = "
import importlib, os
import shop.places
for name in sorted(os.listdir(shop.places.handlers())):
    stem, suffix = os.path.splitext(name)
    if suffix == '.py' and stem != '__init__':
        print(importlib.import_module('shop.handlers.' + stem).LABEL)
";
    Same::script(source)
        .file("shop/__init__.py", "")
        .file(
            "shop/places.py",
            "from pathlib import Path\nfrom . import handlers as found\n\
             def handlers(): return str(Path(found.__file__).parent)\n",
        )
        .file("shop/handlers/__init__.py", "")
        .file("shop/handlers/cash.py", "LABEL = 'cash'")
        .file("shop/handlers/card.py", "LABEL = 'card'")
        .check();
}

#[test]
fn a_package_that_a_function_is_given_is_walked() {
    let source = "
from lib import loader
from suite import steps
print(loader.load(steps))
";
    let loader = "
import importlib, os

def load(package):
    top = os.path.abspath(os.path.dirname(package.__file__))
    found = []
    for root, folders, files in os.walk(top):
        for name in files:
            if name.startswith('step_'):
                inner = os.path.relpath(os.path.join(root, name), top)[:-3]
                module = importlib.import_module(package.__name__ + '.' + inner.replace(os.sep, '.'))
                found.append(module.NUMBER)
    return sorted(found)
";
    Same::script(source)
        .file("lib/__init__.py", "")
        .file("lib/loader.py", loader)
        .file("suite/__init__.py", "")
        .file("suite/steps/__init__.py", "")
        .file("suite/steps/step_one.py", "NUMBER = 1")
        .file("suite/steps/late/__init__.py", "")
        .file("suite/steps/late/step_two.py", "NUMBER = 2")
        .check();
}

#[test]
fn plug_ins_of_an_installed_package_are_there_to_be_tested() {
    let find = "
import importlib, os, pkgutil
from importlib.metadata import entry_points

def names():
    for point in sorted(entry_points(group='gallery.frames'), key=lambda point: point.name):
        package = point.load()
        for found in pkgutil.iter_modules(package.__path__):
            for folder in package.__path__:
                if os.path.isfile(os.path.join(folder, found.name + '.py')):
                    yield importlib.import_module(f'{package.__name__}.{found.name}').WIDTH
";
    Same::script("from gallery.find import names\nprint(sorted(names()))\n")
        .installed("gallery/__init__.py", "")
        .installed("gallery/find.py", find)
        .installed("gallery/wood/__init__.py", "")
        .installed("gallery/wood/oak.py", "WIDTH = 3")
        .installed("gallery/wood/ash.py", "WIDTH = 4")
        .installed("gallery/steel/__init__.py", "")
        .installed("gallery/steel/thin.py", "WIDTH = 1")
        .installed(
            "gallery-1.0.dist-info/entry_points.txt",
            "[gallery.frames]\nwood = gallery.wood\nsteel = gallery.steel\n",
        )
        .check();
}

#[test]
fn packages_that_texts_name_are_there_to_be_tested() {
    let source = "
import importlib
from pathlib import Path
import pkgutil

def modules(name):
    package = importlib.import_module(name)
    for folder in package.__path__:
        folder = Path(folder)
        for found in pkgutil.iter_modules([str(folder)]):
            if (folder / f'{found.name}.py').exists():
                yield importlib.import_module(name + '.' + found.name).VALUE

for name in ['parts.left', 'parts.right']:
    print(name, sorted(modules(name)))
";
    Same::script(source)
        .file("parts/__init__.py", "")
        .file("parts/left/__init__.py", "")
        .file("parts/left/a.py", "VALUE = 'left a'")
        .file("parts/right/__init__.py", "")
        .file("parts/right/b.py", "VALUE = 'right b'")
        .file("parts/right/c.py", "VALUE = 'right c'")
        .check();
}

#[test]
fn a_package_lists_itself() {
    let source = "
import mixed, mixed.plain
print(mixed.listed(), mixed.plain.sizes())
";
    let listing = "
import os
HERE = os.path.dirname(os.path.abspath(__file__))
def listed():
    return sorted(name for name in os.listdir(HERE) if not name.startswith('__pycache__'))
";
    Same::script(source)
        .installed("mixed/__init__.py", listing)
        .installed(
            "mixed/plain.py",
            "from pathlib import Path\n\
             def sizes(): return sorted(p.stat().st_size for p in Path(__file__).parent.glob('p*.py'))\n",
        )
        .installed("mixed/note.txt", "a note")
        .check();
}

#[test]
fn data_trees_keep_their_code() {
    let source = "
import os, shutil, tempfile
import starter
to = os.path.join(tempfile.mkdtemp(), 'new')
starter.create(to)
found = [os.path.relpath(os.path.join(r, f), to) for r, _, files in os.walk(to) for f in files if f[-1] != 'c']
print(sorted(found))
";
    let copying = "
import os, shutil
def create(to):
    shutil.copytree(os.path.join(os.path.dirname(__file__), 'skeletons', 'web'), to)
";
    let tree = [
        ("starter/skeletons/web/site/__init__.py", ""),
        ("starter/skeletons/web/site/views.py", "import thing_that_is_nowhere"),
        ("starter/skeletons/web/manage.py", "print(1)"),
        ("starter/skeletons/web/{{name}}/__init__.py", ""),
        ("starter/skeletons/web/{{name}}/models.py", "class Model: pass"),
    ];
    let installed = tree
        .iter()
        .fold(Same::script(source).installed("starter/__init__.py", copying), |same, (path, text)| {
            same.installed(path, text)
        });
    for outcome in installed.check() {
        assert!(!outcome.stderr.contains("thing_that_is_nowhere"), "{outcome}");
    }
    let own =
        tree.iter().fold(Same::script(source).file("starter/__init__.py", copying), |same, (path, text)| {
            same.file(path, text)
        });
    own.check();
}

#[test]
fn a_folder_that_is_copied_whole_holds_the_modules_too() {
    let source = "
import os, shutil, tempfile
import kit
to = os.path.join(tempfile.mkdtemp(), 'new')
kit.copy(to)
print(sorted(os.listdir(to)), kit.base.NAME)
";
    let copying = "
import shutil
from pathlib import Path
from .example import base
def copy(to):
    shutil.copytree(Path(__file__).parent / 'example', to, ignore=shutil.ignore_patterns('__pycache__'))
";
    Same::script(source)
        .installed("kit/__init__.py", copying)
        .installed("kit/example/__init__.py", "")
        .installed("kit/example/base.py", "NAME = 'base'")
        .installed("kit/example/readme.txt", "read me")
        .check();
}

#[test]
fn resources_tell_of_modules() {
    let source = "
from importlib import resources
import json, toolbox
for anchor, name in ('json', 'decoder.py'), ('json', 'none.py'), ('toolbox', 'saw.py'), ('toolbox', 'data.txt'):
    path = resources.files(anchor).joinpath(name)
    print(name, path.is_file(), (resources.files(anchor) / name).is_dir())
print(sorted(p.name for p in resources.files('toolbox').iterdir() if p.name != '__pycache__'))
print(resources.files('toolbox').joinpath('data.txt').read_text(), repr(resources.files('toolbox'))[:11])
import toolbox.saw
";
    Same::script(source)
        .file("toolbox/__init__.py", "")
        .file("toolbox/saw.py", "")
        .file("toolbox/data.txt", "some data")
        .check();
}

#[test]
fn a_library_runs_the_files_of_a_package_that_only_a_path_names() {
    let runs = "
import importlib.util, os
def _root():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.normpath(os.path.join(here, os.pardir))
def run(folder=None):
    folder = os.path.join(_root(), 'steps') if folder is None else folder
    for name in ['env.py', *('versions/' + n for n in sorted(os.listdir(os.path.join(folder, 'versions'))))]:
        if name.endswith('.py') and '__init__' not in name:
            spec = importlib.util.spec_from_file_location('step', os.path.join(folder, name))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            print(name, module.WHAT)
    print(open(os.path.join(folder, 'steps.ini')).read())
";
    Same::script("from lib.store.db import run\nrun()\n")
        .installed("lib/__init__.py", "")
        .installed("lib/store/__init__.py", "")
        .installed("lib/store/db.py", runs)
        .installed("lib/steps/__init__.py", "# Nothing.\n")
        .installed("lib/steps/env.py", "import colorsys\nWHAT = colorsys.__name__\n")
        .installed("lib/steps/steps.ini", "[steps]")
        .installed("lib/steps/versions/__init__.py", "")
        .installed("lib/steps/versions/one.py", "from lib import deep\nWHAT = deep.NAME\n")
        .installed("lib/deep.py", "NAME = 'deep'\n")
        .check();
}
