"""Computes in two processes."""

from joblib import Parallel, delayed


def square(number):
    return number * number


print("started")
if __name__ == "__main__":
    print(Parallel(n_jobs=2)(delayed(square)(i) for i in range(4)))
