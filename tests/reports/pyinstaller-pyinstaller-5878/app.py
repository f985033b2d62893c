"""Checks the versions of what a library needs, without importing it."""

from versions import check

print(check(["tqdm", "filelock"]))
