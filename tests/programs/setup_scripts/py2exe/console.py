import importlib.util
import sys

import helper

print("console", helper.VALUE, importlib.util.find_spec("colorsys") is not None, sys.stdout.write_through)
