import importlib
import importlib.metadata
import os
import sys

for name in "pack.inner.deep", "colorsys":
    print(name, importlib.import_module(name).__name__ == name)
for path in "pack/table.json", "assets/img/a.txt", "renamed/b.txt":
    print(path, os.path.exists(os.path.join(sys._MEIPASS, path)))
print(importlib.metadata.version("lib"))
print(sys.flags.optimize, sys.warnoptions)
