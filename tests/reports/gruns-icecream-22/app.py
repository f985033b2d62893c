"""Prints an expression by its text in the source."""

from icecream import ic

lines = []
ic.configureOutput(includeContext=True, outputFunction=lines.append)


def double(number):
    return 2 * number


ic(double(21))
print(lines)
