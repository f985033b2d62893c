"""Stands in for PyInstaller while `freeze` runs a spec or hooks that were written for it."""

import os as _os

__version__ = "6.22.3"
PACKAGEPATH = _os.path.abspath(_os.path.dirname(__file__))
DEFAULT_DISTPATH = _os.path.join(_os.curdir, "dist")
DEFAULT_WORKPATH = _os.path.join(_os.curdir, "build")
DEFAULT_SPECPATH = _os.curdir


def __getattr__(name):
    if name == "HOMEPATH":
        from PyInstaller.config import CONF
        return CONF["homepath"]
    if name == "PLATFORM":
        from PyInstaller import compat
        return "%s-%s" % (compat.system, compat.architecture)
    raise AttributeError("module 'PyInstaller' has no attribute %r" % name)
