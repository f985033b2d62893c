import importlib, json, sys
try:
    importlib.import_module('caught.' + sys.argv[1])
except ImportError as e:
    print(type(e).__name__, e, getattr(e, '__notes__', None), e.args)
def hook(kind, value, traceback): print('own hook:', value)
if sys.argv[1] == 'hook': sys.excepthook = hook
if sys.argv[1] == 'words': raise ModuleNotFoundError('own words', name='x')
if sys.argv[1] == 'again':
    try: importlib.import_module('pa' + 'ckage')
    except ImportError as e: raise RuntimeError('wrapped') from e
if sys.argv[1] == 'path': sys.path.clear(); import colorsys
if sys.argv[1] == 'file': open(sys.argv[2].replace('HERE', __file__[:-len('app.py')]))
importlib.import_module(sys.argv[2])
