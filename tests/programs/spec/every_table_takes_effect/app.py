import inspect, json, os, sys, warnings
import helper
from plugins import names
assert False, 'asserts are left out'
def f():
    'documentation'
assert_free = f.__doc__
print('hook', sys.from_hook, os.environ['APP_SHARE'] == sys._MEIPASS + '/share')
print('optimize', sys.flags.optimize, assert_free, __debug__)
print('options', sys._xoptions, sys.warnoptions)
print('plugins', names())
print('source', 'the helper' in inspect.getsource(helper))
print('own source', 'def names' in sys.modules['plugins'].__spec__.loader.get_source('plugins'))
for name in 'sqlite3', 'xmlrpc.client':
    try:
        __import__(name)
        print(name, 'is there')
    except ImportError as e:
        print(name, 'is excluded')
with open(os.path.join(sys._MEIPASS, 'texts', 'deep', 'a.txt')) as f: print(f.read())
print(os.path.exists(os.path.join(sys._MEIPASS, 'one.bin')), os.path.basename(sys._MEIPASS))
