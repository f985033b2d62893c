"""Executes lines that a text beside the program holds."""

import os

names = {}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.txt")) as file:
    for line in file:
        exec(line, names)
print(names["jar"].__class__.__name__, len(names["jar"]))
