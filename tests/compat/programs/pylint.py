# /// script
# requires-python = ">=3.10"
# dependencies = ["pylint"]
# [tool.freeze-compat]
# rules = ["astroid.toml"]
# ///
"""Checks a file, with checkers and extensions found by listing folders."""

import io
import tempfile
from pathlib import Path

from pylint.lint import Run
from pylint.reporters.json_reporter import JSONReporter
from pylint.reporters.text import TextReporter

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "bad.py"
    source.write_text("import os, re\n\ndef f(a, b=[]):\n    if a == None:\n        return undefined\n    return re.nothing\n")
    out = io.StringIO()
    options = [str(source), "--load-plugins=pylint.extensions.code_style,pylint.extensions.docparams", "-j1"]
    run = Run(options, reporter=TextReporter(out), exit=False)
    text = out.getvalue()
    for name in ("undefined-variable", "dangerous-default-value", "unused-import", "multiple-imports"):
        assert name in text, text
    assert run.linter.stats.error >= 1
    out = io.StringIO()
    Run([str(source), "--disable=all", "--enable=W0611"], reporter=JSONReporter(out), exit=False)
    assert '"unused-import"' in out.getvalue()
    # What it knows of the standard library: a module of Python's, an extension, and one that nothing here imports.
    source = Path(folder) / "known.py"
    source.write_text("import math\nimport wave\nfrom pathlib import Path\n\nprint(Path().no, math.sinn, wave.opened)\n")
    out = io.StringIO()
    Run([str(source), "--disable=all", "--enable=E"], reporter=TextReporter(out), exit=False)
    text = out.getvalue()
    assert text.count("no-member") == 3 and "import-error" not in text, text
print("ok")
