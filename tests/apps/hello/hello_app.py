"""Says hello: the smallest app, and the one that most tests of the launcher run."""

import sys


def main() -> int:
    print("hello", *sys.argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
