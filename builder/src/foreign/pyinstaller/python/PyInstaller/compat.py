"""What specs and hooks ask about the platform that they build for."""

import importlib.machinery as _machinery
import os
import sys

from PyInstaller.config import target as _target

_system = _target["platform"] or sys.platform
is_win = _system == "win32"
is_win_10 = is_win
is_win_11 = False
is_win_wine = False
is_cygwin = _system == "cygwin"
is_darwin = _system == "darwin"
is_macos_11_compat = is_macos_11 = is_macos_11_native = is_darwin
is_linux = _system.startswith("linux")
is_solar = is_aix = is_freebsd = is_openbsd = is_hpux = is_termux = False
is_unix = not is_win
is_musl = bool(_target.get("musl"))
is_64bits = sys.maxsize > 2**32
is_conda = os.path.isdir(os.path.join(sys.base_prefix, "conda-meta"))
is_pure_conda = is_conda and sys.prefix == sys.base_prefix
is_ms_app_store = False
is_venv = is_virtualenv = sys.prefix != sys.base_prefix
is_nogil = bool(getattr(sys, "_is_gil_enabled", None)) and "t" in getattr(sys, "abiflags", "")
for _minor in range(5, 21):
    globals()["is_py%d" % (30 + _minor if _minor < 10 else 300 + _minor)] = sys.version_info >= (3, _minor)
is_py2, is_py3 = False, True
system = {"win32": "Windows", "darwin": "Darwin"}.get(_system, "Linux")
machine = _target.get("machine")
architecture = "64bit" if is_64bits else "32bit"
base_prefix = os.path.abspath(sys.base_prefix)
python_executable = sys.executable
exec_prefix = sys.exec_prefix
PYDYLIB_NAMES = set()
EXTENSION_SUFFIXES = _machinery.EXTENSION_SUFFIXES
ALL_SUFFIXES = _machinery.all_suffixes()
BINDINGS_SUFFIXES = EXTENSION_SUFFIXES
PURE_PYTHON_MODULE_TYPES = {"SourceModule", "CompiledModule", "Package", "NamespacePackage", "Script"}
SPECIAL_MODULE_TYPES = {"AliasNode", "BuiltinModule", "RuntimeModule", "RuntimePackage"}
BINARY_MODULE_TYPES = {"Extension", "ExtensionPackage"}
VALID_MODULE_TYPES = PURE_PYTHON_MODULE_TYPES | SPECIAL_MODULE_TYPES | BINARY_MODULE_TYPES
BAD_MODULE_TYPES = {"BadModule", "ExcludedModule", "InvalidSourceModule", "MissingModule", "InvalidRelativeImport"}
PY3_BASE_MODULES = {"_collections_abc", "abc", "codecs", "encodings", "enum", "functools", "io", "os", "re", "types"}
string_types, text_type, unicode = str, str, str
modname_tkinter = "tkinter"
importlib_metadata = None


def __getattr__(name):
    if name == "importlib_metadata":
        import importlib.metadata
        return importlib.metadata
    raise AttributeError("module 'PyInstaller.compat' has no attribute %r" % name)


del importlib_metadata


def getenv(name, default=None):
    return os.environ.get(name, default)


def setenv(name, value):
    os.environ[name] = value


def unsetenv(name):
    os.environ.pop(name, None)


def exec_command(*command, encoding=None, raise_ENOENT=None, **options):
    import subprocess
    done = subprocess.run(command, stdout=subprocess.PIPE, **options)
    return done.stdout.decode(encoding or "utf-8", "replace")


def exec_command_rc(*command, **options):
    import subprocess
    return subprocess.call(command, **options)


def exec_command_stdout(*command, encoding=None, **options):
    import subprocess
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True, **options).stdout
    return out if options.get("universal_newlines") else out.decode(encoding or "utf-8", "replace")


def exec_command_all(*command, encoding=None, **options):
    import subprocess
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    code = encoding or "utf-8"
    return done.returncode, done.stdout.decode(code, "replace"), done.stderr.decode(code, "replace")


def exec_python(*arguments, **options):
    return exec_command(sys.executable, *arguments, **options)


def exec_python_rc(*arguments, **options):
    return exec_command_rc(sys.executable, *arguments, **options)


def getsitepackages(prefixes=None):
    import site
    return site.getsitepackages(prefixes)


def is_wine_dll(filename):
    return False


def check_requirements():
    """All that the build needs is there."""
