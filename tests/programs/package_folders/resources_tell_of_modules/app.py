from importlib import resources
import json, toolbox
for anchor, name in ('json', 'decoder.py'), ('json', 'none.py'), ('toolbox', 'saw.py'), ('toolbox', 'data.txt'):
    path = resources.files(anchor).joinpath(name)
    print(name, path.is_file(), (resources.files(anchor) / name).is_dir())
print(sorted(p.name for p in resources.files('toolbox').iterdir() if p.name != '__pycache__'))
print(resources.files('toolbox').joinpath('data.txt').read_text(), repr(resources.files('toolbox'))[:11])
import toolbox.saw
