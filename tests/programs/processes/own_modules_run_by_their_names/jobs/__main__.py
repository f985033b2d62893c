import sys
print(__package__, __spec__.name, sys.argv[1:])
