//! Modules in folders that a program or a package puts on the search path are found, whatever way they are put there.

use std::path::Path;

use harness::{Mode, Project, interpreter, interpreters, newest, skip_unavailable, venv};

use crate::twins::Twin;

#[test]
fn folders_of_the_program_are_searched() {
    let app = "
import os, site, sys
from os.path import abspath, dirname, join
HERE = dirname(abspath(__file__))
EXTRA = [join(HERE, name) for name in ('first', 'second')]
sys.path[:0] = EXTRA
sys.path += [os.path.join(HERE, 'first', os.pardir, 'third')]
def add(folder):
    if os.path.isdir(folder):
        sys.path.append(folder)
add(join(HERE, 'fourth', 'deep'))
for name in 'fifth', 'sixth':
    sys.path.insert(1, os.path.join(HERE, name))
site.addsitedir(join(HERE, 'seventh'))
import one, two, three, four.inner, five, six, seven, eight, spread.part
print(one.NAME, two.NAME, three.NAME, four.inner.NAME, five.NAME, six.NAME, seven.NAME, eight.NAME, spread.part.NAME)
for module in one, two, four.inner, spread.part:
    print(os.path.relpath(module.__file__, HERE), module.__name__, module.__package__)
import tool.paths
print(tool.paths.found())
print('end')
";
    let paths = "
import pathlib
import sys as system
TOOLS = pathlib.Path(__file__).resolve().parent.parent / 'tools'
def found():
    system.path = [str(TOOLS), *system.path]
    import nine
    return nine.NAME, nine.helper.NAME
";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("first/one.py", "NAME = 1\n"),
            ("second/two.py", "import one\nNAME = one.NAME + 1\n"),
            ("third/three.py", "NAME = 3\n"),
            ("fourth/__init__.py", ""),
            ("fourth/deep/four/__init__.py", ""),
            ("fourth/deep/four/inner.py", "from .other import NAME\n"),
            ("fourth/deep/four/other.py", "NAME = 4\n"),
            ("fifth/five.py", "NAME = 5\n"),
            ("sixth/six.py", "NAME = 6\n"),
            ("sixth/spread/part.py", "NAME = 'namespace'\n"),
            ("seventh/seven.py", "NAME = 7\n"),
            ("seventh/more.pth", "below\n"),
            ("seventh/below/eight.py", "NAME = 8\n"),
            ("tool/__init__.py", ""),
            ("tool/paths.py", paths),
            ("tools/nine.py", "import helper\nNAME = 9\n"),
            ("tools/helper.py", "NAME = 'helper'\n"),
        ],
        installed: &[],
    };
    for interpreter in [interpreters().first(), Some(newest())].into_iter().flatten() {
        twin.same(interpreter);
    }
}

#[test]
fn folders_of_packages_are_searched() {
    let app = "
import carrier, carrier.plain
print(carrier.loaded(), carrier.plain.loaded())
import carrier.vendor.bundled, sys
print(carrier.vendor.bundled is sys.modules['bundled'], carrier.vendor.bundled.VALUE)
import portion.core, portion.added
print(portion.core.VALUE, portion.added.VALUE)
print(carrier.special().VALUE)
print('end')
";
    let carrier = "
import importlib.machinery, os, sys
def _vendor():
    return os.path.join(os.path.dirname(__file__), 'vendor')
def loaded():
    sys.path.insert(0, _vendor())
    try:
        import bundled
        from bundled_too import thing
    finally:
        del sys.path[0]
    return bundled.VALUE, thing.VALUE, bundled.__name__
def special():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'special')
    spec = importlib.machinery.PathFinder.find_spec('hidden_away', [folder])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
import importlib.util
";
    let plain = "
import os, sys
from os.path import dirname as up
sys.path.append(up(up(os.path.realpath(__file__))) + '/carrier_data/lib')
def loaded():
    import far
    return far.VALUE
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("carrier/__init__.py", carrier),
            ("carrier/plain.py", plain),
            ("carrier/vendor/__init__.py", ""),
            ("carrier/vendor/bundled.py", "VALUE = 'bundled'\n"),
            ("carrier/vendor/bundled_too/__init__.py", ""),
            ("carrier/vendor/bundled_too/thing.py", "VALUE = 'thing'\n"),
            ("carrier/special/hidden_away.py", "VALUE = 'hidden'\n"),
            ("carrier_data/lib/far.py", "VALUE = 'far'\n"),
            (
                "portion/__init__.py",
                "import os\n__path__.append(os.path.join(os.path.dirname(__file__), 'more'))\n",
            ),
            ("portion/core.py", "VALUE = 'core'\n"),
            ("portion/more/added.py", "VALUE = 'added'\n"),
        ],
    };
    for interpreter in [interpreters().first(), Some(newest())].into_iter().flatten() {
        twin.same(interpreter);
    }
}

