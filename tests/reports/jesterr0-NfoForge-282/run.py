# entry
"""Loads a plug-in from a file that uses a module of the program."""

import importlib.util
import os

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugins", "titles.py")
spec = importlib.util.spec_from_file_location("titles", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.Plugin().run("a small word"))
