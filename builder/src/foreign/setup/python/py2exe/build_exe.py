"""`py2exe`: targets and options of py2exe, and what they mean to the builder."""

import os

from _freeze_build import Freeze, data_files, icons, program_name, script
from _freeze_order import note, order, refuse
from _freeze_values import FLAG, NAMES, NUMBER, TEXT, existing, items
from py2exe import _service

PY2EXE = {
    "includes": NAMES, "packages": NAMES, "excludes": NAMES, "dll_excludes": NAMES, "bundle_files": NUMBER,
    "optimize": NUMBER, "dist_dir": TEXT, "unbuffered": FLAG, "skip_archive": FLAG, "custom_boot_script": TEXT,
}
"""The options with an effect."""
NO_EFFECT = {
    "compressed": "modules are always compressed",
    "ascii": "encodings that are not used are left out",
    "xref": "`--report` writes a page with all imports",
    "ignores": "missing modules are only reported with `-v`",
    "typelibs": "modules for type libraries are made by the program, or collected if they exist",
    "use_assembly": "runtimes of Visual C++ are collected if a file needs them",
    "verbose": "`-v` of the command line decides",
    "show_from": "`freeze why` tells it",
    "use_pythonpath": "the environment of the user is never used",
    "includes_tcl": "Tcl is collected with tkinter",
}
"""Options without an effect, and why."""
TARGET = (
    "script", "dest_base", "icon_resources", "bitmap_resources", "other_resources", "uac_info", "modules",
    "cmdline_style", "version", "version_info", "product_version", "name", "description", "company_name", "copyright",
    "trademarks", "comments", "internal_name", "product_name", "original_filename", "private_build", "special_build",
    "author", "create_exe", "create_dll",
)
"""What a target may have."""
VERSION_STRINGS = {
    "company_name": "CompanyName", "description": "FileDescription", "copyright": "LegalCopyright",
    "comments": "Comments", "trademarks": "LegalTrademarks", "internal_name": "InternalName",
    "original_filename": "OriginalFilename",
    "product_name": "ProductName", "product_version": "ProductVersion", "private_build": "PrivateBuild",
    "special_build": "SpecialBuild", "version": "FileVersion",
}
UAC = {
    "requireadministrator": "require-administrator", "highestavailable": "highest-available", "asinvoker": "as-invoker",
}
RT_BITMAP, RT_MANIFEST = 2, 24
# The header that a file has and a resource has not.
BITMAP_HEADER = 14


class Target:
    """A program or service, by its properties."""

    def __init__(self, **properties):
        self.__dict__.update(properties)


