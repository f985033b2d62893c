import importlib
import os
import sys

print(os.path.exists(os.path.join(sys._MEIPASS, "images/a.txt")), importlib.import_module("colorsys").__name__)
