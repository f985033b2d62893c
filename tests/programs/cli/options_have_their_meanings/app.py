import os, sys
root = sys._MEIPASS
def show(path): print(path, os.path.exists(os.path.join(root, path)))
for path in 'data/a.txt', 'b.txt', 'tree/x/c.txt', 'globbed/d.txt', 'globbed/e.bin': show(path)
print(sys.hooked, sys.flags.optimize)
import extra
print(extra.VALUE)
for name in 'hidden', 'tkinter', 'decimal':
    try: __import__(name); print(name)
    except ImportError: print('no', name)
import importlib.metadata
