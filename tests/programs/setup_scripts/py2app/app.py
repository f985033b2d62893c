import os
import sys

print(sys.frozen, sys.argv[1:], os.path.samefile(os.environ["RESOURCEPATH"], os.getcwd()))
for name in "pictures/one.txt", "texts/a.txt", "b.txt":
    print(name, os.path.isfile(name))
