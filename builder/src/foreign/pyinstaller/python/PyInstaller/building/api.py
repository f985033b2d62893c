"""`PYZ`, `EXE`, `COLLECT` and `MERGE`: what a spec makes out of the contents that an analysis found."""

import os
import sys

import _freeze_wire
from PyInstaller import config
from PyInstaller.building.datastruct import TOC, Target, typecode, unique_name
from PyInstaller.config import CONF, target

MODULES = ("PYMODULE", "PYMODULE-1", "PYMODULE-2")
NO_FILES = ("OPTION", "PYZ", "PKG", "SPLASH", "RUNTIME_OPTION")
# Arguments without a meaning here, and why.
NO_EFFECT = {
    "cipher": "bytecode is not encrypted, as in PyInstaller 6",
    "key": "bytecode is not encrypted, as in PyInstaller 6",
    "win_no_prefer_redirects": "it was removed from PyInstaller 6",
    "win_private_assemblies": "it was removed from PyInstaller 6",
    "upx": "UPX is never used: zstd compresses better and starts faster",
    "upx_exclude": "UPX is never used",
    "upx_dir": "UPX is never used",
    "bootloader_ignore_signals": "the program is one process and gets its signals itself",
    "append_pkg": "the archive is always part of the executable",
    "crypto_key": "it was removed from PyInstaller 5",
    "embed_manifest": "the manifest is always part of the executable",
    "argv_emulation": "events of the Finder are not turned into arguments",
    "onefile": "the arguments of `EXE` decide",
}
# Arguments that specs set by default.
USUAL = ("upx", "embed_manifest", "append_pkg", "upx_exclude", "bootloader_ignore_signals")
_SETTINGS = (
    "console debug icon version manifest uac_admin uac_uiaccess resources strip target_arch codesign_identity "
    "entitlements_file hide_console disable_windowed_traceback runtime_tmpdir contents_directory"
).split()


def noted(where, name, value):
    """Notes an argument that has no effect, unless it asks for nothing."""
    if not value:
        return
    reason = NO_EFFECT.get(name)
    if reason:
        message = "`%s` of `%s` has no effect: %s" % (name, where, reason)
        _freeze_wire.wire.note(message, minor=name in USUAL)
    else:
        _freeze_wire.wire.note("`%s` of `%s` is not known and has no effect" % (name, where))


class _Entries:
    """The entries that a target consists of, by their meaning."""

    def __init__(self, arguments):
        self.modules, self.files, self.scripts, self.options, self.programs = [], [], [], [], []
        self.has_modules = False
        for argument in arguments:
            self.add(argument)

    def add(self, argument):
        from PyInstaller.building.splash import Splash
        if argument is None or isinstance(argument, Splash):
            return
        if isinstance(argument, PYZ):
            self.has_modules = True
            self.modules += argument.toc
        elif isinstance(argument, PKG):
            self.merge(argument.entries)
        elif isinstance(argument, EXE):
            self.programs.append(argument)
        elif isinstance(argument, COLLECT):
            self.merge(argument.entries)
        elif isinstance(argument, (str, bytes)) or not hasattr(argument, "__iter__"):
            _freeze_wire.wire.refuse("expected a TOC, or what `PYZ`, `EXE` or `Tree` returns, got %r" % (argument,))
        else:
            for entry in argument:
                self.add_entry(entry)

    def merge(self, other):
        self.modules += other.modules
        self.files += other.files
        self.scripts += other.scripts
        self.options += other.options
        self.programs += other.programs
        self.has_modules |= other.has_modules

    def add_entry(self, entry):
        if isinstance(entry, str) or not isinstance(entry, (tuple, list)) or len(entry) not in (2, 3):
            if isinstance(entry, (Target, TOC)):
                return self.add(entry)
            _freeze_wire.wire.refuse("expected a tuple (name, source, typecode) in a TOC, got %r" % (entry,))
        kind = typecode(entry)
        if kind == "PYSOURCE":
            self.scripts.append(entry)
        elif kind == "OPTION":
            self.options.append(str(entry[0]))
        elif kind in MODULES:
            self.has_modules = True
            self.modules.append(entry)
        elif kind == "DEPENDENCY":
            # The name is that of a program, `:` and that of the file.
            self.files.append((entry[0].rpartition(":")[2], entry[1], "DATA"))
        elif kind not in NO_FILES:
            self.files.append(entry)


