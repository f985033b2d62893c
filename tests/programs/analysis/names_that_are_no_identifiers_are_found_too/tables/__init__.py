from importlib import import_module
def load(version):
    path = version.replace('.', '-')
    name = f'.unicode{path}'
    module = import_module(name, 'tables')
    return module.VALUE
