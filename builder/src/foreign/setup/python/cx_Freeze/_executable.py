"""`Executable`: one program, with the names of its arguments in all versions."""

import os

from _freeze_build import icons, program_name, script
from _freeze_order import note, order, refuse
from _freeze_values import existing, flag, items
from _freeze_wire import caller

ARGUMENTS = (
    "init_script base target_name icon shortcut_name shortcut_dir copyright trademarks manifest uac_admin uac_uiaccess"
).split()
RENAMED = {
    "initScript": "init_script", "targetName": "target_name", "shortcutName": "shortcut_name",
    "shortcutDir": "shortcut_dir", "targetDir": "target_dir", "replacePaths": "replace_paths",
    "copyDependentFiles": "copy_dependent_files", "appendScriptToExe": "append_script_to_exe",
    "appendScriptToLibrary": "append_script_to_library", "namespacePackages": "namespace_packages",
}
# Arguments of cx_Freeze 4 that later became options of `build_exe`.
MOVED = ("path", "includes", "excludes", "packages", "optimize", "constants", "namespace_packages")
NO_EFFECT = {
    "compress": "modules are always compressed",
    "copy_dependent_files": "libraries that are needed are always collected",
    "append_script_to_exe": "the program is part of the executable",
    "append_script_to_library": "the program is part of the executable",
    "replace_paths": "the program contains no paths of the machine that builds",
    "target_dir": "all programs of one `setup()` share a folder; `build_exe` names it",
    "embed_manifest": "the manifest is always part of the executable",
}
CONSOLE = ("", "console", "consolekeeppath")
GUI = ("gui", "win32gui")
SERVICE = ("service", "win32service")
INIT_SCRIPTS = ("", "console", "consolekeeppath", "consolesetlibpath", "sharedlib", "sharedlibsource")


class Executable:
    """A program."""

    def __init__(self, script, *arguments, **named):
        self.place = named.pop("_place", None) or caller()
        names = ARGUMENTS[:len(arguments)]
        given = dict(zip(names, arguments))
        given.update({RENAMED.get(name, name): value for name, value in named.items()})
        self.script = self.main_script = script
        self.generated = None
        """The script of a service."""
        for name in ARGUMENTS:
            setattr(self, name, given.pop(name, None))
        self.moved = {name: given.pop(name) for name in MOVED if given.get(name)}
        for name, value in given.items():
            if not value:
                continue
            reason = NO_EFFECT.get(name)
            if reason:
                note("`%s` of `Executable` has no effect: %s" % (name, reason), minor=True)
            else:
                note("`%s` of `Executable` is not known and has no effect" % name)
        if self.target_name is None:
            self.target_name = os.path.splitext(os.path.basename(os.fspath(script).replace("\\", "/")))[0]

    @classmethod
    def of(cls, item, place=None):
        """Returns a program from what `executables` contains."""
        if isinstance(item, Executable):
            return item
        place = place or caller()
        if isinstance(item, (str, os.PathLike)):
            return cls(item, _place=place)
        if isinstance(item, dict) and item.get("script"):
            item = {key.replace("-", "_"): value for key, value in item.items()}
            return cls(item.pop("script"), _place=place, **item)
        refuse("expected `Executable(…)`, a script or a table with `script` in `executables`, got %r" % (item,),
               place=place)

    def kind(self, default):
        """Returns what `base` asks for, in lower case."""
        base = self.base if self.base is not None else default
        plain = os.path.basename(os.fspath(base or "")).lower()
        plain = plain[:-4] if plain.endswith(".exe") else plain
        if plain not in CONSOLE + GUI + SERVICE:
            refuse(
                "`base=%r` of `Executable` is not known" % base,
                "use `gui`, `console` or `service`; launchers of one's own cannot be used", self.place)
        return plain

    def describe(self, defaults, version_info):
        """Returns the program for the builder."""
        from cx_Freeze._build_exe import init_script
        init_script(self.init_script, INIT_SCRIPTS)
        info = dict(version_info)
        if self.copyright:
            info["LegalCopyright"] = str(self.copyright)
        if self.trademarks:
            info["LegalTrademarks"] = str(self.trademarks)
        icon = self.icon or defaults.get("icon")
        is_windows = order["target"]["platform"] == "win32"
        manifest = existing(self.manifest, "manifest", self.place) if self.manifest and is_windows else None
        name, kind = program_name(self.target_name), self.kind(defaults.get("base"))
        file = script(self.script, "Executable", self.place)
        if kind in SERVICE:
            from cx_Freeze._service import generated
            self.generated, folder = generated(name, file, self.place)
            file = self.generated["name"]
            self.moved["path"] = items(self.moved.get("path")) + [folder]
            self.moved["includes"] = items(self.moved.get("includes")) + ["win32timezone"]
        return {
            "name": name, "place": self.place, "script": file, "console": kind not in GUI, "icon": icons(icon, self.place),
            "manifest": manifest, "uac": "require-administrator" if flag(self.uac_admin) else None,
            "uiaccess": flag(self.uac_uiaccess), "version_info": info,
        }

    def shortcut(self):
        given = {"name": self.shortcut_name, "dir": self.shortcut_dir}
        return given if self.shortcut_name or self.shortcut_dir else None
