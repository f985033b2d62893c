#!/usr/bin/env python3
"""Generates the layouts of `PyConfig` for the launcher: bootloader/layouts.py INCLUDE_FOLDER...

Each folder contains the headers of one version of Python (`sysconfig.get_path("include")`), such as those of
pyenv's 3.9 to 3.13. The script reads the declarations from `cpython/initconfig.h`
(Include/cpython/initconfig.h of CPython) and writes them to
bootloader/src/launcher/python/layout/versions.rs. Python 3.14 and later are configured by name (PEP 741) and
need no layout. This script only imports the standard library.
"""

import pathlib
import re
import sys
import textwrap

RESULT = pathlib.Path(__file__).parent / "src/launcher/python/layout/versions.rs"
TYPES = {"int": "int", "unsigned long": "ulong", "wchar_t*": "wstr", "PyWideStringList": "list"}
# Debug and statistics builds have additional fields at the end, where the launcher reserves space.
SKIPPED = {"Py_STATS", "Py_DEBUG"}


def fields(header, free_threaded):
    """Yields the type and name of each field of `PyConfig`."""
    struct = re.search(r"typedef struct(?: PyConfig)? \{((?:(?!typedef struct).)*?)\n\} PyConfig;", header, re.S)
    if struct is None:
        raise SystemExit("the header declares no `PyConfig`")
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", struct.group(1), flags=re.S)
    conditions = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if condition := re.fullmatch(r"#\s*ifdef (\w+)", line):
            conditions.append(condition.group(1))
        elif re.fullmatch(r"#\s*endif", line):
            conditions.pop()
        elif field := re.fullmatch(r"(int|unsigned long|wchar_t\s*\*|PyWideStringList)\s*(\w+);", line):
            kind = TYPES[field.group(1).replace(" *", "*")]
            known = {"MS_WINDOWS", "Py_GIL_DISABLED"} | SKIPPED
            if unknown := set(conditions) - known:
                raise SystemExit(f"`{field.group(2)}` depends on {', '.join(unknown)}, which this script does not know")
            if SKIPPED & set(conditions) or ("Py_GIL_DISABLED" in conditions and not free_threaded):
                continue
            yield ("windows" if "MS_WINDOWS" in conditions else kind), field.group(2)
        else:
            raise SystemExit(f"this script does not understand the line `{line}` of the header")


def layout(name, declared):
    """Returns the declaration of one version for the macro `layout!`: runs of fields with the same type."""
    lines, runs = [f"layout! {{ {name}:"], []
    for kind, field in declared:
        if not runs or runs[-1][0] != kind:
            runs.append((kind, []))
        runs[-1][1].append(field)
    for kind, names in runs:
        line = f"    {kind}({', '.join(names)})"
        lines += textwrap.wrap(line, 110, initial_indent="    ", subsequent_indent="        ")
    return "\n".join([*lines, "}", ""])


def main(folders):
    versions = {}
    for folder in map(pathlib.Path, folders):
        header = (folder / "cpython/initconfig.h").read_text()
        patch = (folder / "patchlevel.h").read_text()
        minor = int(re.search(r"#define PY_MINOR_VERSION\s+(\d+)", patch).group(1))
        versions[minor, ""] = list(fields(header, False))
        if "Py_GIL_DISABLED" in header:
            versions[minor, "T"] = list(fields(header, True))
    if not versions:
        raise SystemExit(__doc__)
    head = "//! The fields of `PyConfig`, version by version. Written by bootloader/layouts.py from CPython's headers: do not edit.\n\n"
    head += "use super::{Abi, Kind, Layout, PyWideStringList, WStr, c_int, offset_of, size_of};\n\n"
    declared = [layout(f"V3_{minor}{kind}", found) for (minor, kind), found in sorted(versions.items())]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(head + "\n".join(declared))


if __name__ == "__main__":
    main(sys.argv[1:])
