from .. import sibling
from ..relative import VALUE as r
VALUE = 'deep'

def up():
    from pack import relative
    return r
