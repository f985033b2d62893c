# entry
"""Serves a folder that lies far above the module that serves it."""

from massing.api.server import page

print(page())
