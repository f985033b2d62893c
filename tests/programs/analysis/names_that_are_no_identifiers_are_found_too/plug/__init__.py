import importlib
PACKAGE = __name__ + '.parts'
def first(name):
    return importlib.import_module(f'{PACKAGE}.{name}-other')
