import os, sys, part
print(sys.argv[1:], os.path.dirname(os.path.abspath(__file__)))
