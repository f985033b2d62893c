"""Loads a tool of another project from its file."""

import importlib.machinery
import importlib.util
from pathlib import Path


def tool(name):
    path = Path(__file__).resolve().parent / "vendor" / "tools" / (name + ".py")
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


print(tool("plist").show("kext 'one two'"))
