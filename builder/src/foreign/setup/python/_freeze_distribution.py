"""`setup()`: what it is given, `setup.cfg` and the command line, and the commands that this runs."""

import configparser
import importlib
import os
import sys

from _freeze_order import note, order, refuse
from _freeze_wire import caller

FREEZERS = {
    "cx_Freeze": ("executables",),
    "py2exe": ("console", "windows", "service", "com_server", "ctypes_com_server", "isapi"),
    "py2app": ("app", "plugin"),
}
"""The arguments of `setup()` that name programs."""
PACKAGES = ("bdist_msi", "bdist_mac", "bdist_dmg", "bdist_appimage", "bdist_deb", "bdist_rpm")
"""The commands of cx_Freeze that wrap a program."""
COMMANDS = dict.fromkeys(["build_exe", "build", "install_exe", "install", "bdist", *PACKAGES], "cx_Freeze")
COMMANDS.update(py2exe="py2exe", py2app="py2app")
SHORT = {
    "b": "build_exe", "O": "optimize", "e": "excludes", "i": "includes", "p": "packages", "d": "dist_dir",
    "A": "alias", "s": "semi_standalone", "c": "compressed", "a": "ascii", "x": "xref",
}
SHORT_OF = {"py2exe": {"b": "bundle_files"}, "py2app": {"b": "bdist_base"}, "cx_Freeze": {"s": "silent"}}
DISPLAY = ("name", "version", "fullname", "author", "description", "url", "license")


class Command:
    """A command that does nothing, unless a script derives its own."""

    user_options = []
    boolean_options = []

    def __init__(self, dist=None, **options):
        self.distribution = dist
        self.verbose, self.dry_run, self.force, self.finalized = 1, 0, 0, False
        self.initialize_options()
        self.__dict__.update(options)

    def initialize_options(self):
        """Sets no option."""

    def finalize_options(self):
        """Changes no option."""

    def run(self):
        """Does nothing."""

    def ensure_finalized(self):
        if not self.finalized:
            self.finalize_options()
        self.finalized = True

    def get_command_name(self):
        return getattr(self, "command_name", type(self).__name__)

    def get_finalized_command(self, name, create=1):
        command = self.distribution.get_command_obj(name)
        command.ensure_finalized()
        return command

    reinitialize_command = get_finalized_command

    def run_command(self, name):
        self.distribution.run_command(name)

    def get_sub_commands(self):
        return []

    def set_undefined_options(self, source, *pairs):
        command = self.distribution.get_command_obj(source)
        for theirs, mine in pairs:
            if getattr(self, mine, None) is None:
                setattr(self, mine, getattr(command, theirs, None))

    def announce(self, message, level=1):
        print(message)

    warn = debug_print = announce

    def mkpath(self, name, mode=0o777):
        os.makedirs(name, exist_ok=True)

    def copy_file(self, source, target, *args, **options):
        from distutils.file_util import copy_file
        return copy_file(source, target)

    def copy_tree(self, source, target, *args, **options):
        from distutils.dir_util import copy_tree
        return copy_tree(source, target)

    def spawn(self, command, *args, **options):
        import subprocess
        subprocess.check_call(list(command))

    def execute(self, function, arguments, *args, **options):
        function(*arguments)


