import sys, os
print(__name__, os.path.basename(__file__), os.path.basename(sys.argv[0]), sys.argv[1:])
print(sys.stdin.read(), os.path.basename(sys.path[0]) == os.path.basename(os.path.dirname(__file__)))
raise ValueError('told')
