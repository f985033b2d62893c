"""Uses one part of a package, and tells which files of the package there are."""

import ctypes
import os

import kit
import kit.core

folder = os.path.dirname(kit.__file__)
found = [
    os.path.relpath(os.path.join(path, name), folder)
    for path, _, names in os.walk(folder)
    for name in names
    if not name.endswith((".py", ".pyc"))
]
print(*sorted(name.replace(os.sep, "/") for name in found))
print(ctypes.CDLL(os.path.join(folder, "plugins", "draw", "libdraw.so")).answer())
