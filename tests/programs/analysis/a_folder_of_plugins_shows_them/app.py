import importlib, os

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'plugins')
for name in sorted(os.listdir(here)):
    stem, suffix = os.path.splitext(name)
    if suffix == '.py' and stem != '__init__':
        print(importlib.import_module('plugins.' + stem).NAME)
