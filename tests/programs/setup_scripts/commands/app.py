import importlib.util
import os
import sys

print(importlib.util.find_spec("colorsys") is not None, os.path.isfile(os.path.join(os.path.dirname(sys.executable), "after.txt")))
