"""`build_exe`: the options of cx_Freeze, and what they mean to the builder."""

import os
import re

from _freeze_build import Freeze, icons, own_paths
from _freeze_order import note, order, refuse
from _freeze_values import (
    FILES, NAMES, NUMBER, PAIRS, PATHS, TEXT, existing, folder_of, found, has_files, is_elsewhere, is_package, items,
)

BUILD_EXE = {
    "build_exe": TEXT, "target_dir": TEXT, "includes": NAMES, "excludes": NAMES, "packages": NAMES,
    "namespace_packages": NAMES, "path": PATHS, "include_path": PATHS, "include_files": PAIRS, "zip_includes": PAIRS,
    "zip_exclude_packages": NAMES, "bin_includes": PATHS, "bin_excludes": PATHS, "constants": FILES,
    "optimize": NUMBER, "base": TEXT, "icon": TEXT, "init_script": TEXT,
}
"""The options with an effect."""
NO_EFFECT = {
    "zip_include_packages": "modules are always in the archive",
    "zip_filename": "the archive is part of the executable",
    "no_compress": "modules are always compressed",
    "compressed": "modules are always compressed",
    "create_shared_zip": "programs of one folder share all files",
    "include_in_shared_zip": "programs of one folder share all files",
    "append_script_to_exe": "the program is part of the executable",
    "copy_dependent_files": "libraries that are needed are always collected",
    "bin_path_includes": "libraries are found as the loader of the system finds them",
    "bin_path_excludes": "libraries are found as the loader of the system finds them",
    "replace_paths": "the program contains no paths of the machine that builds",
    "include_msvcr": "the runtime is collected if a file needs it",
    "include_msvcr_version": "the runtime is collected if a file needs it",
    "silent": "`-q` of the command line decides",
    "silent_level": "`-q` of the command line decides",
    "build_base": "nothing is written besides the product",
    "add_to_path": "it belongs to an installer",
    "ignore_missing": "missing modules do not end a build",
}
"""Options without an effect, and why."""
BDIST_MAC = {
    "bundle_name": "name", "iconfile": "icon", "plist_items": "plist", "custom_info_plist": "plist",
    "codesign_identity": "sign", "codesign_entitlements": "entitlements", "include_resources": "datas",
    "include_frameworks": "libraries",
}
"""The options of `bdist_mac` with an effect on an app bundle."""
# Files of the interpreter that scripts name by their path on one machine.
_OF_PYTHON = re.compile(
    r"(tcl|tk)\d+t?\.dll|(tcl|tk)\d(\.\d)?|lib(tcl|tk)\d\.\d\.(so|dylib)|python\d+\.dll|"
    r"(vcruntime|msvc[pr])\d+(_\d)?\.dll|sqlite3\.dll|lib(crypto|ssl)-.*\.dll|(ucrtbase|api-ms-win-.*)\.dll")


