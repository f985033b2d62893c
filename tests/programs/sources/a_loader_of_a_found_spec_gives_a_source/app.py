# expect: end
from importlib.util import find_spec
found = find_spec('parts.one')
print(found.loader.get_source('parts.one'))
print(find_spec('parts.two').loader.get_source('parts.two'))
print('end')
