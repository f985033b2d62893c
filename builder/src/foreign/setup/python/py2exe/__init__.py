"""Stands in for py2exe while `freeze` runs a setup script that was written for it."""

from _freeze_distribution import setup as _setup
from _freeze_modules import attribute as _attribute
from py2exe import build_exe
from py2exe.build_exe import py2exe

__version__ = "0.14.1.0"


def freeze(console=None, windows=None, data_files=None, zipfile="library.zip", options=None, version_info=None, **more):
    """Builds programs, as the function that newer versions have instead of a command."""
    more.update(console=console, windows=windows, data_files=data_files, zipfile=zipfile, version_info=version_info)
    given = {name: value for name, value in more.items() if value or name == "zipfile"}
    # The options themselves, or below the name of the command.
    options = options or {}
    given["options"] = options if isinstance(options.get("py2exe"), dict) else {"py2exe": options}
    return _setup(script_args=["py2exe"], **given)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError("module 'py2exe' has no attribute %r" % name)
    return _attribute("py2exe.classes", name)
