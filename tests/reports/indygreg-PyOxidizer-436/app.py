"""Reads from a folder of a package that is no package itself."""

import importlib.resources
import pkgutil

import store

print(pkgutil.get_data("store", "data/first.txt").decode().strip())
print(importlib.resources.files(store).joinpath("data", "second.txt").read_text().strip())
print(sorted(entry.name for entry in importlib.resources.files("store.data").iterdir()))
