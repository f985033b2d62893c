"""Helpers that specs of early versions import."""

import os

from PyInstaller.building.build_main import expand
from PyInstaller.building.datastruct import TOC


def add_suffix_to_extension(inm, fnm, typ):
    return inm, fnm, typ


def format_binaries_and_datas(binaries_or_datas, workingdir=None):
    """Returns the files of `(source, folder)` as tuples `(name in the bundle, file)`."""
    from PyInstaller.config import CONF
    plain, _ = expand(binaries_or_datas, "datas", workingdir or CONF["specpath"])
    found = set()
    for path, folder in plain:
        if os.path.isfile(path):
            found.add((os.path.normpath(os.path.join(folder, os.path.basename(path))), path))
            continue
        for place, _, names in os.walk(path):
            inner = os.path.relpath(place, path)
            found.update((os.path.normpath(os.path.join(folder, inner, name)), os.path.join(place, name)) for name in names)
    return found


def strip_paths_in_code(co, new_filename=None):
    return co


__all__ = ["TOC", "add_suffix_to_extension", "format_binaries_and_datas", "strip_paths_in_code"]
