"""Lets a setup script that was written on Windows run on another system: paths, variables, and the registry."""

import builtins
import glob
import io
import os
import types

VARIABLES = {
    "SystemDrive": "C:", "SystemRoot": r"C:\Windows", "windir": r"C:\Windows", "ProgramFiles": r"C:\Program Files",
    "ProgramFiles(x86)": r"C:\Program Files (x86)", "ProgramData": r"C:\ProgramData", "HOMEDRIVE": "C:",
    "HOMEPATH": r"\Users\user", "USERPROFILE": r"C:\Users\user", "APPDATA": r"C:\Users\user\AppData\Roaming",
    "LOCALAPPDATA": r"C:\Users\user\AppData\Local",
}


def slashed(path):
    """Returns a path with slashes, if it does not exist as it is."""
    if isinstance(path, str) and "\\" in path and not lexists(path):
        return path.replace("\\", "/")
    return path


lexists = os.path.lexists


def accepting(function):
    """Returns a function whose first argument may be a path with backslashes."""
    def call(path=".", *arguments, **options):
        return function(slashed(path), *arguments, **options)

    return call


def prepare():
    """Sets the variables that Windows has, and lets functions accept its paths."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
        os.environ.setdefault(name.upper(), value)
    # What asks whether a path exists uses `stat`, which these functions do not.
    plain_stat = os.stat

    def stat(path, *arguments, **options):
        try:
            return plain_stat(path, *arguments, **options)
        except (OSError, ValueError):
            if not isinstance(path, str) or "\\" not in path:
                raise
            return plain_stat(path.replace("\\", "/"), *arguments, **options)

    os.stat = stat
    os.listdir, os.scandir = accepting(os.listdir), accepting(os.scandir)
    builtins.open = io.open = accepting(open)
    glob.glob, glob.iglob = accepting(glob.glob), accepting(glob.iglob)


def registry():
    """Returns a module that stands in for `winreg`: a registry without keys."""
    module = types.ModuleType("winreg")

    def missing(*arguments):
        raise FileNotFoundError("this machine has no registry")

    module.__getattr__ = lambda name: 0 if name.isupper() else missing
    module.error = OSError
    return module
