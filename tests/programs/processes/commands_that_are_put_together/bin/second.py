import sys
print('second', sys.argv[1:])
