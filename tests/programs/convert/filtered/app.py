import os
import sys
import wave

import csv

print(wave.__name__)
try:
    import colorsys
    print("colorsys")
except ImportError:
    print("no colorsys")
for path in "data/keep/a.txt", "data/drop/b.txt", "tree/c.txt", "tree/in/d.txt":
    print(path, os.path.exists(os.path.join(sys._MEIPASS, path)))
