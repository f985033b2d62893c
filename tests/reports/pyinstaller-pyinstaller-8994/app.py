"""Asks setuptools for the version of a distribution."""

import setuptools

print(setuptools.Distribution({"name": "pear", "version": "1.2"}).get_version())
print(setuptools.find_packages("nowhere"))
