import importlib, pkgutil
def load(package):
    return [importlib.import_module(package.__name__ + '.' + m.name).NAME for m in pkgutil.iter_modules(package.__path__)]
import pack.later
from pack.sub.mod import read
print(read(), load(pack.later.plugins))
