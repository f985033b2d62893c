import sys, step
print('service', step.VALUE, sys.argv[1:])
