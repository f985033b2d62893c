"""Prints a price, and names what does not exist."""

import importlib
import sys
from pathlib import Path

import requsts
from shop import prices

print(prices.of("tea"), (Path(__file__).parent / "assets" / "names.txt").read_text())
if len(sys.argv) > 1:
    importlib.import_module(sys.argv[1])
