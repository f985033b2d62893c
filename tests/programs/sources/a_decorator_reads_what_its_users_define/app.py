import functools
from tools import shown

@shown
def add(a, b):
    return a + b

print(add(1, 2))
import other
