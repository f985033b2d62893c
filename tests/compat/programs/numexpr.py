# /// script
# requires-python = ">=3.10"
# dependencies = ["numexpr"]
# ///
"""Evaluates expressions on arrays."""

import numexpr
import numpy as np

a, b = np.arange(100_000.0), np.ones(100_000)
assert np.allclose(numexpr.evaluate("2*a + sin(b)**2"), 2 * a + np.sin(b) ** 2)
assert numexpr.evaluate("sum(a)") == a.sum()
print("ok")
