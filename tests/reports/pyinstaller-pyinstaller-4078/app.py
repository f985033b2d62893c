"""Runs the modules that a configuration lists."""

from loader import load

for module in load("modules.txt"):
    print(module.run())
