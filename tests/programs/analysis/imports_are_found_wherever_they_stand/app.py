import importlib
from importlib import import_module as load
from pack import *
from pack.inner import deep
import pack.sibling as renamed
import space.one, space.two
from space import three
def late():
    import in_function
    return in_function.VALUE
class Body:
    from in_class import VALUE
both = (lambda: __import__('by_dunder').VALUE)()
named = importlib.import_module('by_name').VALUE
loaded = load('.relative', 'pack').VALUE
try:
    import c_version as version
except ImportError:
    import py_version as version
match late():
    case 'function':
        import in_match
print(late(), Body.VALUE, both, named, loaded, deep.VALUE, renamed.VALUE, EXPORTED, starred.VALUE)
print(space.one.VALUE, space.two.VALUE, three.VALUE, version.VALUE, in_match.VALUE, deep.up())
