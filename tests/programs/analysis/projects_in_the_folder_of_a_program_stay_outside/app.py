import importlib
import sys

for name in sys.argv[1:]:
    try:
        print(importlib.import_module(name).V)
    except ModuleNotFoundError as error:
        print(error)
