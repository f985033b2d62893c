"""Asks for the files beside a module that is no package."""

from importlib.resources import files

import tool.words

print(files("tool.words").joinpath("words.txt").read_text().split())
print(tool.words.COUNT)