class PYZ(Target):
    """The modules of a program."""

    def __init__(self, *tocs, **settings):
        super().__init__()
        self.name = settings.pop("name", None)
        for name, value in settings.items():
            noted("PYZ", name, value)
        self.toc = TOC()
        for toc in tocs:
            for entry in toc or ():
                self.toc.append(entry if len(entry) == 3 else (*entry, "PYMODULE"))


class PKG(Target):
    """Entries of an executable, as specs of early versions combine them."""

    def __init__(self, toc, name=None, cdict=None, exclude_binaries=False, **settings):
        super().__init__()
        self.name = name
        self.exclude_binaries = exclude_binaries
        self.entries = _Entries([toc])
        self.toc = TOC(toc)


class EXE(Target):
    """A program: with all its files (onefile), or for `COLLECT` (onedir) if it excludes the binaries."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.entries = _Entries(args)
        self.exclude_binaries = bool(kwargs.pop("exclude_binaries", False))
        self.settings = {name: kwargs.pop(name) for name in _SETTINGS if kwargs.get(name) is not None}
        for name in _SETTINGS:
            kwargs.pop(name, None)
        name = os.path.basename(os.fspath(kwargs.pop("name", None) or CONF["specnm"]))
        kwargs.pop("exefiles", None)
        for option, value in kwargs.items():
            noted("EXE", option, value)
        suffix = ".exe" if target["platform"] == "win32" else ""
        if suffix and not name.lower().endswith(suffix):
            name += suffix
        self.base_name = name[:-len(suffix)] if suffix else name
        self.console = self.settings.get("console", True)
        self.icon = self.settings.get("icon")
        self.strip = self.settings.get("strip", False)
        self.upx = False
        self.toc = TOC([(name, "", "EXECUTABLE")])
        self.exefiles = self.toc
        self.dependencies = TOC(self.entries.files) if self.exclude_binaries else TOC()
        self.name = os.path.join(CONF["workpath" if self.exclude_binaries else "distpath"], name)
        self.pkgname = self.base_name + ".pkg"
        if not self.exclude_binaries:
            merged = sys.modules.get("_freeze_merge")
            if merged is None:
                publish("onefile", self.base_name, [self], self.entries, self.place)
            else:
                merged.publish(self)

    def __iter__(self):
        """An executable among the entries of `COLLECT`."""
        return iter(())


class COLLECT(Target):
    """A folder with programs and their files."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        name = kwargs.pop("name", None) or CONF["specnm"]
        self.entries = _Entries(args)
        self.settings = {"strip": kwargs.pop("strip", None)}
        for option, value in kwargs.items():
            noted("COLLECT", option, value)
        self.base_name = os.path.basename(os.path.normpath(os.fspath(name)))
        self.name = os.path.join(CONF["distpath"], self.base_name)
        programs = self.entries.programs
        if not programs:
            _freeze_wire.wire.refuse("`COLLECT` has no program", "pass it what `EXE(…)` returns")
        for program in programs:
            self.entries.files += program.entries.files
            self.entries.modules += program.entries.modules
            self.entries.has_modules |= program.entries.has_modules
        self.toc = TOC(self.entries.files)
        self.console = all(program.console for program in programs)
        self.icon = programs[0].icon
        publish("onedir", self.base_name, programs, self.entries, self.place, self.settings)

    def __iter__(self):
        return iter(self.toc)


class DLL(EXE):
    """A program as a library, which nothing here makes."""

    def __init__(self, *args, **kwargs):
        _freeze_wire.wire.refuse("`DLL` cannot be built", "PyInstaller has no such target since its version 4")


def MERGE(*args):
    """Lets onefile programs share files. Those of one `COLLECT` share all, and other folders are complete."""
    import _freeze_merge
    _freeze_merge.merge(args)


