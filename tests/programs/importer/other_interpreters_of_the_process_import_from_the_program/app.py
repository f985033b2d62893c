import sys, threading
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import helper
CODE = '''
import decimal, helper, importlib.metadata, json, pkgutil, sys
print(sys.frozen, sys._MEIPASS == sys.path[0], helper.__file__ == sys._MEIPASS + '/helper.py', helper.VALUE)
print(json.dumps([1]), decimal.Decimal('1.5') + 1, '_freeze' in sys.builtin_module_names)
print([m.name for m in pkgutil.iter_modules([sys._MEIPASS]) if m.name.startswith(('helper', '_freeze'))])
sys.stdout.flush()
helper.VALUE = 2
'''
def run():
    interpreter = interpreters.create()
    start = getattr(interpreters, 'run_string', None) or interpreters.exec
    failed = start(interpreter, CODE)
    interpreters.destroy(interpreter)
    if failed:
        print(failed)
for _ in range(2):
    run()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(helper.VALUE)
