import importlib, pkgutil

def names():
    return sorted(importlib.import_module(__name__ + '.' + m.name).NAME for m in pkgutil.iter_modules(__path__))
