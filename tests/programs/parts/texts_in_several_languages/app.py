"""Prints the languages of a package's texts."""

import os

import kit
import kit.core

files = [name for _, _, names in os.walk(os.path.dirname(kit.__file__)) for name in names]
print(*sorted(name for name in files if name.endswith(".pak")))
