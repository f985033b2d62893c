"""Small helpers."""

import glob
import os
from pathlib import Path

from PyInstaller.log import getLogger

logger = getLogger("PyInstaller.utils.misc")


def dlls_in_subdirs(directory):
    return [path for place, _, _ in os.walk(directory) for path in dlls_in_dir(place)]


def dlls_in_dir(directory):
    return files_in_dir(directory, ["*.so", "*.dll", "*.dylib"])


def files_in_dir(directory, file_patterns=None):
    folder = glob.escape(directory)
    return [path for pattern in file_patterns or [] for path in sorted(glob.glob(os.path.join(folder, pattern)))]


def get_path_to_toplevel_modules(filename):
    folder = os.path.dirname(os.path.abspath(filename))
    found = None
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = found = os.path.dirname(folder)
    return found


def get_unicode_modules():
    return ["encodings"]


def get_code_object(modname, filename, optimize=-1):
    with open(filename, "rb") as file:
        return compile(file.read(), filename, "exec", dont_inherit=True, optimize=optimize)


def mtime(filename):
    return os.path.getmtime(filename) if os.path.exists(filename) else 0


def is_file_qt_plugin(filename):
    return b"QTMETADATA" in Path(filename).read_bytes()


def module_parent_packages(full_modname):
    parts = full_modname.split(".")[:-1]
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def absnormpath(apath):
    return os.path.abspath(os.path.normpath(apath))


def is_iterable(arg):
    try:
        iter(arg)
    except TypeError:
        return False
    return True


def path_to_parent_archive(filename):
    return next((parent for parent in Path(filename).parents if parent.is_file()), None)
