# /// script
# requires-python = ">=3.10"
# dependencies = ["bandit"]
# ///
"""Finds what is unsafe in a file, with tests and formatters that are entry points."""

import json
import os
import tempfile
from pathlib import Path

from bandit.core.config import BanditConfig
from bandit.core.manager import BanditManager

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    Path("a.py").write_text("import pickle, subprocess\nsubprocess.call('x', shell=True)\nexec('1')\npassword = 'abc'\n")
    manager = BanditManager(BanditConfig(), "file")
    manager.discover_files(["a.py"])
    manager.run_tests()
    found = {issue.test_id for issue in manager.get_issue_list()}
    assert {"B403", "B602", "B102", "B105"} <= found, found
    for kind in ("json", "yaml", "html", "csv", "xml", "txt", "sarif"):
        if kind != "sarif":
            with open(f"out.{kind}", "w") as file:
                manager.output_results(3, "LOW", "LOW", file, kind)
            assert os.path.getsize(f"out.{kind}") > 100, kind
    assert len(json.loads(Path("out.json").read_text())["results"]) == len(manager.get_issue_list())
print("ok")
