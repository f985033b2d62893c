# expect: end
import os, tempfile, scaffold
with tempfile.TemporaryDirectory() as folder:
    scaffold.create(folder)
    for above, _, files in sorted(os.walk(folder)):
        print(os.path.relpath(above, folder), sorted(name for name in files if not name.endswith('.pyc')))
print('end')
