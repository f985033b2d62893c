"""Prints what a program can observe, field by field: run by python and frozen, both must print the same."""

import json
import os
import sys

BEFORE = sorted(sys.modules)
GLOBALS = sorted(globals())
HERE = os.path.dirname(os.path.abspath(__file__))
if not getattr(sys, "frozen", False):
    # `python -I` does not search the folder of the script.
    sys.path.insert(0, HERE)

from kit import ends, identity, modules, processes, streams

TOPICS = {"ends": ends, "identity": identity, "modules": modules, "processes": processes, "streams": streams}


class Point:
    """Something of `__main__` to be pickled."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x


def main():
    fields = {}

    def note(name, value):
        fields[name] = value if isinstance(value, (str, int, float, bool, list, type(None))) else repr(value)

    TOPICS[sys.argv[1]].observe(note, sys.argv[2:])
    text = json.dumps(fields)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
