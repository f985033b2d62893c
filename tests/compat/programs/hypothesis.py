# /// script
# requires-python = ">=3.10"
# dependencies = ["hypothesis[numpy,zoneinfo,lark]", "tzdata"]
# ///
"""Searches for counterexamples."""

import re
import string

import numpy as np
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test


@settings(max_examples=50, database=None)
@given(st.lists(st.integers()), st.text(alphabet=string.ascii_letters), st.datetimes(timezones=st.timezones()))
def sorted_twice(values, word, moment):
    assert sorted(sorted(values)) == sorted(values) and word.swapcase().swapcase() == word and moment.tzinfo


sorted_twice()
assert find(st.integers(), lambda n: n > 99, settings=settings(database=None)) == 100
assert len(find(st.lists(st.booleans()), lambda v: sum(v) >= 2, settings=settings(database=None))) == 2


@settings(max_examples=20, database=None)
@given(npst.arrays(np.float32, (2, 3)), st.from_regex(r"\A[ab]{3}\Z"), st.emails())
def others(array, word, mail):
    assert array.shape == (2, 3) and re.fullmatch("[ab]{3}", word) and "@" in mail


others()


class Machine(RuleBasedStateMachine):
    n = 0

    @rule(by=st.integers(1, 3))
    def add(self, by):
        self.n += by
        assert self.n >= 1


run_state_machine_as_test(Machine, settings=settings(max_examples=5, database=None))
try:

    @settings(database=None)
    @given(st.integers())
    def wrong(n):
        assert n < 10

    wrong()
except AssertionError:
    pass
else:
    raise AssertionError("nothing found")
print("ok")
