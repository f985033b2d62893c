import os, shutil, tempfile
import kit
to = os.path.join(tempfile.mkdtemp(), 'new')
kit.copy(to)
print(sorted(os.listdir(to)), kit.base.NAME)