def publish(mode, name, programs, entries, place, more=None, **extra):
    """Has the builder make a product, and returns when it is in its place."""
    from PyInstaller.building.build_main import Analysis
    wire = _freeze_wire.wire
    described, involved = [], []
    for program in programs:
        scripts, analyses = [], []
        for entry in program.entries.scripts:
            scripts.append(config.located(CONF["specpath"], entry[1]))
            analyses.append(Analysis.of(entry))
        analyses = [analysis for analysis in analyses if analysis is not None]
        if not scripts or not analyses:
            wire.refuse("program `%s` has no script of an analysis" % program.base_name,
                        "pass it `a.scripts`, as `Analysis(…)` returned it", program.place)
        involved += [analysis for analysis in analyses if analysis not in involved]
        described.append({
            "name": program.base_name, "scripts": scripts, "options": program.entries.options,
            "settings": described_settings(program.settings),
            "place": program.place,
        })
    removed, added = changes(involved, entries)
    settings = {key: value for key, value in (more or {}).items() if value is not None}
    wire.ask(
        "product", mode=mode, name=name, dist=os.path.abspath(CONF["distpath"]), place=place, programs=described,
        analyses=[analysis.number for analysis in involved], removed=removed, added=added, settings=settings, **extra)
    for analysis in involved:
        analysis.is_used = True


def described_settings(settings):
    """Returns the settings of a program as texts and booleans."""
    found = dict(settings)
    version = found.get("version")
    if version is not None and not isinstance(version, (str, os.PathLike)):
        # What `versioninfo` describes: the text is the content of a version file.
        found["version_text"] = str(found.pop("version"))
        if config.is_conversion:
            import _freeze_convert
            found["version_strings"] = _freeze_convert.version_strings(version)
    for name in "icon", "version", "manifest", "entitlements_file":
        if name in found:
            found[name] = absolute(found[name])
    manifest = settings.get("manifest")
    if isinstance(manifest, str) and manifest.lstrip().startswith("<"):
        found["manifest_text"] = manifest
        del found["manifest"]
    found["debug"] = [item for item in _words(found.get("debug"))]
    found["resources"] = [_resource(item) for item in found.get("resources") or []]
    for name in "console", "uac_admin", "uac_uiaccess", "strip", "disable_windowed_traceback":
        if name in found:
            found[name] = bool(found[name])
    return found


def _file(source):
    """Makes the source of an entry absolute: it counts from the current folder, or from that of the spec."""
    if not source or source == "-":
        return source
    path = os.path.abspath(source)
    return path if os.path.exists(path) else config.located(CONF["specpath"], source)


def _words(debug):
    if debug is True:
        return ["bootloader"]
    if isinstance(debug, str):
        return [debug]
    return list(debug) if isinstance(debug, (list, tuple)) else []


def _resource(text):
    file, *rest = str(text).split(",")
    return ",".join([config.located(CONF["specpath"], file), *rest])


def absolute(value):
    """Makes paths absolute; they count from the folder of the spec."""
    if isinstance(value, (list, tuple)):
        return [path for item in value for path in absolute(item)]
    text = os.fspath(value)
    if not text or text.upper() == "NONE":
        return []
    # An icon of an executable may have a number.
    text = text.rsplit(",", 1)[0] if text.rsplit(",", 1)[-1].strip().isdigit() else text
    return [config.located(CONF["specpath"], text)]


def changes(analyses, entries):
    """Returns what a spec removed from the contents that the analyses found, and what it added."""
    given = {False: {}, True: {}}
    for analysis in analyses:
        for is_module, names in analysis.given.items():
            for name, entry in names.items():
                given[is_module].setdefault(name, entry)
    removed, added = {"files": [], "modules": []}, []
    # A spec that passes no modules at all, for example `PKG` of an early version, means all of them.
    kinds = [(False, entries.files)] + ([(True, entries.modules)] if entries.has_modules else [])
    for is_module, final in kinds:
        known, kept = given[is_module], set()
        for entry in final:
            name = unique_name(entry)
            if name in kept:
                continue
            kept.add(name)
            source = os.fspath(entry[1]) if entry[1] is not None else ""
            there = known.get(name)
            if there is None or there[1] != source:
                added.append([os.fspath(entry[0]), _file(source), typecode(entry)])
        kind = "modules" if is_module else "files"
        removed[kind] = [entry[0] for name, entry in known.items() if name not in kept]
    return removed, added
