import importlib.util
import os
import sys

import BUILD_CONSTANTS
import pack

folder = os.path.dirname(sys.executable)
for name in "assets/a.txt", "assets/inner/c.txt", "renamed/b.txt", "elsewhere/c.txt", "VERSION", "lib/pack/data.txt":
    print(name, os.path.isfile(os.path.join(folder, name)))
print(BUILD_CONSTANTS.ANSWER, BUILD_CONSTANTS.NAME, pack.read("data.txt"), pack.read("zipped.txt"))
for name in "colorsys", "wave", "pack.hidden", "chunked", "optional":
    print(name, importlib.util.find_spec(name) is not None)
import lzma

print(os.path.isfile(pack.__file__), sys.flags.optimize, os.path.exists(os.path.join(folder, "liblzma.so.5")))
