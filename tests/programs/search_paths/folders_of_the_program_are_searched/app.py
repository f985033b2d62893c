# python: oldest usual
# expect: end
import os, site, sys
from os.path import abspath, dirname, join
HERE = dirname(abspath(__file__))
EXTRA = [join(HERE, name) for name in ('first', 'second')]
sys.path[:0] = EXTRA
sys.path += [os.path.join(HERE, 'first', os.pardir, 'third')]
def add(folder):
    if os.path.isdir(folder):
        sys.path.append(folder)
add(join(HERE, 'fourth', 'deep'))
for name in 'fifth', 'sixth':
    sys.path.insert(1, os.path.join(HERE, name))
site.addsitedir(join(HERE, 'seventh'))
import one, two, three, four.inner, five, six, seven, eight, spread.part
print(one.NAME, two.NAME, three.NAME, four.inner.NAME, five.NAME, six.NAME, seven.NAME, eight.NAME, spread.part.NAME)
for module in one, two, four.inner, spread.part:
    print(os.path.relpath(module.__file__, HERE), module.__name__, module.__package__)
import tool.paths
print(tool.paths.found())
print('end')
