"""Tells the version of a package that a constant names."""

from importlib import metadata

NAME = "iniconfig"


def version():
    return metadata.version(NAME)


print(NAME, version())
