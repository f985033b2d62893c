"""What setup scripts read from `setup.cfg`."""

import configparser as _configparser
import os as _os


def read_configuration(filepath, find_others=False, ignore_option_errors=False):
    """Returns the sections `metadata` and `options` of a `setup.cfg`."""
    parser = _configparser.RawConfigParser()
    with open(filepath, encoding="utf-8") as file:
        parser.read_file(file)
    folder = _os.path.dirname(_os.path.abspath(filepath))
    found = {"metadata": {}, "options": {}}
    for section in found:
        if parser.has_section(section):
            found[section] = {name: _value(text, folder) for name, text in parser.items(section)}
    return found


def _value(text, folder):
    """Returns a value: a text, the content of files, a variable of a module, or a list."""
    kind, _, rest = text.partition(":")
    if kind == "file":
        parts = []
        for name in rest.split(","):
            with open(_os.path.join(folder, name.strip()), encoding="utf-8") as file:
                parts.append(file.read())
        return "\n".join(parts).strip()
    if kind == "attr":
        import importlib
        module, _, name = rest.strip().rpartition(".")
        return getattr(importlib.import_module(module), name)
    return [line.strip() for line in text.splitlines() if line.strip()] if "\n" in text else text
