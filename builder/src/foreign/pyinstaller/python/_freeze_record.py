"""Records what a hook reads, so that the builder can check whether its answer is outdated."""

import ast
import importlib.machinery
import os
import sys
from _thread import _local

# Modules that read nothing, or only what is recorded here.
MODULES = frozenset((
    "PyInstaller", "__future__", "abc", "ast", "collections", "contextlib", "enum", "fnmatch", "functools", "glob",
    "importlib.metadata", "itertools", "json", "logging", "operator", "os", "pathlib", "posixpath", "re", "string",
    "sys", "textwrap", "types", "typing",
))
# Exceptions: they expose the state of the build, which is not recorded.
NOT_MODULES = ("PyInstaller.building", "PyInstaller.config", "PyInstaller.depend", "PyInstaller.log")
# Names that give access to unrecorded inputs, or that have side effects.
NAMES = frozenset((
    "__builtins__", "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals",
    "hook_variables", "input", "locals", "print", "setattr", "vars", "warnings", "importlib_metadata",
))
ATTRIBUTES = frozenset((
    "__class__", "__code__", "__dict__", "__globals__", "__subclasses__", "addHandler", "analysis", "basicConfig", "co",
    "critical", "environb", "error", "exception", "graph", "log", "module_graph", "parent_package", "setLevel",
    "st_atime", "st_ctime", "st_mtime", "warn", "warning",
))
OF_OS = frozenset((
    "F_OK", "PathLike", "R_OK", "access", "altsep", "curdir", "environ", "extsep", "fsdecode", "fsencode", "fspath",
    "getcwd", "getenv", "linesep", "listdir", "lstat", "name", "pardir", "path", "pathsep", "readlink", "scandir",
    "sep", "stat", "walk",
))
OF_SYS = frozenset((
    "abiflags", "base_prefix", "base_exec_prefix", "byteorder", "executable", "exec_prefix", "hexversion",
    "implementation", "maxsize", "platform", "prefix", "version", "version_info",
))
OF = {"os": OF_OS, "sys": OF_SYS, "importlib": frozenset(("metadata",))}
# What the audit of Python reports of code that only computes and reads.
EVENTS = frozenset((
    "builtins.id", "code.__new__", "compile", "exec", "function.__new__", "glob.glob", "glob.glob/2", "import",
    "marshal.load", "marshal.loads", "object.__delattr__", "object.__getattr__", "object.__setattr__", "os.fwalk",
    "os.walk", "pathlib.Path.glob", "pathlib.Path.rglob", "sys._getframe", "sys._getframemodulename", "sys.unraisablehook",
))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
STATUS = ("access", "lstat", "readlink", "stat")
SUFFIXES = ["", *importlib.machinery.all_suffixes()]

_now = _local()
_audited = []


def is_plain(tree):
    """Whether a hook uses only what is recorded here, so that its answer follows from the record."""
    return all(_is_plain(node) for node in ast.walk(tree))


def _is_plain(node):
    kind = type(node)
    if kind is ast.Import:
        return all(_is_known(alias.name) and not (alias.asname and alias.name in OF) for alias in node.names)
    if kind is ast.ImportFrom:
        names = {alias.name for alias in node.names}
        if node.level or not _is_known(node.module):
            return False
        if node.module in OF:
            return names <= OF[node.module]
        return all(_is_known(node.module + "." + name) for name in names) and not names & (NAMES | {"*"})
    if kind is ast.Name:
        return node.id not in NAMES
    if kind is ast.Attribute:
        if not isinstance(node.ctx, ast.Load) or node.attr in ATTRIBUTES or node.attr in NAMES:
            return False
        of = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", None)
        return of not in OF or node.attr in OF[of]
    return True


def _is_known(name):
    if any(name == other or name.startswith(other + ".") for other in NOT_MODULES):
        return False
    return name in MODULES or name == "importlib" or any(name.startswith(other + ".") for other in MODULES)


