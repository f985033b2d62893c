import importlib.util
import os
import sys

here = os.path.join(sys._MEIPASS, "")
for name in "colorsys", "wave":
    print(name, importlib.util.find_spec(name) is not None)
for name in "assets/inner/a.txt", "w.txt", "o.txt":
    print(name, os.path.exists(here + name))
