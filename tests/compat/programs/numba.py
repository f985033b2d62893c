# /// script
# requires-python = ">=3.10"
# dependencies = ["numba", "scipy"]
# ///
"""Compiles functions, vectorised and parallel ones too."""

import numpy as np
from numba import njit, prange, typed, vectorize


@njit
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@njit(parallel=True)
def total(values):
    result = 0.0
    for i in prange(values.shape[0]):
        result += values[i]
    return result


@vectorize(["float64(float64, float64)"])
def hypotenuse(a, b):
    return (a * a + b * b) ** 0.5


@njit
def invert(matrix):
    return np.linalg.inv(matrix)


assert fibonacci(50) == 12586269025
assert total(np.arange(1000.0)) == 499500
assert hypotenuse(np.array([3.0]), np.array([4.0]))[0] == 5
assert np.allclose(invert(np.array([[2.0, 0.0], [0.0, 4.0]])), [[0.5, 0], [0, 0.25]])
words = typed.Dict()
words["a"] = 1
assert words["a"] == 1
print("ok")
