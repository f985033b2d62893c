import os, sys
import part
print(__name__, repr(__package__), __spec__.name, sys.argv[1:], part.__name__, os.path.basename(sys.path[0]))
