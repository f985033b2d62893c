import importlib.util
import os
import sys

folder = os.path.dirname(sys.executable)
found = [name for name in ("colorsys", "wave") if importlib.util.find_spec(name)]
print(found, sys.flags.optimize, [name for name in ("data.txt", "more.txt") if os.path.isfile(os.path.join(folder, name))])
