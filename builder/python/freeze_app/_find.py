"""Finds the executable that the installer placed in a folder for scripts."""

import os
import sys
import sysconfig
from importlib.metadata import distributions


def find_freeze():
    """Return the path of the `freeze` that was installed with this package."""
    name = "freeze" + (sysconfig.get_config_var("EXE") or "")
    tried = []
    for path in _candidates(name):
        path = os.path.normpath(path)
        if os.path.isfile(path):
            return path
        if path not in tried:
            tried.append(path)
    raise FileNotFoundError(
        "failed to find `freeze` (tried {})\nhint: reinstall it with `{} -m pip install --force-reinstall freeze-app`".format(
            ", ".join("`{}`".format(path) for path in tried), sys.executable or "python"
        )
    )


def _candidates(name):
    above = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # Installers list all files that they write, wherever these are.
    for distribution in distributions(name="freeze-app", path=[above]):
        for file in distribution.files or ():
            if file.name == name:
                yield str(distribution.locate_file(file))
    # With `--target`, pip moves the files after it has written the list.
    yield os.path.join(above, "bin", name)
    yield os.path.join(sysconfig.get_path("scripts"), name)
