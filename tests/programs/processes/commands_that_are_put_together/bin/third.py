import sys
print('third', sys.argv[1:])
