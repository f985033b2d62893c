"""`setup()` of scripts that use distutils."""

import sys

from _freeze_distribution import Command, Distribution, setup
from setuptools import Extension


def run_setup(script_name, script_args=None, stop_after="run"):
    """Runs another setup script."""
    if script_args is not None:
        sys.argv = [script_name, *script_args]
    with open(script_name, "rb") as file:
        exec(compile(file.read(), script_name, "exec"), {"__name__": "__main__", "__file__": script_name})
