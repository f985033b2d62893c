"""`py2app`: the options of py2app, and what they mean to the builder."""

import os
import plistlib

from _freeze_build import Freeze, data_files, file_name, icons, program_name, script
from _freeze_order import note, order, refuse
from _freeze_values import FILES, FLAG, NAMES, NUMBER, PAIRS, TABLE, TEXT, existing, found, items

PY2APP = {
    "includes": NAMES, "packages": NAMES, "maybe_packages": NAMES, "excludes": NAMES, "dylib_excludes": NAMES,
    "frameworks": FILES, "resources": PAIRS, "datamodels": FILES, "plist": TABLE, "iconfile": TEXT,
    "extra_scripts": FILES, "extension": TEXT, "optimize": NUMBER, "strip": FLAG, "arch": TEXT, "dist_dir": TEXT,
    "no_chdir": FLAG, "argv_inject": TABLE, "site_packages": FLAG, "argv_emulation": FLAG, "semi_standalone": FLAG,
    "alias": FLAG, "use_pythonpath": FLAG, "matplotlib_backends": NAMES,
}
"""The options with an effect, or with one that is told."""
NO_EFFECT = {
    "compressed": "modules are always compressed",
    "no_strip": "symbols that loading needs are kept",
    "graph": "`--report` writes a page with all imports",
    "xref": "`--report` writes a page with all imports",
    "bdist_base": "nothing is written besides the product",
    "prefer_ppc": "there is no launcher for PowerPC",
    "qt_plugins": "plugins of Qt are collected with the modules that use them",
    "sip": "modules of PyQt are collected as they are imported",
    "debug_modulegraph": "`freeze why` explains modules",
    "debug_skip_macholib": "libraries are always resolved",
    "skip_macholib": "libraries are always resolved",
    "report_missing_from_imports": "missing modules are reported with `-v`",
    "no_report_missing_conditional_import": "missing modules are reported with `-v`",
    "expected_missing_imports": "missing modules are reported with `-v`",
    "emulate_shell_environment": "the program gets the environment that it is started with",
    "redirect_stdout_to_asl": "output goes where the system sends it",
    "use_faulthandler": "`X faulthandler` in `options` of `[python]` does it",
    "verbose_interpreter": "`v` in `options` of `[python]` does it",
    "force_system_tk": "Tk is that of the interpreter",
    "include_plugins": "plug-ins of other applications are built by themselves",
    "arch_deps": "the target decides",
}
"""Options without an effect, and why."""
UNFULFILLED = {
    "argv_emulation": "events of the Finder are not turned into arguments",
    "semi_standalone": "the product always contains its interpreter",
    "alias": "the product always contains its modules",
    "use_pythonpath": "the environment of the user is never used",
}
"""Flags that are told if they are set."""
ARCHITECTURES = {"universal2": ["arm64", "x86_64"], "arm64": ["arm64"], "x86_64": ["x86_64"]}


