import importlib.metadata, pkgutil
import edited.inner
print(edited.VALUE, edited.inner.VALUE, pkgutil.get_data('edited', 'note.txt').decode())
print(importlib.metadata.version('edited'))
