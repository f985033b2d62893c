# /// script
# requires-python = ">=3.10"
# dependencies = ["cloudpickle", "dill"]
# ///
"""Stores functions and classes of the main program."""

import pickle

import cloudpickle
import dill

offset = 10


def add(n):
    return n + offset


class Thing:
    def __init__(self):
        self.f = lambda x: x * 2


assert pickle.loads(cloudpickle.dumps(lambda x: add(x)))(5) == 15
assert pickle.loads(cloudpickle.dumps(Thing())).f(4) == 8
assert dill.loads(dill.dumps(lambda x: x + offset))(1) == 11 and dill.loads(dill.dumps(Thing())).f(3) == 6
assert dill.source.getname(add) == "add"
print("ok")
