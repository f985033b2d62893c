import importlib
from pathlib import Path


def path():
    return Path(__file__).relative_to(Path(__file__).resolve().parents[3]).as_posix()


def plugin(name):
    return importlib.import_module("shop.plugins." + name).NAME
