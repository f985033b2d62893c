import os, sys
from . import shared
def work(): return shared.X
if __name__ == '__main__':
    print(__package__, __spec__.name, sys.argv[1:], os.path.basename(sys.argv[0]), work())
