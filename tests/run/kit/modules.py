"""The import system, as a program sees it through its interfaces."""

import _imp
import importlib
import importlib.machinery
import importlib.util
import inspect
import io
import json
import linecache
import os
import pickle
import pkgutil
import runpy
import sys
import traceback
import types
import warnings

import kit
import kit.inner.deep

from . import main_module, shown


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error).__name__


def spec(note, name):
    found = importlib.util.find_spec(name)
    if found is None:
        note(name + ".spec", None)
        return
    module = importlib.import_module(name)
    label = name + ".spec."
    note(label + "name", found.name)
    note(label + "parent", found.parent)
    note(label + "has_location", found.has_location)
    note(label + "package", found.submodule_search_locations is not None)
    if name.startswith(("kit", "loose")):
        note(label + "origin", shown(found.origin))
        note(label + "cached", shown(found.cached))
        note(label + "locations", [shown(p) for p in found.submodule_search_locations or []])
        note(name + ".__file__", shown(getattr(module, "__file__", None)))
        note(name + ".__cached__", shown(getattr(module, "__cached__", None)))
        note(name + ".__path__", [shown(p) for p in getattr(module, "__path__", [])])
    note(name + ".same", importlib.util.find_spec(name) == module.__spec__)
    note(name + ".attributes", sorted(n for n in vars(module) if n.startswith("__")))
    note(name + ".__package__", module.__package__)
    loader = module.__loader__
    note(name + ".loader.spec", found.loader == loader)
    if loader is None or not hasattr(loader, "get_code"):
        return
    note(name + ".get_code", type(attempt(loader.get_code, name)).__name__)
    note(name + ".is_package", attempt(loader.is_package, name))
    if hasattr(loader, "get_filename"):
        note(name + ".get_filename", attempt(loader.get_filename, name) == module.__file__)
        note(name + ".get_filename.other", attempt(loader.get_filename, "another"))


