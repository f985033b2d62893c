"""`Analysis`: asks the builder for the contents of a program."""

import os
import sys

import _freeze_wire
from PyInstaller import config
from PyInstaller.building.api import COLLECT, EXE, MERGE, PKG, PYZ, noted
from PyInstaller.building.datastruct import TOC, Target, Tree
from PyInstaller.building.osx import BUNDLE
from PyInstaller.building.splash import Splash
from PyInstaller.config import CONF


_OBSOLETE = ("_mountzlib.py", "useUnicode.py", "useTK.py", "unpackTK.py", "removeTK.py")


def __getattr__(name):
    if name == "logger":
        from PyInstaller.log import getLogger
        return getLogger("PyInstaller.building.build_main")
    raise AttributeError("module 'PyInstaller.building.build_main' has no attribute %r" % name)


def find_binary_dependencies(*arguments, **options):
    return []


def _texts(value):
    if value is None:
        return []
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    return [os.fspath(item) if isinstance(item, os.PathLike) else str(item) for item in value if item]


def _existing(path, folders):
    """Returns a path below the first folder in which it exists."""
    path = os.path.expandvars(os.fspath(path))
    places = [config.located(folder, path) for folder in folders]
    return next((place for place in places if os.path.exists(place)), places[0])


def _is_obsolete(script):
    """Whether a script is one that versions before 2 added to each spec."""
    folder, name = os.path.split(script.replace("\\", "/"))
    return os.path.basename(folder) == "support" and name in _OBSOLETE and not os.path.exists(script)


def expand(items, what, folder, place=None):
    """Returns `(path, folder in the bundle)` of each existing file or folder, and entries of TOCs."""
    plain, exact = [], []
    for item in items or ():
        if isinstance(item, str) or not isinstance(item, (tuple, list)) or len(item) not in (2, 3):
            _freeze_wire.wire.refuse("expected a tuple (source, folder) in `%s`, got %r" % (what, item),
                                     place=place)
        if len(item) == 3:
            exact.append(tuple(item))
            continue
        source, dest = (os.fspath(part) for part in item)
        if not dest:
            _freeze_wire.wire.refuse("the folder in the bundle is empty for `%s` in `%s`" % (source, what),
                                     "use `.` for the folder of all files", place)
        source = config.located(folder, source)
        dest = dest.replace("\\", "/") if os.sep == "/" else dest
        if os.path.exists(source):
            found = [source]
        else:
            import glob
            found = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []
        if not found:
            _freeze_wire.wire.refuse("`%s` of `%s` does not exist" % (source, what),
                                     "paths are relative to the folder of the spec", place)
        for path in found:
            if os.path.isfile(path) or any(files for _, _, files in os.walk(path)):
                plain.append((path, os.path.normpath(dest)))
    return plain, exact


class Analysis(Target):
    """The modules and files of a program."""

    count = 0
    origins = {}
    """Identity of an entry of a TOC, the entry, and its analysis."""

    def __init__(self, scripts, pathex=None, binaries=None, datas=None, hiddenimports=None, hookspath=None,
                 hooksconfig=None, excludes=None, runtime_hooks=None, cipher=None, noarchive=False,
                 module_collection_mode=None, optimize=-1, **others):
        super().__init__()
        wire, specpath = _freeze_wire.wire, CONF["specpath"]
        for name, value in [("cipher", cipher), *others.items()]:
            noted("Analysis", name, value)
        self.number = Analysis.count
        Analysis.count += 1
        inputs = [config.located(specpath, script) for script in _texts(scripts)]
        self.inputs = [script for script in inputs if not _is_obsolete(script)]
        if not self.inputs:
            wire.refuse("`Analysis` has no script")
        self.pathex = [os.path.abspath(_existing(path, [os.getcwd(), specpath])) for path in _texts(pathex)]
        for path in self.pathex:
            if path not in sys.path:
                sys.path.insert(0, path)
        CONF["pathex"] = self.pathex
        CONF["main_script"] = self.inputs[0]
        self.hiddenimports = _texts(hiddenimports) + [name for name in CONF["hiddenimports"]]
        self.excludes = _texts(excludes)
        self.hookspath = [os.path.abspath(_existing(path, [os.getcwd(), specpath])) for path in _texts(hookspath)]
        self.hooksconfig = CONF["hooksconfig"] = dict(hooksconfig or {})
        self.custom_runtime_hooks = [
            os.path.abspath(_existing(path, [specpath, os.getcwd()])) for path in _texts(runtime_hooks)]
        self.noarchive = bool(noarchive)
        self.optimize = optimize
        mode = module_collection_mode or {}
        self.module_collection_mode = mode if isinstance(mode, dict) else {"": mode}
        datas, more_datas = expand(datas, "datas", specpath)
        binaries, more_binaries = expand(binaries, "binaries", specpath)
        known = set(config.known_path)
        reply = wire.ask(
            "analysis", place=self.place, scripts=self.inputs, pathex=self.pathex,
            search_path=[os.path.abspath(path) for path in sys.path if path not in known and path not in self.pathex],
            datas=datas, binaries=binaries, hiddenimports=self.hiddenimports, excludes=self.excludes,
            hookspath=self.hookspath, hooksconfig=self.hooksconfig, runtime_hooks=self.custom_runtime_hooks,
            noarchive=self.noarchive, optimize=optimize if isinstance(optimize, int) else -1,
            collection_mode=self.module_collection_mode,
        )
        self.scripts = self._toc(reply["scripts"])
        self.pure = self._toc(reply["pure"])
        self.binaries = self._toc(reply["binaries"])
        self.datas = self._toc(reply["datas"])
        self.given = {False: self._by_name(self.binaries, self.datas), True: self._by_name(self.pure)}
        dylib = sys.modules.get("PyInstaller.depend.dylib")
        if dylib is not None:
            self.binaries[:] = [entry for entry in self.binaries if not dylib.is_excluded(os.path.basename(entry[0]))]
        self.datas.extend(more_datas)
        self.binaries.extend(more_binaries)
        self.zipfiles, self.zipped_data = TOC(), TOC()

    def assemble(self):
        """The analysis was done when it was made."""

    def _toc(self, entries):
        toc = TOC()
        for entry in entries:
            entry = tuple(entry)
            Analysis.origins[id(entry)] = entry, self
            toc.append(entry)
        return toc

    @staticmethod
    def _by_name(*tocs):
        from PyInstaller.building.datastruct import unique_name
        return {unique_name(entry): entry for toc in tocs for entry in toc}

    @classmethod
    def of(cls, entry):
        """Returns the analysis that an entry comes from."""
        known = cls.origins.get(id(entry))
        if known:
            return known[1]
        same = (analysis for found, analysis in cls.origins.values() if found[1] == entry[1])
        return next(same, None)
