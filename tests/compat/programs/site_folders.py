# /// script
# requires-python = ">=3.10"
# dependencies = []
# [tool.freeze-compat]
# rules = ["site.toml"]
# ///
"""Looks for files below the folders that Python and its user have, as packages with data there do."""

import os
import site
import sys

folders = [os.path.join(d, "share", "x") for d in [sys.prefix, site.USER_BASE]]
assert all(os.path.isabs(folder) for folder in folders), folders
assert site.USER_SITE.startswith(site.USER_BASE) and site.getusersitepackages() == site.USER_SITE
assert site.ENABLE_USER_SITE is not None
print("ok")
