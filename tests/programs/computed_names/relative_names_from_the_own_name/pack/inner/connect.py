import importlib
def load(name): return importlib.import_module('..' + name, __name__).NAME
def above(name): return importlib.import_module('...other.%s' % name, __name__).NAME
def fixed(): return importlib.import_module('..fixed', package=__name__).NAME
