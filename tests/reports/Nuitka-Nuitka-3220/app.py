"""Reads a folder beside its file and writes beside what was started."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
names = []
for folder, _, files in os.walk(os.path.join(here, "Data")):
    for file in files:
        names.append(os.path.relpath(os.path.join(folder, file), here).replace(os.sep, "/"))
print(sorted(names))

saved = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "saved.txt")
with open(saved, "w") as file:
    file.write("level 3")
with open(saved) as file:
    print(file.read())
os.remove(saved)
