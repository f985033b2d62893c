"""Lets the builder convert a spec: tells what functions of hooks return, and runs no code after the last product."""

import ast
import functools

import _freeze_wire

PRODUCTS = {"EXE", "COLLECT", "BUNDLE"}
FUNCTIONS = ("collect_submodules", "collect_data_files", "collect_dynamic_libs", "collect_all", "copy_metadata")

_depth = 0


def shortened(tree):
    """Removes what follows the last product of a spec. Returns the line of the first statement of it."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    makers = set(PRODUCTS)
    for _ in functions:
        makers.update(function.name for function in functions if _calls(function, makers))
    last = None
    for i, statement in enumerate(tree.body):
        if statement not in functions and _calls(statement, makers):
            last = i
    rest = tree.body[last + 1:] if last is not None else []
    if rest:
        del tree.body[last + 1:]
    return rest[0].lineno if rest else None


def _calls(node, names):
    """Whether a statement calls one of these functions."""
    called = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return any(getattr(func, "id", getattr(func, "attr", None)) in names for func in called)


def watch():
    """Tells the builder what the functions for specs return."""
    from PyInstaller.utils import hooks
    for name in FUNCTIONS:
        setattr(hooks, name, _watched(name, getattr(hooks, name)))


def _watched(name, function):
    @functools.wraps(function)
    def call(*arguments, **options):
        global _depth
        _depth += 1
        try:
            found = function(*arguments, **options)
        finally:
            _depth -= 1
        recursive = bool(options.pop("recursive", False)) if name == "copy_metadata" else False
        # With further arguments, only a part is found.
        if _depth == 0 and len(arguments) == 1 and not options:
            _tell(name, arguments[0], found, recursive)
        return found

    return call


def _tell(name, package, found, recursive):
    files, modules = found, []
    if name == "collect_submodules":
        files, modules = [], found
    elif name == "collect_all":
        files, modules = found[0] + found[1], found[2]
    _freeze_wire.wire.send(
        "collected", function=name, package=package, files=[list(pair) for pair in files], modules=list(modules),
        recursive=recursive, place=_freeze_wire.caller())


def version_strings(version):
    """Returns the strings of a version resource that a spec has described."""
    found = {}
    for info in version.kids:
        for table in getattr(info, "kids", ()):
            for string in getattr(table, "kids", ()):
                if hasattr(string, "val"):
                    found[str(string.name)] = str(string.val)
    return found
