"""Parses C in an empty folder and lists what was written there."""

import os
import tempfile

from pycparser.c_parser import CParser

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    tree = CParser().parse("int add(int a, int b);")
    print(tree.ext[0].name, os.listdir(folder))
    os.chdir("/")
