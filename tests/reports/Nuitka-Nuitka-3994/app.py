"""Reads a folder with symbolic links."""

import os

data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
for name in sorted(os.listdir(data)):
    path = os.path.join(data, name)
    target = os.readlink(path) if os.path.islink(path) else "-"
    if os.path.isdir(path):
        print(name, target, sorted(os.listdir(path)))
    elif os.path.exists(path):
        with open(path) as file:
            print(name, target, file.read().strip())
    else:
        print(name, target, "leads nowhere")
