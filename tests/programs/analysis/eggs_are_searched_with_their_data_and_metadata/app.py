import importlib.metadata, pkgutil
import folded, zipped, zipped.inner
print(folded.VALUE, zipped.VALUE, zipped.inner.VALUE)
print(pkgutil.get_data('folded', 'note.txt'), pkgutil.get_data('zipped', 'note.txt'))
print(importlib.metadata.version('folded'))
