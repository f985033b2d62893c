"""Finds the stand-ins before any installed package, and makes the modules of theirs that no file stands for."""

import importlib.machinery
import importlib.util
import os
import sys
import types

from _freeze_wire import HERE

TOPS = ("setuptools", "distutils", "cx_Freeze", "py2exe", "py2app")


def install():
    for name in [name for name in sys.modules if name.partition(".")[0] in TOPS]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
    # setuptools imports these modules, and scripts use them without.
    importlib.__getattr__ = _part_of_importlib


def _part_of_importlib(name):
    if name not in ("metadata", "resources", "abc"):
        raise AttributeError("module 'importlib' has no attribute %r" % name)
    return importlib.import_module("importlib." + name)


class _Finder:
    """A stand-in is a file beside this one, or else a module whose every attribute exists."""

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in TOPS:
            return None
        place = os.path.join(HERE, *name.split("."))
        package = os.path.join(place, "__init__.py")
        if os.path.isfile(package):
            return importlib.util.spec_from_file_location(name, package, submodule_search_locations=[place])
        if os.path.isfile(place + ".py"):
            return importlib.util.spec_from_file_location(name, place + ".py")
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        module.__path__ = []


class _Module(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError("module %r has no attribute %r" % (self.__name__, name))
        value = attribute(self.__name__, name)
        setattr(self, name, value)
        return value


def attribute(module, name):
    """Returns an attribute of a module that only exists as a name: that of its package, or a class."""
    top, _, rest = module.partition(".")
    rest = rest.replace("_distutils.", "")
    # Modules of setuptools that are like those of distutils, or have moved.
    others = ["distutils." + rest, "setuptools.config"] if top == "setuptools" else ["setuptools"]
    for place in [top, *others]:
        known = vars(sys.modules.get(place) or _imported(place)).get(name)
        if known is not None:
            return known
    from _freeze_distribution import Command
    base = Exception if name.endswith(("Error", "Exception")) else Warning if name.endswith("Warning") else Command
    return type(name, (base,), {"__module__": module})


def _imported(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return types.ModuleType(name)
