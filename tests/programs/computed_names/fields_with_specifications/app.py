import importlib, sys
number, word = int(sys.argv[1]), sys.argv[2]
def load(name):
    return importlib.import_module(name).NAME
print(load('pack.a{:02d}'.format(number)), load(f'pack.b{number:>02}'), load('pack.c{0!s}_{n:x}'.format(word, n=number)))
