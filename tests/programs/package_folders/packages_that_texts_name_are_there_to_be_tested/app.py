import importlib
from pathlib import Path
import pkgutil

def modules(name):
    package = importlib.import_module(name)
    for folder in package.__path__:
        folder = Path(folder)
        for found in pkgutil.iter_modules([str(folder)]):
            if (folder / f'{found.name}.py').exists():
                yield importlib.import_module(name + '.' + found.name).VALUE

for name in ['parts.left', 'parts.right']:
    print(name, sorted(modules(name)))
