import sys; from . import helper
print('main of', __package__, __name__, helper.N, sys.argv[1:])
