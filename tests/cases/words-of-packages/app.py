import importlib
import pkgutil

from core.loading import plugins

for module in plugins("extras"):
    print(module.__name__, module.NAME)
print([name for _, name, _ in pkgutil.iter_modules(importlib.import_module("extras").__path__)])
