"""Reads the source of a class that it has imported."""

import inspect
from pathlib import Path

from shapes import Circle

for line in Path(inspect.getfile(Circle)).read_text().splitlines():
    if line.strip().startswith("# unit:"):
        print(line.strip())