class py2app(Freeze):
    """Builds the app bundle of `app`."""

    table = PY2APP
    no_effect = NO_EFFECT

    def describe(self):
        dist, place = self.distribution, self.distribution.place
        if dist.attrs.get("plugin"):
            refuse("`plugin` of `setup()` cannot be built",
                   "a plug-in is loaded by another application; only applications are built", place)
        for name, reason in UNFULFILLED.items():
            if getattr(self, name):
                note("`%s` of `py2app` has no effect: %s" % (name, reason), minor=name == "argv_emulation")
        apps = [self.app(item) for item in items(dist.attrs.get("app"))]
        entries = self.entries(apps[0])
        name = self.bundle_name(entries, apps[0]["file"])
        is_mac = order["target"]["platform"] == "darwin"
        programs = [self.program(app["file"], app["name"], place) for app in apps]
        programs[0]["name"] = file_name(str(entries.get("CFBundleExecutable") or name))
        programs += [self.program(script(item, "extra_scripts", place), None, place) for item in self.extra_scripts]
        for program in programs:
            program["icon"] = icons(self.iconfile, place) if self.iconfile else self.bundle_icon(entries)
        datas = data_files(dist.attrs.get("data_files"), "data_files", place)
        datas += data_files(self.resources, "resources", place) + data_files(self.datamodels, "datamodels", place)
        product = {
            "name": name, "programs": programs, "includes": list(self.includes),
            "packages": list(self.packages) + self.present(), "excludes": list(self.excludes),
            "exclude_binaries": [os.path.basename(name) for name in self.dylib_excludes],
            "datas": datas, "libraries": self.libraries(), "optimize": self.optimize or 0, "strip": bool(self.strip),
            "generated": [self.startup()], "env": {"RESOURCEPATH": "{root}"},
            "macos": self.bundle(entries, programs[0]["icon"]) if is_mac else {},
        }
        backends = [name.lower() for name in self.matplotlib_backends if name not in ("-", "*")]
        product["includes"] += ["matplotlib.backends.backend_%s" % name for name in backends]
        if self.dist_dir:
            product["dist"] = os.path.abspath(self.dist_dir)
        return product

    def app(self, item):
        """Returns the script of an application, its name, and its own `Info.plist`."""
        table = item if isinstance(item, dict) else {"script": item}
        if not table.get("script"):
            refuse("an item of `app` has no `script`: %r" % (item,), None, self.distribution.place)
        name = table.get("dest_base")
        file = script(table["script"], "app", self.distribution.place)
        return {"file": file, "name": name, "plist": table.get("plist")}

    def program(self, file, name, place):
        name = program_name(name or os.path.splitext(os.path.basename(file))[0])
        return {"name": name, "script": file, "console": False, "place": place, "version_info": {}}

    def entries(self, app):
        """Returns the entries for `Info.plist`: of a table, or of a file."""
        entries = {}
        for given in self.plist, app["plist"]:
            if isinstance(given, (str, os.PathLike)):
                given = self.read_plist(existing(given, "plist", self.distribution.place))
            entries.update(given or {})
        return entries

    def read_plist(self, path):
        if not path:
            return {}
        try:
            with open(path, "rb") as file:
                return plistlib.load(file)
        except (OSError, ValueError) as error:
            refuse("failed to read `%s` of `plist`: %s" % (path, error), None, self.distribution.place)

    def bundle_name(self, entries, file):
        name = entries.get("CFBundleName") or self.name() or os.path.splitext(os.path.basename(file))[0]
        return file_name(str(name))

    def bundle_icon(self, entries):
        """Returns the icon that `CFBundleIconFile` names, unless it is one of the resources."""
        name = str(entries.get("CFBundleIconFile") or "")
        there = [found(choice) for choice in (name, name + ".icns") if name and found(choice)]
        return [path for path in there if os.path.isfile(path)][:1]

    def present(self):
        """Returns those of `maybe_packages` that are there."""
        from _freeze_values import is_package
        return [name for name in self.maybe_packages if is_package(name.partition(".")[0])]

    def libraries(self):
        """Returns `frameworks`: libraries, and folders that keep their names."""
        found_files = []
        for item in self.frameworks:
            there = existing(item, "frameworks", self.distribution.place)
            if there:
                found_files.append([there, os.path.basename(there) if os.path.isdir(there) else ".", None])
        return found_files

    def bundle(self, entries, icon):
        left_out = ["CFBundleIconFile"] if icon else []
        macos = {"bundle": True, "plist": {name: value for name, value in entries.items() if name not in left_out}}
        if entries.get("CFBundleIdentifier"):
            macos["identifier"] = str(entries["CFBundleIdentifier"])
        if self.extension and self.extension.lstrip(".") != "app":
            note("`extension` of `py2app` has no effect: an application ends in `.app`")
        if self.arch:
            macos["architectures"] = ARCHITECTURES.get(self.arch, [])
        return macos

    def startup(self):
        """Returns the hook that prepares what programs of py2app find at their start."""
        lines = ["import os", "import sys", "sys.frozen = 'macosx_app'"]
        if not self.no_chdir:
            lines.append("os.chdir(os.environ['RESOURCEPATH'])")
        inject = self.argv_inject
        if inject:
            words = inject.split() if isinstance(inject, str) else [str(word) for word in inject]
            lines.append("sys.argv[1:1] = %r" % words)
        return {"name": "py2app_startup.py", "text": "\n".join(lines) + "\n", "use": "hook"}

    def version(self):
        plist = self.plist if isinstance(self.plist, dict) else {}
        stated = plist.get("CFBundleShortVersionString") or plist.get("CFBundleVersion")
        return super().version() or (str(stated) if stated else None)

    def finished(self, reply):
        self.dist_dir, self.appdir = reply.get("folder"), reply.get("product")
