# expect: end
import importlib, os, pathlib, pickle, zlib
here = pathlib.Path(__file__).parent
def load(text):
    module, _, name = text.rpartition('.')
    return getattr(importlib.import_module(module), name)
kind = os.environ.get('KIND', 'Test')
print(load(f'shop.config.{kind}Config').NAME)
print(importlib.import_module('conf_' + os.environ.get('WHICH', 'dev')).NAME)
print(load('tint.Formatter')().show())
print(pickle.loads((here / 'models' / 'shape.pkl').read_bytes()).area())
print('end')
