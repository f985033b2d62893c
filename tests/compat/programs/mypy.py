# /// script
# requires-python = ">=3.10"
# dependencies = ["mypy"]
# ///
"""Checks a file with the compiled checker and the stubs that come with it."""

import os
import tempfile
from pathlib import Path

from mypy import api

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    Path("a.py").write_text("import json\nx: int = json.dumps(1)\ndef f(a: str) -> int:\n    return len(a)\nf(1)\nreveal_type([1][0])\n")
    out, err, code = api.run(["a.py", "--cache-dir", folder + "/c", "--no-site-packages", "--python-version", "3.12"])
    assert code == 1 and not err, (out, err)
    assert 'a.py:2: error: Incompatible types in assignment (expression has type "str"' in out, out
    assert 'a.py:5: error: Argument 1 to "f"' in out and "Revealed type is" in out, out
    out, err, code = api.run(["--cache-dir", folder + "/c", "--no-site-packages", "-c", "x: int = 1"])
    assert code == 0 and "Success" in out, (out, err)
print("ok")
