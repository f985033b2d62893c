import importlib, json, runpy, sys, pickle, types, zipimport, tempfile, os, threading
import lazy, circular_a, failing_later
print(lazy.attribute, circular_a.circular_b.VALUE)
try:
    import raising
except ValueError as e:
    print('raised', e, 'raising' in sys.modules)
try:
    import pack.nothing
except ModuleNotFoundError as e:
    print(e.name, str(e))
try:
    from pack import nothing
except ImportError as e:
    print(str(e).split(' (')[0])
before = sys.modules['lazy']
print(importlib.reload(lazy) is before, lazy.COUNT)
print(runpy.run_module('runnable')['RESULT'], runpy.run_module('runnable', run_name='__main__')['RESULT'])
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, 'outside.py'), 'w').write('import json; VALUE = json.dumps(6)')
    sys.path.insert(0, folder)
    import outside
    print(outside.VALUE, outside.__file__.startswith(folder))
    sys.path.remove(folder)
results = []
def load(name): results.append(importlib.import_module(name).VALUE)
threads = [threading.Thread(target=load, args=('slow',)) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(results, sys.modules['slow'].LOADED)
finder = [f for f in sys.meta_path if hasattr(f, 'find_spec')]
print(importlib.util.module_from_spec(importlib.util.find_spec('slow')).__name__)
sys.modules.pop('slow'); importlib.invalidate_caches(); import slow; print(slow.LOADED)
