"""Stands in for py2app while `freeze` runs a setup script that was written for it."""

from _freeze_modules import attribute as _attribute
from py2app._py2app import py2app

__version__ = "0.28.8"
build_app = py2app


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'py2app' has no attribute %r" % name)
    return _attribute("py2app.classes", name)