#[test]
fn the_order_of_the_search_path_decides_between_equal_names() {
    let app = "
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
import other
sys.path.insert(0, os.path.join(here, 'ahead'))
import common
sys.path.append(os.path.join(here, 'behind'))
import late
print(common.WHERE, late.WHERE, other.WHERE)
print('end')
";
    let twin = Twin {
        own: &[
            ("app.py", app),
            ("common.py", "WHERE = 'beside'\n"),
            ("other.py", "WHERE = 'other'\n"),
            ("ahead/common.py", "WHERE = 'ahead'\n"),
            ("ahead/late.py", "WHERE = 'ahead too'\n"),
            ("behind/late.py", "WHERE = 'behind'\n"),
        ],
        installed: &[],
    };
    let said = twin.same(newest());
    assert!(said.contains("module `common` lies in two folders that are searched"), "{said}");
}

/// Freezes a script with packages from PyPI in both forms; it prints `expected`.
#[track_caller]
fn prints(python: &Path, source: &str, expected: &str) {
    for mode in Mode::ALL {
        Project::script(source).freeze_with(mode, python).command().run().prints(expected);
    }
}

#[test]
fn setuptools_and_its_distutils_work() {
    let wanted = ["3.9", "3.12", "3.13"];
    let mut any = false;
    for interpreter in interpreters().iter().filter(|i| wanted.contains(&i.name.as_str())) {
        any = true;
        let python = venv(interpreter, "setuptools==80.9.0").python();
        prints(
            &python,
            "
from distutils.version import LooseVersion
from distutils.util import strtobool
import distutils.core
print(LooseVersion('1.2') < LooseVersion('1.10'), bool(strtobool('yes')), distutils.core.Command.__name__)
",
            "True True Command\n",
        );
        prints(
            &python,
            "
import setuptools, setuptools.errors, sys
import distutils.command.build
print(setuptools.__version__, 'setuptools' in sys.modules['distutils'].__file__)
print(setuptools.errors.SetupError.__name__, distutils.command.build.build.__name__)
setuptools.setup(name='x', version='1', script_args=['--version'])
",
            "80.9.0 True\nDistutilsSetupError build\n1\n",
        );
        prints(
            &python,
            "
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    import pkg_resources
places = [(w.filename == __file__, w.lineno) for w in caught if 'pkg_resources is deprecated' in str(w.message)]
print(places)
from setuptools import Distribution
print(pkg_resources.parse_version('1.10') > pkg_resources.parse_version('1.9'))
command = Distribution(dict(name='y')).get_command_class('bdist_wheel')
print(command.__module__.startswith('setuptools.'))
",
            // The warning names the line that imports, not one of the importer.
            "[(True, 5)]\nTrue\nTrue\n",
        );
    }
    // Up to 70 they import their vendored packages by other names. Python 3.12 is too new for it.
    if let Some(old) = interpreter("3.9").or_else(|| interpreter("3.11")) {
        let source = "
import pkg_resources, setuptools
from pkg_resources.extern import packaging
print(pkg_resources.parse_version('1.10') > pkg_resources.parse_version('1.9'), packaging.__name__)
setuptools.setup(name='x', version='2', script_args=['--version'])
";
        prints(
            &venv(old, "setuptools==65.5.0").python(),
            source,
            "True pkg_resources._vendor.packaging\n2\n",
        );
    }
    if !any {
        skip_unavailable("none of the Pythons 3.9, 3.12 and 3.13 on this machine");
    }
}

#[test]
fn code_of_path_files_runs_at_the_start() {
    let app = "
import tuned
print(tuned.STATE)
print('end')
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("tuned/__init__.py", "STATE = []\n"),
            (
                "tuned/boot.py",
                "import tuned\nwords = ['set at the start']\ndef begin(): tuned.STATE[:] = words\n",
            ),
            ("tuned-start.pth", "import tuned.boot; tuned.boot.begin()\n"),
        ],
    };
    twin.same(newest());
}
