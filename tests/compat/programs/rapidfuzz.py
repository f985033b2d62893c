# /// script
# requires-python = ">=3.10"
# dependencies = ["rapidfuzz", "levenshtein", "numpy"]
# ///
"""Compares texts by compiled modules that are chosen by the processor."""

import Levenshtein
import numpy as np
from rapidfuzz import distance, fuzz, process, utils

assert fuzz.ratio("this is a test", "this is a test!") > 96 and fuzz.WRatio("new york mets", "mets new york") > 90
assert process.extractOne("cowboys", ["Atlanta Falcons", "Dallas Cowboys"], processor=utils.default_process)[2] == 1
assert process.cdist(["a", "b"], ["a", "c"], scorer=distance.Levenshtein.distance).tolist() == [[0, 1], [1, 1]]
assert Levenshtein.editops("spam", "park") and distance.DamerauLevenshtein.distance("ab", "ba") == 1
assert np.asarray(process.cpdist(["a"], ["a"])).tolist() == [100.0]
print("ok")
