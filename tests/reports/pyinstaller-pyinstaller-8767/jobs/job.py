import os
import sys
from fractions import Fraction

print(__name__, os.path.basename(sys.argv[0]), sys.argv[1:], Fraction(1, 3))
if __name__ == "__main__":
    sys.exit(3)
