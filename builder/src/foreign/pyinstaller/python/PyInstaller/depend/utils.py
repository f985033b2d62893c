"""Helpers of hooks."""

from PyInstaller.utils.misc import get_code_object  # noqa: F401


def _resolveCtypesImports(cbinaries):
    """Returns `(name, path, "BINARY")` of libraries of the system, by the names that `ctypes` loads."""
    import ctypes.util
    import os
    import re
    import subprocess
    try:
        listed = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True).stdout
    except OSError:
        listed = ""
    known = dict(reversed(re.findall(r"^\s*(\S+) \(.*\) => (\S+)$", listed, re.MULTILINE)))
    found = []
    for name in cbinaries:
        if os.path.isfile(name):
            found.append((os.path.basename(name), name, "BINARY"))
            continue
        stem = re.sub(r"^lib|\.(so|dylib|dll)[.0-9]*$", "", os.path.basename(name))
        soname = name if name in known else ctypes.util.find_library(stem)
        if soname and known.get(soname):
            found.append((soname, known[soname], "BINARY"))
    return found


def get_imported_names(code):
    import dis
    found = [instruction.argval for instruction in dis.get_instructions(code) if instruction.opname == "IMPORT_NAME"]
    return found
