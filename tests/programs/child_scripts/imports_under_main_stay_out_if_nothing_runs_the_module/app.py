# expect: end
import importlib, library
print(library.VALUE)
try:
    print(importlib.import_module('library.' + 'trap_niam'[::-1]).VALUE)
except ImportError:
    print('left out')
print('end')
