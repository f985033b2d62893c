"""Puts a folder of its own on the search path."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/util")

import bar

print(bar.name())