class py2exe(Freeze):
    """Builds the programs of `console`, `windows` and `service`."""

    table = PY2EXE
    no_effect = NO_EFFECT

    def describe(self):
        dist, place = self.distribution, self.distribution.place
        for key in "com_server", "ctypes_com_server", "isapi":
            if dist.attrs.get(key):
                refuse("`%s` of `setup()` cannot be built" % key, "only programs and services can", place)
        self.generated = []
        programs = [self.program(item, True) for item in items(dist.attrs.get("console"))]
        programs += [self.program(item, False) for item in items(dist.attrs.get("windows"))]
        programs += [self.service(item) for item in items(dist.attrs.get("service"))]
        is_one = self.bundle_files is not None and self.bundle_files != 3
        datas = data_files(dist.attrs.get("data_files"), "data_files", place)
        if is_one and datas:
            note(
                "`data_files` are inside the single file, below `sys._MEIPASS`, and not beside it",
                "without `bundle_files` they are beside the executable")
        product = {
            "name": programs[0]["name"] if is_one else self.name(), "mode": "onefile" if is_one else "onedir",
            "programs": programs, "includes": list(self.includes), "packages": list(self.packages),
            "excludes": list(self.excludes),
            "exclude_binaries": [os.path.basename(name.replace("\\", "/")) for name in self.dll_excludes],
            "as_files": ["**"] if self.skip_archive else [], "datas": datas, "optimize": self.optimize or 0,
            "options": ["u"] if self.unbuffered else [], "generated": self.generated,
            "contents": ".", "package_paths": order.get("package_paths", []),
        }
        if self.custom_boot_script:
            product["hooks"] = [script(self.custom_boot_script, "custom_boot_script", place)]
        if self.dist_dir:
            product["dist" if is_one else "folder"] = os.path.abspath(self.dist_dir.replace("\\", "/"))
        return product

    def program(self, item, is_console):
        target = self.target(item, "script")
        place = self.distribution.place
        if not target.get("script"):
            if target.get("modules"):
                return self.service(item)
            refuse("a target has no `script`: %r" % (item,), None, place)
        file = script(target["script"], "console" if is_console else "windows", place)
        name = program_name(target.get("dest_base") or os.path.splitext(os.path.basename(file))[0])
        return dict(self.properties(target), name=name, script=file, console=is_console, place=place)

    def service(self, item):
        target, place = self.target(item, "modules"), self.distribution.place
        modules = items(target.get("modules"))
        if not modules:
            refuse("a service has no `modules`: %r" % (item,), None, place)
        if order["target"]["platform"] != "win32":
            refuse("`service` can only be built for Windows", "name the target: `--target windows-x86_64`", place)
        name = program_name(target.get("dest_base") or modules[0].rpartition(".")[2])
        file = "%s_service.py" % "".join(c if c.isalnum() else "_" for c in name)
        text = _service.text(modules, target.get("cmdline_style") or "py2exe")
        self.generated.append({"name": file, "text": text, "use": "script"})
        self.includes.append("win32timezone")
        return dict(self.properties(target), name=name, script=file, console=True, place=place)

    def target(self, item, key):
        """Returns the properties of a target: of a table, of an object, or a text."""
        if isinstance(item, (str, os.PathLike)):
            return {key: item}
        if isinstance(item, dict):
            found_names = item
        else:
            found_names = {name: getattr(item, name) for name in TARGET if getattr(item, name, None) is not None}
        for name in found_names:
            if name not in TARGET:
                note("`%s` of a target is not known and has no effect" % name)
        return dict(found_names)

    def properties(self, target):
        """Returns the properties of an executable on Windows."""
        dist = self.distribution
        info = {
            "CompanyName": dist.text("author"), "FileDescription": dist.text("description"),
            "ProductName": dist.text("name"),
        }
        given = dict(dist.attrs.get("version_info") or {})
        own = target.get("version_info")
        given.update(own if isinstance(own, dict) else {})
        given.update({name: target[name] for name in VERSION_STRINGS if target.get(name)})
        for name, key in VERSION_STRINGS.items():
            if given.get(name):
                info[key] = str(given[name])
        if target.get("name") and not given.get("product_name"):
            info["ProductName"] = str(target["name"])
        if "FileVersion" in info:
            info.setdefault("ProductVersion", info["FileVersion"])
        level, ui = uac(target.get("uac_info"))
        resources, manifest = self.resources(target)
        return {
            "icon": icons([item[1] for item in target.get("icon_resources") or ()], dist.place), "uac": level,
            "version_info": {name: text for name, text in info.items() if text}, "uiaccess": ui,
            "manifest_text": manifest, "data_resources": resources,
        }

    def resources(self, target):
        """Returns the resources of a target as (type, name, content in hexadecimal digits), and its manifest."""
        resources, manifest = [], None
        for kind, number, content in target.get("other_resources") or ():
            content = content.encode("utf-8") if isinstance(content, str) else bytes(content)
            if kind == RT_MANIFEST:
                manifest = content.decode("utf-8", "replace")
            else:
                resources.append([str(kind), str(number), content.hex()])
        for number, path in target.get("bitmap_resources") or ():
            there = existing(path, "bitmap_resources", self.distribution.place)
            if there:
                with open(there, "rb") as file:
                    resources.append([str(RT_BITMAP), str(number), file.read()[BITMAP_HEADER:].hex()])
        return resources, manifest

    def finished(self, reply):
        self.dist_dir = self.lib_dir = self.exe_dir = reply.get("folder")
        files = reply.get("executables") or []
        self.console_exe_files = self.windows_exe_files = self.service_exe_files = files
        self.comserver_files, self.lib_files = [], []


def isSystemDLL(pathname):
    """Which libraries stay on the host is decided by the builder; scripts replace this function."""
    return 0


def uac(value):
    """Returns the level and `uiAccess` of `uac_info`."""
    level, ui = value if isinstance(value, (tuple, list)) else (value, False)
    return UAC.get(str(level or "").lower()), bool(ui)
