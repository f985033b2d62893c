"""Runs a spec of PyInstaller, or hooks, for the builder."""

import os
import sys

import _freeze_wire
from _freeze_run import drive, mentions

CONSTANTS = "is_win is_darwin is_linux is_cygwin is_unix".split()


def body(order):
    wire = _freeze_wire.wire
    prepare(order)
    wire.answers.update(hooks=run_hooks, survey=survey_hooks)
    if order.get("spec"):
        run_spec(order)
    else:
        wire.ask("ready")


def run_hooks(asked):
    import _freeze_hooks
    return _freeze_hooks.run(asked)


def survey_hooks(asked):
    import _freeze_hooks
    return _freeze_hooks.survey(asked)


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
        code = compiled(file.read(), spec, order["target"])
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
    if order["target"]["platform"] != sys.platform:
        import _freeze_platform
        names.update(_freeze_platform.adapt(order["target"]))
    exec(code, names)


def compiled(text, spec, target):
    """Compiles a spec so that it sees the platform that is built for; for a conversion, up to its last product."""
    from PyInstaller import config
    if target["platform"] == sys.platform and not config.is_conversion:
        return compile(text, spec, "exec", dont_inherit=True)
    import ast

    import _freeze_platform
    tree = ast.parse(text, spec)
    if config.is_conversion:
        import _freeze_convert
        after = _freeze_convert.shortened(tree)
        _freeze_convert.watch()
        if after is not None:
            _freeze_wire.wire.send("skipped", place=[spec, after])
    return compile(_freeze_platform.answered(tree, target, ("os", "sys")), spec, "exec", dont_inherit=True)


def config_logger():
    from PyInstaller import log
    return log.getLogger("PyInstaller")


if __name__ == "__main__":
    # The spec is `__main__` to itself, this module is not.
    sys.modules["_freeze_spec"] = sys.modules["__main__"]
    drive(body, "_freeze_hooks")
