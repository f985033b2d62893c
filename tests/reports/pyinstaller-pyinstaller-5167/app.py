"""Lists a package that has no `__init__.py`."""

import pkgutil

import parts
import parts.bolt

print(parts.bolt.SIZE)
print(sorted(module.name for module in pkgutil.iter_modules(parts.__path__)))
