"""Which libraries stay with the host, as the builder decides."""


def exclude_list():
    return None


def include_library(libname):
    return True


def mac_set_relative_dylib_deps(libname, distname):
    """The builder rewrites paths itself."""
