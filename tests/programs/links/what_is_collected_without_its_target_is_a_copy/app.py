import os, sys
for name in sys.argv[1:]:
    path = os.path.join(os.path.dirname(__file__), name)
    print(name, os.readlink(path) if os.path.islink(path) else None, os.path.getsize(path))
