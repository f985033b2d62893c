"""Stands in for cx_Freeze while `freeze` runs a setup script that was written for it."""

import os as _os

from _freeze_distribution import Command, Distribution
from _freeze_distribution import setup as _setup
from _freeze_modules import attribute as _attribute
from _freeze_order import note as _note
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
    """Builds the programs of `executables`."""
    executables = attrs.get("executables")
    if isinstance(executables, (str, dict, Executable, _os.PathLike)):
        executables = [executables]
    attrs["executables"] = [Executable.of(item, attrs) for item in executables or []]
    return _setup(**attrs)


def setup_table(table, file):
    """Builds what `[tool.cxfreeze]` of a pyproject.toml says."""
    from _freeze_order import note, order
    place = [file, order["line"]]
    options = {name: value for name, value in table.items() if isinstance(value, dict)}
    for name in table:
        if name not in options and name != "executables":
            _note("`%s` of `[tool.cxfreeze]` is not known and has no effect" % name)
    executables = table.get("executables") or []
    executables = executables if isinstance(executables, list) else [executables]
    made = [Executable.of(item, {}, place) for item in executables]
    attrs = dict(order["project"], executables=made, options=options)
    return _setup(**attrs)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'cx_Freeze' has no attribute %r" % name)
    if name in ("finder", "freezer", "hooks", "module", "common", "dist", "command", "executable", "exception"):
        import importlib
        return importlib.import_module("cx_Freeze." + name)
    return _attribute("cx_Freeze.classes", name)
