"""Greets, and tells which Python does it."""

import sys


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "world"
    print(f"Hello, {name}, from Python {sys.version.split()[0]} in {sys.executable}")


if __name__ == "__main__":
    main()