def observe(note, arguments):
    for name in "kit", "kit.modules", "kit.inner", "kit.inner.deep", "loose", "loose.part", "json", "json.decoder", "sys", "math", "os":
        spec(note, name)
    note("missing", attempt(importlib.import_module, "kit.not_there"))
    note("missing.spec", attempt(importlib.util.find_spec, "kit.not_there"))
    note("missing.parent", attempt(importlib.util.find_spec, "not_there.at_all"))
    try:
        importlib.import_module("kit.not_there")
    except ImportError as error:
        note("missing.error", [str(error), error.name, error.path])
    try:
        from kit import not_there  # noqa: F401
    except ImportError as error:
        note("missing.from", [shown(error), error.name, shown(error.path)])

    for name in "kit.inner.deep", "json.decoder":
        module = importlib.import_module(name)
        module.mark = 1
        note("reload." + name, importlib.reload(module) is module and module.mark == 1)
    note("invalidate", importlib.invalidate_caches())
    note("is_frozen", [_imp.is_frozen(n) for n in ("encodings", "encodings.utf_8", "io", "abc", "os", "json")])
    old = sys.modules.pop("encodings.utf_8")
    fresh = importlib.import_module("encodings.utf_8")
    note("imported.again", [fresh is not old, fresh.__spec__.has_location, fresh.__file__ == old.__file__])
    kinds = [m for m in sys.modules.values() if isinstance(m, types.ModuleType) and m is not main_module()]
    note("without.spec", sorted(m.__name__ for m in kinds if getattr(m, "__spec__", None) is None))

    names = sorted((m.name, m.ispkg) for m in pkgutil.iter_modules(kit.__path__))
    note("iter_modules", names)
    note("walk_packages", sorted(m.name for m in pkgutil.walk_packages(kit.__path__, "kit.")))
    note("get_data", pkgutil.get_data("kit", "data/text.txt").decode())
    note("get_data.missing", attempt(pkgutil.get_data, "kit", "data/none.txt"))
    note("loader.get_data", kit.__loader__.get_data(os.path.join(os.path.dirname(kit.__file__), "data/text.txt")).decode())
    note("resolve_name", pkgutil.resolve_name("kit.inner.deep:VALUE"))

    from importlib import resources

    root = resources.files("kit")
    note("resources.names", sorted(e.name for e in root.joinpath("data").iterdir() if e.name != "__pycache__"))
    note("resources.text", root.joinpath("data/text.txt").read_text())
    note("resources.slash", (root / "data" / "more" / "bytes.bin").read_bytes().hex())
    note("resources.kinds", [root.is_dir(), (root / "data").is_dir(), (root / "data/text.txt").is_file(), (root / "none").exists() if hasattr(root, "exists") else False])
    with resources.as_file(root / "data/text.txt") as path:
        note("resources.as_file", path.read_text())
    note("resources.module", resources.files("kit.inner").joinpath("deep.txt").read_text())
    if sys.version_info < (3, 13):
        warnings.simplefilter("ignore")
        note("resources.old", resources.read_text("kit.inner", "deep.txt"))
        note("resources.old.contents", sorted(n for n in resources.contents("kit.inner") if n.endswith(".txt")))
        note("resources.old.is", resources.is_resource("kit.inner", "deep.txt"))
        warnings.resetwarnings()
    note("resources.missing", attempt(root.joinpath("data/none.txt").read_text))

    ran = runpy.run_module("kit.inner.deep", {"given": 1}, "given.name")
    note("run_module", [ran["__name__"], ran["__package__"], shown(ran["__file__"]), ran["VALUE"], ran["given"], ran["__spec__"].name])
    note("run_module.main", runpy.run_module("kit.inner", alter_sys=True)["MAIN"])
    note("run_module.missing", attempt(runpy.run_module, "kit.not_there"))

    note("inspect.getmodule", inspect.getmodule(kit.inner.deep.function).__name__)
    note("inspect.getfile", shown(inspect.getfile(kit.inner.deep.function)))
    note("inspect.getfile.class", shown(inspect.getfile(kit.inner.deep.Class)))
    note("inspect.getmodulename", inspect.getmodulename(kit.inner.deep.__file__))
    note("inspect.signature", str(inspect.signature(kit.inner.deep.function)))
    note("inspect.getdoc", inspect.getdoc(kit.inner.deep.Class))
    note("inspect.getsource", attempt(inspect.getsource, kit.inner.deep.function))
    note("co_filename", shown(kit.inner.deep.function.__code__.co_filename))
    note("co_filename.main", shown(main_module().main.__code__.co_filename))
    note("co_filename.stdlib", json.dumps.__code__.co_filename == json.__file__)
    note("co_firstlineno", kit.inner.deep.function.__code__.co_firstlineno)
    try:
        kit.inner.deep.function(0)
    except ZeroDivisionError as error:
        frames = traceback.extract_tb(error.__traceback__)
        note("traceback", [(shown(f.filename), f.lineno, f.name) for f in frames])
        note("traceback.text", shown("".join(traceback.format_exception(type(error), error, error.__traceback__))))
    note("linecache", linecache.getline(kit.inner.deep.__file__, 1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kit.inner.deep.warn()
        note("warning", [shown(caught[0].filename), caught[0].lineno])

    main = main_module()
    note("pickle.main", pickle.loads(pickle.dumps(main.Point(3))) == main.Point(3))
    note("pickle.class", pickle.dumps(main.Point, 0).decode())
    note("repr.class", repr(main.Point))
    note("repr.module", shown(repr(kit.inner.deep)).replace("<frozen loader", "<loader")[:40])

    folder = os.environ["PLUGINS"]
    sys.path.append(folder)
    note("plugin", importlib.import_module("plugin_outside").VALUE)
    note("plugin.file", os.path.dirname(sys.modules["plugin_outside"].__file__) == folder)
    note("plugin.source", "VALUE" in inspect.getsource(sys.modules["plugin_outside"]))
    sys.path.insert(0, os.path.join(folder, "archive.zip"))
    note("zipimport", importlib.import_module("zipped").VALUE)
    note("zipimport.loader", type(sys.modules["zipped"].__loader__).__name__)
    kit.__path__.append(os.path.join(folder, "more"))
    note("path.extended", importlib.import_module("kit.extra").VALUE)
    located = importlib.util.spec_from_file_location("by_path", os.path.join(folder, "plugin_outside.py"))
    module = importlib.util.module_from_spec(located)
    located.loader.exec_module(module)
    note("by_path", module.VALUE)

    class Hook:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "made.up":
                return importlib.machinery.ModuleSpec(name, Hook)
            if name == "made":
                return importlib.machinery.ModuleSpec(name, Hook, is_package=True)

        @staticmethod
        def create_module(spec):
            return types.ModuleType(spec.name)

        @staticmethod
        def exec_module(module):
            module.VALUE = "made"

    sys.meta_path.insert(0, Hook)
    note("hook", importlib.import_module("made.up").VALUE)
    sys.meta_path.remove(Hook)
    out = io.StringIO()
    sys.modules["kit.inner.deep"].help(out)
    note("help", out.getvalue().splitlines()[:3])
