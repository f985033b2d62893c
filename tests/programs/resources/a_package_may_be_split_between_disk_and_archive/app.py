import importlib.resources as ir, os, pathlib, pkgutil, sys
import pack, pack.sub
folder = os.path.dirname(pack.__file__)
on_disk = os.path.isdir(folder)
print(os.path.exists(os.path.join(folder, 'kept.txt')), os.path.exists(os.path.join(folder, 'plain.bin')) == on_disk)
print(pkgutil.get_data('pack', 'kept.txt'), pkgutil.get_data('pack', 'plain.bin'), pkgutil.get_data('pack', 'sub/deep.txt'))
print(pack.__loader__.get_data(os.path.join(folder, 'kept.txt')))
files = ir.files('pack')
print(sorted(p.name for p in files.iterdir() if p.name != '__pycache__' and not p.name.endswith('.py')))
for name in 'kept.txt', 'plain.bin', 'sub', 'sub/deep.txt', 'only', 'nope', 'only/nope':
    item = files.joinpath(name)
    print(name, item.is_file(), item.is_dir(), item.name)
print(sorted(p.name for p in (files / 'only').iterdir()), (files / 'only' / 'inner' / 'x.txt').read_text(encoding='utf-8'))
with (files / 'kept.txt').open('rb') as f: print(f.read())
for name in 'kept.txt', 'plain.bin':
    with ir.as_file(files / name) as path:
        print(isinstance(path, pathlib.Path), open(path).read())
print((files / 'plain.bin').read_bytes(), isinstance(files / 'plain.bin', pathlib.Path) == on_disk)
print(ir.files(pack.sub).joinpath('deep.txt').read_text(encoding='utf-8'))
import warnings
warnings.simplefilter('ignore')
if hasattr(ir, 'contents'):
    assert {'kept.txt', 'plain.bin', 'sub', 'only'} <= set(ir.contents('pack'))
    assert ir.is_resource('pack', 'kept.txt') and not ir.is_resource('pack', 'sub')
    assert ir.read_text('pack', 'kept.txt') == 'kept' and ir.open_binary('pack', 'plain.bin').read() == b'plain'
    with ir.path('pack', 'kept.txt') as path: assert open(path).read() == 'kept'
for missing in lambda: pkgutil.get_data('pack', 'nope'), lambda: (files / 'only' / 'nope').read_bytes():
    try: missing()
    except FileNotFoundError as e: print(os.path.basename(e.filename))