class Record:
    """What a hook has read."""

    def __init__(self):
        self.files, self.folders, self.paths, self.variables, self.holds = {}, {}, {}, {}, True
        self.notes_distributions = _watches_distributions()

    def answer(self):
        """Returns the record for the builder, or `None` if it is incomplete."""
        if not self.notes_distributions and "importlib.metadata" in sys.modules:
            _watches_distributions()
            self.searched()
        if not self.holds:
            return None
        return {"files": list(self.files), "folders": list(self.folders), "paths": list(self.paths),
                "variables": self.variables}


    def searched(self):
        """Notes a search for distributions. The interpreter remembers what the folders contain."""
        for folder in sys.path:
            if folder not in recorded.known:
                self.folders[os.path.abspath(folder)] = None


def _watches_distributions():
    """Whether searches for distributions are noted, from now on if possible."""
    metadata = sys.modules.get("importlib.metadata")
    finder = getattr(metadata, "MetadataPathFinder", None)
    if finder is None:
        return False
    if not hasattr(finder, "_freeze_find"):
        finder._freeze_find = find = finder.find_distributions

        def noting(*arguments, **options):
            record = getattr(_now, "record", None)
            if record is not None:
                record.searched()
            return find(*arguments, **options)
        finder.find_distributions = staticmethod(noting)
    return True


def _path(value):
    try:
        return os.path.abspath(os.fsdecode(value))
    except TypeError:
        return None


def _audit(event, arguments):
    record = getattr(_now, "record", None)
    if record is None or event in EVENTS:
        return
    if event == "open":
        path, mode, flags = arguments
        is_written = any(letter in mode for letter in "wax+") if isinstance(mode, str) else (flags or 0) & WRITING
        path = None if isinstance(path, int) else _path(path)
        if is_written or path is None:
            record.holds = False
        else:
            record.files[path] = None
    elif event in ("os.listdir", "os.scandir"):
        path = _path("." if arguments[0] is None else arguments[0])
        if path is None:
            record.holds = False
        else:
            record.folders[path] = None
    else:
        record.holds = False


def fail():
    """Marks the record of the running hook as incomplete."""
    record = getattr(_now, "record", None)
    if record is not None:
        record.holds = False


def looked_for(name, found):
    """Notes a search for a module in the folders of `sys.path`, and the folders of the packages that were found."""
    record = getattr(_now, "record", None)
    if record is None:
        return
    for folder in sys.path:
        if folder not in recorded.known:
            for suffix in SUFFIXES:
                record.paths[os.path.abspath(os.path.join(folder, name + suffix))] = None
    for folder in found:
        record.folders[os.path.abspath(folder)] = None


class _Variables(type(os.environ)):
    def __getitem__(self, key):
        record = getattr(_now, "record", None)
        if record is not None:
            record.variables[str(key)] = self._get(key)
        return super().__getitem__(key)

    def _get(self, key):
        try:
            return super().__getitem__(key)
        except KeyError:
            return None

    def __iter__(self):
        fail()
        return super().__iter__()

    def __setitem__(self, key, value):
        fail()
        super().__setitem__(key, value)

    def __delitem__(self, key):
        fail()
        super().__delitem__(key)


class recorded:
    """Notes what runs in it, if it is given records; all threads share it."""

    known = frozenset()

    def __init__(self, known):
        recorded.known = frozenset(known)

    def __enter__(self):
        if not _audited:
            sys.addaudithook(_audit)
            _audited.append(True)
        self.before = {name: getattr(os, name) for name in STATUS}
        self.environ = type(os.environ)
        os.environ.__class__ = _Variables
        for name, function in self.before.items():
            setattr(os, name, _noting(function))

    def __exit__(self, *error):
        for name, function in self.before.items():
            setattr(os, name, function)
        os.environ.__class__ = self.environ


def _noting(function):
    def noting(path, *arguments, **options):
        record = getattr(_now, "record", None)
        if record is not None and not isinstance(path, int):
            found = _path(path)
            if found is not None:
                record.paths[found] = None
        return function(path, *arguments, **options)
    return noting


def run(record, function, *arguments):
    """Runs a function in this thread and notes what it reads."""
    _now.record = record
    try:
        return function(*arguments)
    finally:
        _now.record = None
