import importlib.metadata as md
import zipped, unpacked.mod, wheeled
for name in 'Zipped.Dist', 'unpacked-dist', 'wheeled':
    found = md.distribution(name)
    print(md.version(name), found.metadata['Name'], [(e.group, e.name, e.value) for e in found.entry_points])
print(md.requires('zipped-dist'), zipped.__file__.endswith('zipped/__init__.py'))
print([e.load()() for e in md.distribution('zipped.dist').entry_points])
