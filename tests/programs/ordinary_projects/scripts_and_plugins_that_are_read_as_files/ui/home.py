import os, pathlib
print((pathlib.Path(__file__).parent / 'text.md').read_text().strip())
with open(os.path.join(os.path.dirname(__file__), 'more', 'x.dat')) as file:
    print(file.read().strip())
