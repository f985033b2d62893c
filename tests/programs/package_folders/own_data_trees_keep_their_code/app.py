import os, shutil, tempfile
import starter
to = os.path.join(tempfile.mkdtemp(), 'new')
starter.create(to)
found = [os.path.relpath(os.path.join(r, f), to) for r, _, files in os.walk(to) for f in files if f[-1] != 'c']
print(sorted(found))
