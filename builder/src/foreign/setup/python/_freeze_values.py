"""Values of options: lists that may be texts, paths that may be written for another system."""

import glob
import os
import re
import sys

from _freeze_order import note, order, refuse, relative_to

NAMES, PATHS, FILES, PAIRS = "names", "paths", "files", "pairs"
TEXT, FLAG, NUMBER, TABLE = "text", "flag", "number", "table"
TRUE = ("1", "true", "yes", "y", "on", "t")


def items(value):
    """Returns a list of what may be a list, one item, or a text with commas."""
    if not value:
        return []
    if isinstance(value, str):
        return [part for part in (part.strip() for part in re.split(r"[,\n]", value)) if part]
    if isinstance(value, (os.PathLike, bytes, dict)) or not hasattr(value, "__iter__"):
        return [value]
    return list(value)


def names(value):
    """Returns the texts of a list; a text is split at commas and spaces."""
    found = []
    for item in items(value):
        found += str(item).split() if isinstance(value, str) else [str(item).strip()]
    return [name for name in found if name]


def flag(value):
    return value.strip().lower() in TRUE if isinstance(value, str) else bool(value)


def number(value):
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 2 if flag(value) else 0


def converted(value, kind):
    """Returns the value of an option by its kind."""
    if kind == NAMES:
        return names(value)
    if kind in (PATHS, FILES, PAIRS):
        return items(value)
    if kind == FLAG:
        return flag(value)
    if kind == NUMBER:
        return number(value)
    if kind == TEXT:
        return None if value is None else os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    return value


def is_cross():
    return order["target"]["platform"] != sys.platform


def found(path):
    """Returns the absolute path of an existing file or folder, or `None`.

    A path with backslashes, or with other capitals, was written on a system that accepts it.
    """
    text = os.path.expanduser(os.fspath(path))
    for written in dict.fromkeys([text, text.replace("\\", "/")]):
        place = os.path.normpath(os.path.join(relative_to(), written))
        # For Windows, `exists` accepts backslashes, and `lexists` does not.
        if os.path.lexists(place) and os.path.exists(place):
            return place
        if is_cross() and order["target"]["platform"] in ("win32", "darwin"):
            place = _ignoring_case(place)
            if place:
                return place
    return None


def _ignoring_case(path):
    folder, name = os.path.split(path)
    if not name:
        return None
    if not os.path.isdir(folder):
        folder = _ignoring_case(folder)
        if not folder or not os.path.isdir(folder):
            return None
    same = [entry for entry in os.listdir(folder) if entry.lower() == name.lower()]
    return os.path.join(folder, same[0]) if len(same) == 1 else None


def is_elsewhere(path):
    """Whether a path is absolute on the target's system, and this machine has no such file."""
    text = os.fspath(path)
    return is_cross() and bool(re.match(r"[A-Za-z]:[\\/]|[\\/]", text))


def existing(path, what, place=None):
    """Returns an existing file or folder; `None` if it can only be on the target's system."""
    there = found(path)
    if there:
        return there
    if is_elsewhere(path):
        note(
            "`%s` of `%s` is left out: this machine has no such file" % (path, what),
            "it is a path of the system that is built for: name a file of the project")
        return None
    refuse(
        "`%s` of `%s` does not exist" % (path, what), "paths are relative to `%s`" % relative_to(), place)


def matching(path):
    """Returns the files that a pattern matches, or the path itself."""
    text = os.path.expanduser(os.fspath(path))
    if found(text) is None and glob.has_magic(text):
        return sorted(glob.glob(os.path.join(relative_to(), text.replace("\\", "/")), recursive=True)) or [text]
    return [text]


def folder_of(dest):
    """Returns a folder of the product with `/`; `.` is that of all files."""
    text = os.path.normpath(os.fspath(dest).replace("\\", "/") or ".")
    return text.replace("\\", "/")


def has_files(path):
    return os.path.isfile(path) or any(files for _, _, files in os.walk(path))


def is_package(name, more=()):
    """Whether a folder of modules has this name."""
    return name.isidentifier() and any(os.path.isdir(os.path.join(folder, name)) for folder in [*more, *sys.path])
