"""The commands that build: their options, and the description of a product for the builder."""

import os
import sys

import _freeze_wire
from _freeze_distribution import PACKAGES, Command
from _freeze_order import note, order, refuse, relative_to
from _freeze_values import (
    FILES, NAMES, PAIRS, PATHS, converted, existing, folder_of, found, has_files, matching,
)

SCRIPTS = (".py", ".pyw", ".pyc")


class Freeze(Command):
    """A command that builds a product."""

    table = {}
    """Options with an effect, and the kind of their values."""
    no_effect = {}
    """Options without one, and why."""

    def initialize_options(self):
        for name, kind in self.table.items():
            setattr(self, name, [] if kind in (NAMES, PATHS, FILES, PAIRS) else None)

    def take(self, name, value, source):
        """Sets an option, or notes that it has no effect."""
        where = "`%s` of `%s`%s" % (name, self.get_command_name(), " (%s)" % source if source else "")
        if name in self.table:
            setattr(self, name, converted(value, self.table[name]))
        elif name in self.no_effect:
            if value not in (None, False, [], "", 0):
                note("%s has no effect: %s" % (where, self.no_effect[name]), minor=True)
        elif name in vars(self):
            # An option of a class that a script derives.
            setattr(self, name, value)
        else:
            note("%s is not known and has no effect" % where)

    def run(self):
        product = self.describe()
        dist = self.distribution
        base = {
            "place": dist.place, "version": self.version(), "mode": "onedir", "programs": [],
            "includes": [], "excludes": [], "packages": [], "as_files": [], "path": search_path(dist), "datas": [],
            "libraries": [], "exclude_binaries": [], "include_binaries": [], "optimize": 0, "options": [],
            "generated": [], "hooks": [], "env": {}, "macos": {}, "packaging": self.packaging(), "folder": None,
            "dist": None,
        }
        base["path"] += product.pop("more_path", [])
        base.update(product)
        if dist.attrs.get("ext_modules"):
            note("`ext_modules` of `setup()` are not compiled",
                 "compile them first: `python setup.py build_ext --inplace`")
        # Each single file is complete, and has its own icon and console.
        parts = [base]
        if base["mode"] == "onefile":
            parts = [dict(base, programs=[program], name=program["name"]) for program in base["programs"]]
        for rest, part in zip(range(len(parts) - 1, -1, -1), parts):
            reply = _freeze_wire.wire.ask("setup", rest=rest, **part)
        self.finished(reply)

    def finished(self, reply):
        """Learns where the product is."""

    def describe(self):
        raise NotImplementedError

    def version(self):
        version = self.distribution.get_version()
        return None if version == "0.0.0" else version

    def name(self):
        name = self.distribution.get_name()
        return None if name == "UNKNOWN" else file_name(name) or None

    def packaging(self):
        """Returns the options of commands that wrap programs."""
        options = self.distribution.options
        given = [name for name in PACKAGES if name in options]
        tables = {name: {key: value for key, (_, value) in options[name].items()} for name in given}
        if self.distribution.wrapping:
            tables.setdefault(self.distribution.wrapping, {})
        return tables


def file_name(text):
    """Returns a text without the characters that a file name cannot have."""
    return "".join("-" if c in "/\\:" else c for c in text).strip()


def search_path(dist):
    """Returns the folders of modules: that of the script, the current one, its own, and those of packages."""
    own = [os.path.dirname(order["spec"]), relative_to(), *own_paths(sys.path), *package_dirs(dist)]
    return list(dict.fromkeys(own))


def own_paths(paths):
    """Returns those of some folders of modules that the interpreter does not search anyway."""
    known = set(map(os.path.abspath, order["known_path"]))
    places = [found(path) for path in paths if isinstance(path, (str, os.PathLike)) and path]
    return [path for path in places if path and os.path.isdir(path) and path not in known]


def package_dirs(dist):
    """Returns the folders that `package_dir` names, as those of packages or their parents."""
    folders = []
    for package, folder in (dist.attrs.get("package_dir") or {}).items():
        place = found(folder or ".")
        parts = package.split(".") if package else []
        for part in reversed(parts):
            if place and os.path.basename(place) != part:
                place = None
            place = place and os.path.dirname(place)
        if place:
            folders.append(place)
    return folders


def script(path, what, place):
    """Returns the file of a script; its suffix may be left out."""
    text = os.fspath(path)
    if found(text) is None:
        for suffix in SCRIPTS:
            if found(text + suffix):
                return found(text + suffix)
    there = found(text)
    if there is None or not os.path.isfile(there):
        refuse("script `%s` of `%s` not found" % (text, what), "paths are relative to `%s`" % relative_to(), place)
    return there


def program_name(text):
    """Returns the name of an executable without the suffix that the target adds."""
    name = os.path.basename(os.fspath(text).replace("\\", "/"))
    return name[:-4] if name.lower().endswith(".exe") else name


def data_files(value, what, place):
    """Returns `data_files`: pairs of a folder and its files, or files for the folder of all."""
    datas = []
    for item in value or ():
        if isinstance(item, (str, os.PathLike)):
            folder, files = ".", [item]
        elif isinstance(item, (tuple, list)) and len(item) == 2:
            folder, files = item
            files = [files] if isinstance(files, (str, os.PathLike)) else files
        else:
            refuse("expected a pair (folder, files) in `%s`, got %r" % (what, item), None, place)
        dest = folder_of(folder)
        if dest.startswith(("/", "..")) or dest[1:2] == ":":
            note("the files for `%s` in `%s` are left out: it is outside the product" % (folder, what))
            continue
        for path in (path for pattern in files for path in matching(pattern)):
            there = existing(path, what, place)
            if there and os.path.isdir(there):
                if has_files(there):
                    datas.append([there, folder_of(os.path.join(dest, os.path.basename(there))), None])
            elif there:
                datas.append([there, dest, None])
    return datas


ICONS = {"win32": (".ico", ".exe", ".png"), "darwin": (".icns", ".png")}
"""The suffixes of icons, for the targets whose programs have one."""


def icons(value, place):
    """Returns the icons of a program. Only targets that show icons need them."""
    suffixes = ICONS.get(order["target"]["platform"])
    found_icons = []
    for item in value if isinstance(value, (list, tuple)) else [value]:
        if not item:
            continue
        text = os.fspath(item)
        choices = [text] if os.path.splitext(text)[1] else [text + end for end in (".ico", ".icns", ".png")]
        there = [found(choice) for choice in choices if found(choice)]
        if not there and suffixes:
            existing(text, "icon", place)
        found_icons += there
    if found_icons and suffixes and not any(path.lower().endswith(suffixes) for path in found_icons):
        note("the icon `%s` is not used: expected %s" % (found_icons[0], " or ".join(suffixes)), minor=True)
    return found_icons
