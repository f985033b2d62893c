"""Says what of its contents is there."""
import importlib.util
import os
import sys

root = sys._MEIPASS
for name in "assets/kept.txt", "assets/dropped.txt", "added/new name.txt", "tree/a.txt", "tree/inner/b.txt", "tree/c.log":
    print(name, os.path.exists(os.path.join(root, name)))
for name in "colorsys", "wave", "_csv", "appended":
    try:
        __import__(name)
        print(name, True)
    except ImportError:
        print(name, False)
