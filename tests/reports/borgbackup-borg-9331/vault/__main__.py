import sys

from vault.listing import show

if __name__ == "__main__":
    print(show(sys.argv[1:]))
