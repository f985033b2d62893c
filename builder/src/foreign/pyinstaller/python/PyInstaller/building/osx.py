"""`BUNDLE`: an app bundle, on macOS."""

import os

import _freeze_wire
from PyInstaller import config
from PyInstaller.building.api import COLLECT, EXE, _Entries, absolute, noted, publish
from PyInstaller.building.datastruct import Target
from PyInstaller.config import CONF, target


class BUNDLE(Target):
    """An app bundle with the contents of a program or of `COLLECT`. Without effect for other systems."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        name = os.path.basename(os.path.normpath(os.fspath(kwargs.pop("name", None) or CONF["specnm"])))
        self.base_name = name[:-4] if name.lower().endswith(".app") else name
        self.name = os.path.join(CONF["distpath"], self.base_name + ".app")
        self.icon = kwargs.pop("icon", None)
        self.bundle_identifier = kwargs.pop("bundle_identifier", None)
        self.info_plist = kwargs.pop("info_plist", None) or {}
        self.version = kwargs.pop("version", None)
        for setting in "codesign_identity", "entitlements_file", "strip", "target_arch", "console":
            kwargs.pop(setting, None)
        for option, value in kwargs.items():
            noted("BUNDLE", option, value)
        if target["platform"] != "darwin" and not config.is_conversion:
            return
        entries, programs = _Entries([]), []
        for argument in args:
            if isinstance(argument, COLLECT):
                entries.merge(argument.entries)
                programs += argument.entries.programs
            elif isinstance(argument, EXE):
                entries.merge(argument.entries)
                programs.append(argument)
            else:
                entries.add(argument)
        programs = list(dict.fromkeys(programs))
        if not programs:
            _freeze_wire.wire.refuse("`BUNDLE` has no program", "pass it what `COLLECT(…)` or `EXE(…)` returns")
        plist = dict(self.info_plist)
        bundle = {
            "icon": absolute(self.icon) if self.icon else [], "identifier": self.bundle_identifier, "plist": plist,
            "version": None if self.version is None else str(self.version),
        }
        mode = "onedir" if programs[0].exclude_binaries else "onefile"
        publish(mode, self.base_name, programs, entries, self.place, bundle=bundle)
