# /// script
# requires-python = ">=3.10"
# dependencies = ["black", "isort"]
# ///
"""Formats code and sorts imports, with compiled modules and a bundled grammar."""

import tempfile
from pathlib import Path

import black
import isort
from click.testing import CliRunner

assert black.format_str("x = {  'a':1 }\nmatch x:\n  case 1 :pass", mode=black.Mode()).startswith('x = {"a": 1}\n')
assert isort.code("import sys\nimport os\n") == "import os\nimport sys\n"
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a.py"
    path.write_text("a=1\n")
    assert CliRunner().invoke(black.main, [str(path)]).exit_code == 0 and path.read_text() == "a = 1\n"
print("ok")
