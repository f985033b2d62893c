"""Runs a spec of PyInstaller, or hooks, for the builder."""

import os
import sys

import _freeze_wire
from _freeze_wire import HERE, Failed, Wire, caller

CONSTANTS = "is_win is_darwin is_linux is_cygwin is_unix".split()


def main():
    wire = _freeze_wire.wire = Wire()
    order = wire.receive()
    compile_stand_ins()
    # What the user's code imports leaves no bytecode beside it.
    sys.dont_write_bytecode = True
    sys.modules["__main__"].__dict__.pop("__file__", None)
    if sys.path[:1] != [HERE]:
        sys.path.insert(0, HERE)
    spec, last = order.get("spec"), ("end", {})
    try:
        prepare(order)
        wire.answers.update(hooks=run_hooks, survey=survey_hooks)
        if spec:
            run_spec(order)
        else:
            wire.ask("ready")
    except Failed:
        # The builder knows why.
        last = None
    except SystemExit as error:
        last = "exited", {"code": exit_code(error), "text": exit_text(error), "place": place_of(error, spec)}
    except BaseException as error:
        last = "raised", description(error, spec)
    finish()
    if last:
        wire.send(last[0], **last[1])
    # All that the end of the interpreter would do has been done.
    os._exit(0)


def finish():
    """Waits for threads, calls what the spec has registered for the end, and writes what it has printed."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()
    for stream in sys.stdout, sys.stderr:
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


def run_hooks(asked):
    import _freeze_hooks
    return _freeze_hooks.run(asked)


def survey_hooks(asked):
    import _freeze_hooks
    return _freeze_hooks.survey(asked)


def compile_stand_ins():
    """Compiles the stand-ins when they are used for the first time with this version of Python."""
    compiled = os.path.join(HERE, "__pycache__", "_freeze_hooks.%s.pyc" % sys.implementation.cache_tag)
    if not sys.pycache_prefix and not os.path.exists(compiled):
        import compileall
        compileall.compile_dir(HERE, quiet=2)


def prepare(order):
    """Sets the configuration that specs and hooks see."""
    from PyInstaller import config
    spec = order.get("spec") or os.path.join(os.getcwd(), order["name"] + ".spec")
    folder = os.path.dirname(os.path.abspath(spec))
    name = os.path.splitext(os.path.basename(spec))[0]
    config.start(spec=spec, specpath=folder, specnm=name, order=order)
    # The spec's folder and the current one come last: nothing of them hides an installed package.
    for place in folder, os.getcwd():
        if place not in sys.path:
            sys.path.append(place)
    config.known_path = list(sys.path)


def run_spec(order):
    from PyInstaller import compat, config
    from PyInstaller.building import api, build_main, datastruct, osx, splash
    from PyInstaller.config import CONF
    spec = order["spec"]
    with open(spec, "rb") as file:
        text = file.read()
    if config.is_conversion:
        import _freeze_convert
        code, after = _freeze_convert.shortened(text, spec)
        _freeze_convert.watch()
        if after is not None:
            _freeze_wire.wire.send("skipped", place=[spec, after])
    else:
        code = compile(text, spec, "exec", dont_inherit=True)
    if mentions(code, {"WORKPATH", "workpath", "CONF"}):
        os.makedirs(CONF["workpath"], exist_ok=True)
    if mentions(code, {"DISTPATH"}):
        os.makedirs(CONF["distpath"], exist_ok=True)
    sys.argv = [spec, *order["arguments"]]
    # Earlier versions ran a spec among the names of their own module.
    names = {name: getattr(compat, name) for name in CONSTANTS}
    for module in "glob", "shutil", "pprint":
        if mentions(code, {module}):
            names[module] = __import__(module)
    if mentions(code, {"logger"}):
        names["logger"] = config_logger()
    names.update(
        __name__="__main__", __file__=spec, os=os, sys=sys,
        SPEC=spec, SPECPATH=CONF["specpath"], specnm=CONF["specnm"], specpath=CONF["specpath"],
        DISTPATH=CONF["distpath"], WORKPATH=CONF["workpath"], workpath=CONF["workpath"],
        HOMEPATH=CONF["homepath"], CONFIGDIR=CONF["configdir"], WARNFILE=CONF["warnfile"],
        BUILDPATH=CONF["workpath"], CONF=CONF,
        Analysis=build_main.Analysis, TOC=datastruct.TOC, Tree=datastruct.Tree, Target=datastruct.Target,
        PYZ=api.PYZ, PKG=api.PKG, EXE=api.EXE, COLLECT=api.COLLECT, MERGE=api.MERGE, DLL=api.DLL,
        BUNDLE=osx.BUNDLE, Splash=splash.Splash,
    )
    exec(code, names)


def config_logger():
    from PyInstaller import log
    return log.getLogger("PyInstaller")


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


if __name__ == "__main__":
    # The spec is `__main__` to itself, this module is not.
    sys.modules["_freeze_spec"] = sys.modules["__main__"]
    main()
