import importlib, sys
number, word = sys.argv[1:]
print(importlib.import_module(f'pack.{word}').__name__, importlib.import_module(f'pack.{word}.x{number}').NAME)
