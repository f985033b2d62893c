"""Walks through a package with a package inside."""

import pkgutil

import foo

print([module.name for module in pkgutil.walk_packages(foo.__path__, "foo.")])
