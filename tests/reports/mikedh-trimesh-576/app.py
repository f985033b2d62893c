"""Reads a file that a package finds by the frame of its code."""

from mesh.resources import get

print(get("units.txt"))
