import importlib.resources as ir, os, pkgutil, sys
import pack, pack.sub
print(pkgutil.get_data('pack', 'data.txt'))
if sys.version_info >= (3, 9):
    files = ir.files('pack')
    print((files / 'data.txt').read_text(encoding='utf-8'), (files / 'sub' / 'deep.bin').read_bytes())
    print(sorted(p.name for p in files.iterdir() if not p.name.endswith('.py') and not p.name.startswith('__')))
    print(files.joinpath('data.txt').is_file(), files.joinpath('sub').is_dir(), files.joinpath('nope').is_file())
    with ir.as_file(files / 'data.txt') as path:
        print(os.path.exists(path), open(path).read())
    print(ir.files(pack.sub).joinpath('deep.bin').read_bytes())
with open(os.path.join(os.path.dirname(pack.__file__), 'data.txt')) as f: print(f.read())
with open(os.path.join(os.path.dirname(pack.sub.__file__), 'deep.bin'), 'rb') as f: print(f.read())
print(pack.__loader__.get_data(os.path.join(os.path.dirname(pack.__file__), 'data.txt')))
try:
    pkgutil.get_data('pack', 'missing')
except OSError as e:
    print(type(e).__name__)
print(sorted(m.name for m in pkgutil.iter_modules(pack.__path__)), sorted(m.name for m in pkgutil.walk_packages(pack.__path__, 'pack.')))
print({'pack', 'os'} <= {m.name for m in pkgutil.iter_modules()})
