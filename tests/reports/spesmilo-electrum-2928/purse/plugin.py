import importlib
import pkgutil

from purse import plugins


class Plugins:
    def __init__(self, kind):
        self.kind = kind
        self.names = [module.name for module in pkgutil.iter_modules(plugins.__path__)]

    def describe(self):
        found = [importlib.import_module("purse.plugins." + name) for name in self.names]
        return [module.fullname + ": " + module.description for module in found]

    def load(self, name):
        return importlib.import_module("purse.plugins.%s.%s" % (name, self.kind))
