# What setuptools writes for an editable install; FOLDER is the folder of the package.
from __future__ import annotations
import sys
from importlib.machinery import PathFinder
MAPPING: dict[str, str] = {'edited': 'FOLDER'}
NAMESPACES: dict[str, list[str]] = {}
PATH_PLACEHOLDER = '__editable__.edited-1.0.finder' + ".__path_hook__"
def install():
    pass
