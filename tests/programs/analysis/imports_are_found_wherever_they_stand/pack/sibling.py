from . import EXPORTED
VALUE = 'sibling'
