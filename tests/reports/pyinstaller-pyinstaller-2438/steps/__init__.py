import importlib
import os

found = {}
for _name in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
    if _name.endswith(".py") and not _name.startswith("_"):
        _module = importlib.import_module("." + _name[:-3], __name__)
        found[_module.TITLE] = _module
