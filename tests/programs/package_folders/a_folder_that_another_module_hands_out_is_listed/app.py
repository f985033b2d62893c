import importlib, os
import shop.places
for name in sorted(os.listdir(shop.places.handlers())):
    stem, suffix = os.path.splitext(name)
    if suffix == '.py' and stem != '__init__':
        print(importlib.import_module('shop.handlers.' + stem).LABEL)
