import os
import sys

folder = os.path.dirname(sys.executable)
print("window", started, os.path.isfile(os.path.join(folder, "data", "a.txt")), os.path.isfile(os.path.join(folder, "readme.txt")))
