import importlib, sys
from string import Template
number, word = sys.argv[1:]
names = [Template('pack.t_$kind').substitute(kind=word), 'pack.' + ('m_' + word).upper(), 'pack.' + 'u_x.py'.removesuffix('.py')]
print([importlib.import_module(name).NAME for name in names])
