import importlib
import os


def load(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path) as file:
        names = file.read().split()
    return [importlib.import_module("modules." + name + "." + name) for name in names]