class Distribution:
    """What a call of `setup()` describes."""

    def __init__(self, attrs=None):
        self.attrs = dict(attrs or {})
        self.cmdclass = dict(self.attrs.pop("cmdclass", None) or {})
        self.place = None
        self.options = {}
        self.commands, self.has_run, self.command_obj = [], {}, {}
        self.metadata = self
        for name, value in self.attrs.items():
            if name != "options" and not isinstance(getattr(type(self), name, None), property):
                self.__dict__.setdefault(name, value)
        for command, options in (self.attrs.get("options") or {}).items():
            if isinstance(options, dict):
                self.set_options(command, options, None)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("get_"):
            return lambda: self.attrs.get(name[4:])
        if name.startswith("has_"):
            return lambda: bool(self.attrs.get(name[4:]))
        return None

    def get_name(self):
        return str(self.attrs.get("name") or order["project"].get("name") or "UNKNOWN")

    def get_version(self):
        version = self.attrs.get("version")
        version = version() if callable(version) else version
        return str(version or order["project"].get("version") or "0.0.0")

    def get_fullname(self):
        return "%s-%s" % (self.get_name(), self.get_version())

    def text(self, name):
        """Returns an argument as a text, or `None`."""
        value = self.attrs.get(name)
        return str(value() if callable(value) else value) if value else None

    def set_options(self, command, options, source):
        known = self.options.setdefault(command, {})
        for name, value in options.items():
            known[str(name).replace("-", "_")] = source, value

    def get_option_dict(self, command):
        return self.options.setdefault(command, {})

    def get_command_obj(self, name, create=1):
        if name not in self.command_obj:
            command = self.command_class(name)(self)
            command.command_name = name
            self.command_obj[name] = command
            self.fill(command, name)
        return self.command_obj[name]

    get_command_class = reinitialize_command = get_command_obj

    def fill(self, command, name):
        """Sets the options of a command. `build` has one of `build_exe` too."""
        if name == "build_exe" and "build_exe" in self.options.get("build", {}):
            self.options.setdefault(name, {}).setdefault("build_exe", self.options["build"]["build_exe"])
        for option, (source, value) in self.options.get(name, {}).items():
            if hasattr(command, "take"):
                command.take(option, value, source)
            elif hasattr(command, option):
                setattr(command, option, value)

    def command_class(self, name):
        own, freezer = self.cmdclass.get(name), COMMANDS.get(name)
        if name in ("build_exe", "py2exe", "py2app"):
            standard = getattr(importlib.import_module(freezer), name)
            # A class that is derived from another command says nothing about the program.
            return own if isinstance(own, type) and issubclass(own, standard) else standard
        return own if isinstance(own, type) else Command

    def read_configuration(self):
        """Reads the tables of pyproject.toml and the sections of `setup.cfg` that are for a freezer."""
        for table in order["distutils"], order["cxfreeze"]:
            for section, options in table.items():
                if section in COMMANDS and isinstance(options, dict):
                    self.set_options(section, options, "pyproject.toml")
                elif table is order["cxfreeze"] and section != "executables":
                    note("`%s` of `[tool.cxfreeze]` is not known and has no effect" % section)
        if not os.path.isfile("setup.cfg"):
            return
        parser = configparser.RawConfigParser()
        parser.optionxform = str
        try:
            parser.read("setup.cfg", encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(1,)])[0][0]
            text = str(error).splitlines()[0]
            refuse("`setup.cfg` is not valid: %s" % text, None, [os.path.abspath("setup.cfg"), line])
        for name, value in parser.items("metadata") if parser.has_section("metadata") else ():
            # Values of files and modules belong to the package, which is not built.
            if name in ("name", "version", "description", "author") and not value.startswith(("attr:", "file:")):
                self.attrs.setdefault(name, value)
        for section in parser.sections():
            if section in COMMANDS:
                self.set_options(section, dict(parser.items(section)), "setup.cfg")

    def read_command_line(self, words):
        """Returns the commands in a command line, whose options are set."""
        commands, words = [], list(words)
        while words:
            word = words.pop(0)
            if not word.startswith("-"):
                commands.append(word)
            elif not commands:
                self.show(word)
            else:
                self.set_options(commands[-1], dict([self.option(word, words, commands[-1])]), "command line")
        return list(dict.fromkeys(commands))

    def show(self, word):
        """Prints what an option without a command asks for."""
        name = word.lstrip("-")
        if name in DISPLAY:
            print(getattr(self, "get_" + name)())
            raise SystemExit
        if name in ("help", "h", "help-commands"):
            print("commands: %s" % " ".join(COMMANDS))
            raise SystemExit

    def option(self, word, words, command):
        """Returns the name and value of an option; the value may be the next word."""
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            name = name.replace("-", "_")
        else:
            name, value = word[1:2], word[2:]
            name = SHORT_OF.get(COMMANDS.get(command), {}).get(name) or SHORT.get(name, name)
            equals = value
        if equals:
            return name, value
        if self.takes_value(command, name) and words and not words[0].startswith("-"):
            return name, words.pop(0)
        return name, True

    def takes_value(self, command, name):
        table = getattr(self.command_class(command), "table", None)
        return table is not None and table.get(name, "flag") != "flag"

    def run_commands(self):
        for name in self.commands:
            self.run_command(name)

    def run_command(self, name):
        if self.has_run.get(name):
            return
        self.has_run[name] = True
        freezer = COMMANDS.get(name)
        if freezer is None:
            return self.run_other(name)
        described = self.described()
        if not described:
            self.refuse_empty()
        if freezer not in described:
            if order["arguments"]:
                refuse("`setup()` has nothing for the command `%s`" % name,
                       "it describes programs for %s" % described[0], self.place)
            freezer = described[0]
        command = {"cx_Freeze": "build_exe"}.get(freezer, freezer)
        if self.has_run.get("frozen " + command):
            return
        self.has_run["frozen " + command] = True
        self.wrapping = name if name in PACKAGES else None
        self.freeze(command)

    def described(self):
        """Returns the freezers that `setup()` names programs for, or that of `[tool.cxfreeze]`."""
        known = [freezer for freezer, keys in FREEZERS.items() if any(self.attrs.get(key) for key in keys)]
        executables = order["cxfreeze"].get("executables")
        if executables and not known:
            import cx_Freeze
            executables = executables if isinstance(executables, list) else [executables]
            self.attrs["executables"] = [cx_Freeze.Executable.of(item, self.place) for item in executables]
            return ["cx_Freeze"]
        return known

    def freeze(self, name):
        command = self.get_command_obj(name)
        command.ensure_finalized()
        command.run()

    def run_other(self, name):
        own = self.cmdclass.get(name)
        if not isinstance(own, type):
            note("the command `%s` is not run" % name, "only programs are built")
            return
        command = self.get_command_obj(name)
        command.ensure_finalized()
        command.run()

    def refuse_empty(self):
        arguments = ", ".join("`%s`" % key for keys in FREEZERS.values() for key in keys[:3])
        hint = "expected one of %s; a script that asks for its system may need `--target`" % arguments
        scripts = self.attrs.get("entry_points")
        scripts = scripts.get("console_scripts") if isinstance(scripts, dict) else None
        if scripts and not isinstance(scripts, str):
            name, _, function = str(list(scripts)[0]).partition("=")
            hint = "`freeze %s` builds the console script `%s`" % (function.strip(), name.strip())
        refuse("`setup()` names no program to build", hint, self.place)


def setup(**attrs):
    """Records its arguments and runs the commands of the command line, which build programs and install nothing."""
    kind = attrs.pop("distclass", None)
    script_args = attrs.pop("script_args", None)
    attrs.pop("script_name", None)
    own = isinstance(kind, type) and issubclass(kind, Distribution)
    dist = (kind if own else Distribution)(attrs)
    dist.place = caller()
    dist.wrapping = None
    dist.read_configuration()
    dist.commands = dist.read_command_line(sys.argv[1:] if script_args is None else script_args)
    if not any(name in COMMANDS or name in dist.cmdclass for name in dist.commands):
        for name in dist.commands:
            dist.run_command(name)
        dist.commands = [] if dist.commands and order["arguments"] else ["build_exe"]
    dist.run_commands()
    return dist
