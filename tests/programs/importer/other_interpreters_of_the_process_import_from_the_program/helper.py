import decimal, importlib.metadata, json, pkgutil
VALUE = 1
