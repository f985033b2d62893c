"""Joins folders that the module site knows."""

import os
import site

SHARE = os.path.join(site.USER_BASE, "share")
print(os.path.relpath(SHARE, os.path.expanduser("~")))
print([os.path.basename(folder) for folder in site.getsitepackages()])
print(os.path.basename(site.getusersitepackages()))