class build_exe(Freeze):
    """Builds the programs of `executables`."""

    table = BUILD_EXE
    no_effect = NO_EFFECT

    def describe(self):
        dist = self.distribution
        executables = dist.attrs.get("executables") or []
        info = version_info(dist)
        init_script(self.init_script, ("", "console"))
        defaults = {"base": self.base, "icon": self.icon}
        programs = [item.describe(defaults, info) for item in executables]
        check_names(executables, programs)
        moved = {}
        for item in executables:
            for name, value in item.moved.items():
                moved.setdefault(name, []).extend(items(value))
        datas, libraries = self.files(), []
        product = {
            "name": self.name(), "programs": programs, "includes": list(self.includes) + moved.get("includes", []),
            "excludes": list(self.excludes) + moved.get("excludes", []),
            "packages": list(self.packages) + list(self.namespace_packages) + moved.get("packages", []),
            "as_files": [name for name in self.zip_exclude_packages if name != "*"],
            "more_path": own_paths(list(self.path) + list(self.include_path) + moved.get("path", [])),
            "datas": datas, "libraries": libraries, "exclude_binaries": [base_name(name) for name in self.bin_excludes],
            "optimize": self.optimize or 0, "contents": ".", "macos": self.bundle(datas, libraries),
        }
        self.add_named_libraries(product)
        product["generated"] = [item.generated for item in executables if item.generated]
        add_constants(product, self.constants)
        out = self.build_exe or self.target_dir
        if out:
            product["folder"] = os.path.abspath(out.replace("\\", "/"))
        shortcuts = {item["name"]: exe.shortcut() for item, exe in zip(programs, executables) if exe.shortcut()}
        product["packaging"] = dict(self.packaging(), **({"shortcuts": shortcuts} if shortcuts else {}))
        return product

    def files(self):
        """Returns `include_files` and `zip_includes`."""
        datas = [self.file(item, "include_files") for item in self.include_files]
        datas += [self.file(item, "zip_includes") for item in self.zip_includes]
        return [data for data in datas if data]

    def file(self, item, what):
        """Returns the source of an item, its folder in the product, and its name there."""
        place = self.distribution.place
        source, dest = item if isinstance(item, (tuple, list)) and len(item) == 2 else (item, None)
        if not isinstance(source, (str, os.PathLike)):
            refuse("expected a path, or a pair (source, target), in `%s`, got %r" % (what, item), None, place)
        if found(source) is None and is_of_python(source):
            note("`%s` of `%s` is left out: a file of the interpreter is collected if it is needed" % (source, what),
                 minor=True)
            return None
        there = existing(source, what, place)
        if there is None or not has_files(there):
            return None
        given = os.fspath(dest) if dest else ""
        target = folder_of(given) if given else os.path.basename(there)
        if target.startswith(("/", "..")) or target[1:2] == ":":
            refuse("`%s` of `%s` is outside the product" % (dest, what), "use a relative path", place)
        target = self.in_product(target)
        if os.path.isdir(there):
            return [there, target, None]
        if target == "." or given.endswith(("/", "\\")):
            return [there, target, os.path.basename(there)]
        folder, name = os.path.split(target)
        return [there, folder or ".", name]

    def in_product(self, target):
        """Returns a path without `lib/` if a package or its metadata follows: both are not below `lib` here."""
        first, _, rest = target.partition("/")
        top = rest.partition("/")[0]
        is_moved = is_package(top, items(self.path)) or top.endswith((".dist-info", ".egg-info"))
        return rest if first.lower() == "lib" and is_moved else target

    def add_named_libraries(self, product):
        """Adds `bin_includes`: names, or paths of files."""
        for name in self.bin_includes:
            there = found(name) if os.path.dirname(name) else None
            if there and os.path.isfile(there):
                product["libraries"].append([there, ".", None])
            elif is_elsewhere(name):
                existing(name, "bin_includes")
            else:
                product.setdefault("include_binaries", []).append(base_name(name))

    def bundle(self, datas, libraries):
        """Returns the app bundle that `bdist_mac` describes."""
        options = self.distribution.options
        wanted = self.distribution.wrapping in ("bdist_mac", "bdist_dmg")
        if order["target"]["platform"] != "darwin" or not (wanted or "bdist_mac" in options):
            return {}
        place = self.distribution.place
        given = {name: value for name, (_, value) in options.get("bdist_mac", {}).items()}
        macos = {"bundle": True, "plist": plist(given)}
        if given.get("bundle_name"):
            macos["name"] = str(given["bundle_name"])
        if given.get("iconfile"):
            macos["icon"] = icons(given["iconfile"], place)
        if given.get("codesign_entitlements"):
            macos["entitlements"] = existing(given["codesign_entitlements"], "codesign_entitlements", place)
        sign(macos, given.get("codesign_identity"))
        for item in items(given.get("include_resources")):
            data = self.file(item, "include_resources")
            datas += [data] if data else []
        for item in items(given.get("include_frameworks")):
            there = existing(item, "include_frameworks", place)
            libraries += [[there, os.path.basename(there) if os.path.isdir(there) else ".", None]] if there else []
        return macos

    def finished(self, reply):
        self.build_exe = self.target_dir = self.install_exe = reply.get("folder")


def is_of_python(source):
    """Whether a path names a file of the interpreter, which is at another place on this machine."""
    name = os.path.basename(os.fspath(source).replace("\\", "/")).lower()
    return bool(_OF_PYTHON.fullmatch(name))


def base_name(path):
    """Returns the last part of a path of any system."""
    return os.path.basename(os.fspath(path).replace("\\", "/"))


def sign(macos, identity):
    """Signs with a file; an identity of a keychain is only on the Mac that has it."""
    if not identity:
        return
    if identity == "-" or found(identity):
        macos["sign"] = "-" if identity == "-" else found(identity)
    else:
        note("the identity `%s` is not used" % identity, "signing needs a file with a certificate and its key")


def plist(given):
    """Returns the entries for `Info.plist`."""
    import plistlib
    entries = {}
    if given.get("custom_info_plist"):
        path = existing(given["custom_info_plist"], "custom_info_plist")
        if path:
            with open(path, "rb") as file:
                entries.update(plistlib.load(file))
    entries.update(dict(given.get("plist_items") or {}))
    return entries


def version_info(dist):
    """Returns the strings of the version resource."""
    texts = {
        "CompanyName": dist.text("author"), "FileDescription": dist.text("description") or dist.text("name"),
        "ProductName": dist.text("name"),
    }
    return {name: text for name, text in texts.items() if text}


def init_script(value, known):
    name = os.path.splitext(os.path.basename(os.fspath(value or "")))[0].lower()
    if name not in known:
        note(
            "the init script `%s` is not used" % value,
            "it starts a program of cx_Freeze: name a script of your own as run-time hook")


def check_names(executables, programs):
    seen = {}
    for executable, program in zip(executables, programs):
        name = program["name"].lower()
        if name in seen:
            refuse("two programs are named `%s`" % program["name"], "set `target_name`", executable.place)
        seen[name] = program


def add_constants(product, constants):
    """Adds the module `BUILD_CONSTANTS` with the values of `constants`."""
    lines = []
    given = [pair for item in constants if isinstance(item, dict) for pair in item.items()]
    constants = ["%s=%r" % pair for pair in given] + [item for item in constants if not isinstance(item, dict)]
    for item in constants:
        name, equals, value = str(item).partition("=")
        if not name.strip().isidentifier():
            note("`%s` of `constants` is ignored: expected NAME=VALUE" % item)
            continue
        lines.append("%s = %s\n" % (name.strip(), value.strip() if equals else None))
    if lines:
        product["generated"] += [{"name": "BUILD_CONSTANTS.py", "text": "".join(lines), "use": "module"}]
