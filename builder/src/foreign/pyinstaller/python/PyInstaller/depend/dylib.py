"""Libraries that stay with the host: the builder's list, and what a spec adds to it."""

import re

_includes, _excludes = set(), set()
_win_includes, _win_excludes = {}, {}
_unix_excludes, _darwin_excludes = {}, {}


def _patterns():
    tables = _excludes, _win_excludes, _unix_excludes, _darwin_excludes
    return [pattern for table in tables for pattern in table]


class ExcludeList:
    """Tells libraries by their names."""

    def __init__(self, global_exclusion_list=None, module_exclusion_list=None):
        self.patterns = [re.compile(pattern, re.IGNORECASE) for pattern in global_exclusion_list or _patterns()]

    def search(self, libname):
        return any(pattern.search(libname) for pattern in self.patterns)


class IncludeList(ExcludeList):
    """Tells libraries by their names."""

    def __init__(self):
        super().__init__([*_includes, *_win_includes])


exclude_list, include_list = ExcludeList(), IncludeList()
MacExcludeList, WinExcludeList = ExcludeList, ExcludeList


def include_library(libname):
    return not is_excluded(libname)


def is_excluded(libname):
    """Whether a spec has excluded a library of this name."""
    return bool(_patterns()) and ExcludeList().search(libname) or exclude_list.search(libname)


def mac_set_relative_dylib_deps(libname, distname):
    """The builder rewrites paths itself."""
