import importlib
import pkgutil


def plugins(package):
    found = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(found.__path__), key=lambda info: info.name):
        yield importlib.import_module(f"{package}.{info.name}")
