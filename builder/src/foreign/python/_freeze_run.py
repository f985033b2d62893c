"""Runs code of the user for the builder, and reports how it ended by the lines of the user's files."""

import os
import sys

import _freeze_wire
from _freeze_wire import HERE, Failed, Wire


def drive(body, compiled):
    """Receives the order, and runs `body` with it and with a function that is told the user's file.

    `compiled` is a module whose bytecode shows that the stand-ins are compiled.
    """
    wire = _freeze_wire.wire = Wire()
    order = wire.receive()
    compile_stand_ins(compiled)
    # What the user's code imports leaves no bytecode beside it.
    sys.dont_write_bytecode = True
    sys.modules["__main__"].__dict__.pop("__file__", None)
    if sys.path[:1] != [HERE]:
        sys.path.insert(0, HERE)
    file, last = order.get("spec"), ("end", {})
    try:
        body(order)
    except Failed:
        # The builder knows why.
        last = None
    except SystemExit as error:
        last = "exited", {"code": exit_code(error), "text": exit_text(error), "place": place_of(error, file)}
    except BaseException as error:
        last = "raised", description(error, file)
    finish()
    if last:
        wire.send(last[0], **last[1])
    # All that the end of the interpreter would do has been done.
    os._exit(0)


def finish():
    """Waits for threads, calls what the code has registered for the end, and writes what it has printed."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()
    for stream in sys.stdout, sys.stderr:
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


def compile_stand_ins(module):
    """Compiles the stand-ins when they are used for the first time with this version of Python."""
    compiled = os.path.join(HERE, "__pycache__", "%s.%s.pyc" % (module, sys.implementation.cache_tag))
    if not sys.pycache_prefix and not os.path.exists(compiled):
        import compileall
        compileall.compile_dir(HERE, quiet=2)


def mentions(code, names):
    """Whether code, or a function in it, uses one of these names."""
    if names.intersection(code.co_names):
        return True
    return any(mentions(const, names) for const in code.co_consts if isinstance(const, type(code)))


def exit_code(exit):
    if exit.code is None:
        return 0
    return exit.code if isinstance(exit.code, int) else 1


def exit_text(exit):
    return None if exit.code is None or isinstance(exit.code, int) else str(exit.code)


def frames(error):
    found = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith((HERE, "<frozen ")):
            found.append((code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def place_of(error, spec):
    """Returns the innermost place in the user's files, and the innermost one of all."""
    found = frames(error)
    if not found:
        return None
    folder = os.path.dirname(os.path.abspath(spec)) if spec else os.getcwd()
    installed = os.sep + "site-packages" + os.sep

    def is_own(file):
        file = os.path.abspath(file)
        return file == spec or file.startswith(folder + os.sep) and installed not in file

    own = [place for place in found if is_own(place[0])]
    return list((own or found)[-1])


def description(error, spec):
    """Describes an exception by the lines of the user's files."""
    kind = type(error).__name__
    text = str(error)
    place, column = place_of(error, spec), None
    if isinstance(error, SyntaxError) and error.filename:
        place, column, text = [error.filename, error.lineno or 0], error.offset, error.msg
    deepest = frames(error)[-1:]
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return {
        "type": kind, "text": text, "place": place, "column": column, "missing": missing,
        "deepest": list(deepest[0]) if deepest else None,
    }
