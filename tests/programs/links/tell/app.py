import os, shutil, sys, tempfile
def tell(root):
    for folder, folders, files in sorted(os.walk(root)):
        for name in sorted(folders + files):
            path = os.path.join(folder, name)
            real = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
            link = os.readlink(path) if os.path.islink(path) else None
            content = sorted(os.listdir(path)) if os.path.isdir(path) else open(path).read()
            print(os.path.relpath(path, root), link, real, content)
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')
tell(root)
with tempfile.TemporaryDirectory() as folder:
    shutil.copytree(root, os.path.join(folder, 'copy'), symlinks=True)
    tell(os.path.join(folder, 'copy'))
