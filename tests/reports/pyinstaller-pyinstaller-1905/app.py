"""Finds its commands in a package, a file each."""

import importlib
import pkgutil

import commands

for module in pkgutil.iter_modules(commands.__path__):
    print(module.name, importlib.import_module("commands." + module.name).run())
