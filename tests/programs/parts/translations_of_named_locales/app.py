"""Tells which translations of a package there are."""

import gettext
import os

import pkg

folder = os.path.join(os.path.dirname(pkg.__file__), "locale")
print(*sorted(os.listdir(folder)))
print(gettext.find("pkg", folder, ["de"]) is not None, gettext.find("pkg", folder, ["fr"]) is not None)
