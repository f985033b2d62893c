import ctypes, os, sys
folder = os.path.join(os.path.dirname(__file__), 'lib')
for name in 'libfoo.so', 'libfoo.so.1', 'libfoo.so.1.2.3', 'plugins/libfoo.so', 'same/libfoo.so':
    path = os.path.join(folder, name)
    library = ctypes.CDLL(path)
    print(name, os.readlink(path) if os.path.islink(path) else None, library.count())
print(os.path.islink(os.path.join(folder, 'same')))
