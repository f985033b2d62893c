"""Runs a test with an option that a plug-in of pytest adds."""

import contextlib
import io
import os
import tempfile

import pytest

with tempfile.TemporaryDirectory() as folder:
    test = os.path.join(folder, "test_sum.py")
    with open(test, "w") as file:
        file.write("def test_sum():\n    assert 1 + 1 == 2\n")
    page = os.path.join(folder, "out.html")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = pytest.main([test, "--html=" + page, "-q", "-p", "no:cacheprovider"])
    print(int(code), os.path.exists(page))
