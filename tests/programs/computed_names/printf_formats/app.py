import importlib, sys
number, word = int(sys.argv[1]), sys.argv[2]
for name in ['pack.x%03x' % number, 'pack.y%-2d_%r' % (number * 10, number), 'pack.%(word)s_z' % {'word': word}]:
    print(importlib.import_module(name).NAME)
print(__import__('pack.p%d' % number, fromlist=['NAME']).NAME)
