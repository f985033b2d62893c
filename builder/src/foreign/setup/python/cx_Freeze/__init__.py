"""Stands in for cx_Freeze while `freeze` runs a setup script that was written for it."""

import os as _os

from _freeze_distribution import Command, Distribution
from _freeze_distribution import setup as _setup
from _freeze_modules import attribute as _attribute
from _freeze_order import order as _order
from cx_Freeze._build_exe import build_exe
from cx_Freeze._executable import Executable
from cx_Freeze._freezer import Freezer

__version__ = version = "8.7.3"


class ConfigError(Exception):
    """What cx_Freeze raises for a mistake in a configuration."""


class _Wrap(Command):
    """A command that wraps programs, which no build runs."""


build = install = install_exe = bdist_msi = bdist_mac = bdist_dmg = bdist_appimage = bdist_deb = bdist_rpm = _Wrap


def setup(**attrs):
    """Builds the programs of `executables`, or else those of `[tool.cxfreeze]`."""
    place = None
    if not attrs.get("executables"):
        place = [_os.path.join(_os.path.dirname(_order["spec"]), "pyproject.toml"), _order["line"]]
        attrs["executables"] = _order["cxfreeze"].get("executables")
    executables = attrs["executables"]
    if isinstance(executables, (str, dict, Executable, _os.PathLike)):
        executables = [executables]
    attrs["executables"] = [Executable.of(item, place) for item in executables or []]
    return _setup(**attrs)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'cx_Freeze' has no attribute %r" % name)
    if name in ("finder", "freezer", "hooks", "module", "common", "dist", "command", "executable", "exception"):
        import importlib
        return importlib.import_module("cx_Freeze." + name)
    return _attribute("cx_Freeze.classes", name)
