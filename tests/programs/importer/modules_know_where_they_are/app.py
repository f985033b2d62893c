import importlib.util, json, json.decoder, os, pack, pack.mod, space.one, sys, _struct
root = sys._MEIPASS
assert os.path.isabs(root)
def rel(path): return os.path.relpath(path, root)
print(rel(__file__), __name__, __spec__, __package__, repr(__doc__))
print(rel(json.__file__), [rel(p) for p in json.__path__], json.__package__, json.__spec__.name)
print(rel(pack.mod.__file__), pack.mod.__package__, pack.mod.__spec__.parent, pack.mod.__spec__.has_location)
print(sorted(rel(p) for p in space.__path__), getattr(space, '__file__', None))
print(rel(json.decoder.scanner.__file__), json.decoder.JSONDecoder.decode.__code__.co_filename == json.decoder.__file__)
print(importlib.util.find_spec('pack.mod').origin == pack.mod.__file__, importlib.util.find_spec('pack.none'))
print(importlib.util.find_spec('no_such'), os.path.exists(_struct.__file__) if hasattr(_struct, '__file__') else True)
print(sys.frozen, rel(sys.argv[0]) != '', os.path.isabs(sys.executable), '__main__' in sys.modules)
print(os.__file__ == os.path.join(root, 'os.py'), pack.mod.__loader__ is pack.mod.__spec__.loader)
cached = pack.mod.__spec__.cached if sys.version_info >= (3, 15) else pack.mod.__cached__
print(cached is None or not os.path.exists(cached))
