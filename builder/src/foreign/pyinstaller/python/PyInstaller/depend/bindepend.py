"""Dependencies of libraries, which the builder resolves itself."""

seen = set()


def _loaded(filename):
    """Returns `(name, path)` of the libraries that the loader of this system finds for a file."""
    import re
    import subprocess
    try:
        done = subprocess.run(["ldd", filename], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return []
    found = re.findall(r"^\s*(\S+) => (\S+|not found)(?: \(0x[0-9a-f]+\))?$", done.stdout, re.MULTILINE)
    return [(name, path if path.startswith("/") else None) for name, path in found]


def getImports(filename):
    return {name for name, _ in _loaded(filename)}


def get_imports(filename, search_paths=None):
    return set(_loaded(filename))


def selectImports(filename, xtrapath=None):
    return [(name, path) for name, path in _loaded(filename) if path]


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
