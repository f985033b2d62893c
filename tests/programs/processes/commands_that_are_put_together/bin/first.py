import sys
print('first', sys.argv[1:])
