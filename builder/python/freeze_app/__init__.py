"""The command `freeze`, which turns a Python program into a standalone executable."""

from freeze_app._find import find_freeze

__all__ = ["find_freeze"]
