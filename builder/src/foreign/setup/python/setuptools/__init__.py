"""Stands in for setuptools while `freeze` runs a setup script: `setup()` builds programs and installs nothing."""

import fnmatch as _fnmatch
import os as _os

from _freeze_distribution import Command, Distribution, setup
from _freeze_modules import attribute as _attribute

__version__ = "80.0.0"


class Extension:
    """An extension module, which is not compiled."""

    def __init__(self, name, sources=(), *arguments, **options):
        self.name, self.sources = name, list(sources)
        self.__dict__.update(options)


def _fits(name, patterns):
    return any(_fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class PackageFinder:
    """Finds packages below a folder."""

    is_namespace = False

    @classmethod
    def find(cls, where=".", exclude=(), include=("*",)):
        found = []
        for folder, folders, _ in _os.walk(where, followlinks=True):
            for name in sorted(folders):
                path = _os.path.join(folder, name)
                package = _os.path.relpath(path, where).replace(_os.sep, ".")
                is_package = cls.is_namespace or _os.path.isfile(_os.path.join(path, "__init__.py"))
                if "." in name or not is_package:
                    folders.remove(name)
                elif _fits(package, include) and not _fits(package, exclude):
                    found.append(package)
        return found


class PEP420PackageFinder(PackageFinder):
    is_namespace = True


find_packages = PackageFinder.find
find_namespace_packages = PEP420PackageFinder.find


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'setuptools' has no attribute %r" % name)
    if name in ("command", "config", "dist", "extension", "errors", "msvc"):
        import importlib
        return importlib.import_module("setuptools." + name)
    return _attribute("setuptools.classes", name)
