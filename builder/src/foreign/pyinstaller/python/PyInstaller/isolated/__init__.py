"""Runs functions in another process, so that what they import leaves no trace."""

import functools
import marshal
import os
import pickle
import subprocess
import sys
import tempfile

_CHILD = """
import marshal, pickle, sys, types
with open(sys.argv[1], "rb") as file:
    code, defaults, args, kwargs, path = pickle.load(file)
sys.path[:] = path
function = types.FunctionType(marshal.loads(code), {"__builtins__": __builtins__}, "f", defaults)
try:
    result = True, function(*args, **kwargs)
except BaseException as error:
    import traceback
    result = False, traceback.format_exc()
with open(sys.argv[1], "wb") as file:
    pickle.dump(result, file)
"""


def call(function, *args, **kwargs):
    """Calls a function that needs nothing of its module, in a new process."""
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            search = [entry for entry in sys.path if entry != folder]
            pickle.dump((marshal.dumps(function.__code__), function.__defaults__, args, kwargs, search), file)
        subprocess.run([sys.executable, "-c", _CHILD, path], check=True)
        with open(path, "rb") as file:
            done, result = pickle.load(file)
    finally:
        os.unlink(path)
    if not done:
        raise RuntimeError("the function failed in its process:\n" + result)
    return result


def decorate(function):
    """Makes a function run in a process of its own."""
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return call(function, *args, **kwargs)

    return wrapped


class Python:
    """A process for several calls."""

    def __init__(self, strict_mode=None):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def call(self, function, *args, **kwargs):
        return call(function, *args, **kwargs)


class SubprocessDiedError(RuntimeError):
    """The process ended without a result."""
