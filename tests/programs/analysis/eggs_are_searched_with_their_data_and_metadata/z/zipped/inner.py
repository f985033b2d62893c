from . import VALUE as outer
VALUE = outer + ' inner'
