import importlib.resources as ir, os, pkgutil, sys
import pack
files = ir.files('pack')
for name in 'link.txt', 'current/a.txt', 'current/up.txt', 'stable/sub/b.txt', 'v1/a.txt':
    print(name, (files / name).read_text(encoding='utf-8'), pkgutil.get_data('pack', name), (files / name).is_file())
for name in 'current', 'stable/sub':
    print(name, (files / name).is_dir(), (files / name).is_file(), sorted(p.name for p in (files / name).iterdir()))
print((files / 'gone').is_file(), (files / 'current/gone').is_dir())
folder = os.path.dirname(pack.__file__)
if os.path.isdir(folder):
    for name in 'link.txt', 'current', 'stable', 'v1/up.txt': print(os.readlink(os.path.join(folder, name)))
