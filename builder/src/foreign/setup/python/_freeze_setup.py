"""Runs a setup script, or reads `[tool.cxfreeze]`, for the builder."""

import os
import shutil
import sys

import _freeze_modules
import _freeze_platform
import _freeze_script
from _freeze_order import order as current
from _freeze_run import drive


def body(order):
    current.update(order)
    _freeze_modules.install()
    script = order["spec"]
    # As for any script, its own folder comes first. That of the stand-ins stays before it.
    sys.path.extend(path for path in order["search_path"] if path not in sys.path)
    current["known_path"] = list(sys.path)
    sys.path.insert(1, os.path.dirname(script))
    if order["is_table"]:
        import cx_Freeze
        os.chdir(os.path.dirname(script))
        sys.argv = [script, *(order["arguments"] or ["build_exe"])]
        return cx_Freeze.setup()
    read = _freeze_script.Script(script, order["target"])
    os.chdir(read.folder(os.getcwd()))
    sys.argv = [script, *(order["arguments"] or read.arguments())]
    names = {"__name__": "__main__", "__file__": script, "__builtins__": __builtins__}
    names.update(_freeze_platform.adapt(order["target"]))
    shutil.rmtree = removal(shutil.rmtree)
    exec(read.code(), names)


def removal(rmtree):
    """Returns a function for scripts that remove the folder `build` of setuptools, which does not exist here."""
    def remove(path, *arguments, **options):
        if os.path.basename(os.path.normpath(path)) != "build" or os.path.exists(path):
            rmtree(path, *arguments, **options)

    return remove


if __name__ == "__main__":
    # The script is `__main__` to itself, this module is not.
    sys.modules["_freeze_setup"] = sys.modules["__main__"]
    drive(body, "_freeze_build")
