"""Stands in for distutils while `freeze` runs a setup script."""

import importlib as _importlib

__version__ = "3.12"


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'distutils' has no attribute %r" % name)
    return _importlib.import_module("distutils." + name)
