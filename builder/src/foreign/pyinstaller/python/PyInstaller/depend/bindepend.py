"""Dependencies of libraries, which the builder resolves itself."""

seen = set()


def getImports(filename):
    return set()


def get_imports(filename, search_paths=None):
    return set()


def selectImports(filename, xtrapath=None):
    return []


def getAssemblies(filename):
    return []


def get_python_library_path():
    import sysconfig
    return sysconfig.get_config_var("INSTSONAME")


def findLibrary(name):
    import ctypes.util
    return ctypes.util.find_library(name)


def resolve_library_path(name, search_paths=None):
    import os
    places = [os.path.join(folder, name) for folder in search_paths or []]
    return next((place for place in places if os.path.isfile(place)), None)
