# /// script
# requires-python = ">=3.10"
# dependencies = ["flake8", "pep8-naming", "flake8-bugbear"]
# ///
"""Checks a file with plugins that are entry points."""

import contextlib
import io
import os
import tempfile
from pathlib import Path

from flake8.api import legacy
from flake8.main.application import Application

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    Path("a.py").write_text("import os\ndef F(a=[]):\n  return a\n")
    app = Application()
    with contextlib.redirect_stdout(io.TextIOWrapper(buffer := io.BytesIO())) as wrapped:
        app.run(["a.py", "-j1"])
        wrapped.flush()
        text = buffer.getvalue().decode()
    for code in ("F401", "E302", "E111", "N802", "B006"):
        assert code in text, text
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        report = legacy.get_style_guide(select=["F"]).check_files(["a.py"])
    assert report.get_statistics("F401") == ["1 F401 'os' imported but unused"]
print("ok")
