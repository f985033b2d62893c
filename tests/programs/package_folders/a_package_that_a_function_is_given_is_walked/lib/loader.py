import importlib, os

def load(package):
    top = os.path.abspath(os.path.dirname(package.__file__))
    found = []
    for root, folders, files in os.walk(top):
        for name in files:
            if name.startswith('step_'):
                inner = os.path.relpath(os.path.join(root, name), top)[:-3]
                module = importlib.import_module(package.__name__ + '.' + inner.replace(os.sep, '.'))
                found.append(module.NUMBER)
    return sorted(found)
