"""The parts of the program that observe."""

import sys


def shown(path):
    """A path as both forms must show it: below the folder of the program."""
    here = __file__.rpartition("/kit/")[0]
    return str(path).replace(here, "{root}")


def main_module():
    return sys.modules["__main__"]
