from importlib import import_module
VALUE = import_module('bare.late').VALUE
