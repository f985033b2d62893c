# /// script
# requires-python = ">=3.10"
# dependencies = ["pytest", "pytest-xdist"]
# [tool.freeze-compat]
# rules = ["execnet.toml"]
# ///
"""Runs tests in workers, which are processes that get their code through a pipe."""

import sys
import tempfile
from pathlib import Path

import execnet
import pytest

TESTS = """
import os

def test_it_is_a_worker(worker_id):
    assert worker_id in ("gw0", "gw1") and os.environ["PYTEST_XDIST_WORKER"] == worker_id

def test_sum():
    assert sum([1, 2]) == 3

def test_wrong():
    assert [1, 2] == [1, 3]
"""

gateway = execnet.makegateway("popen//python=" + sys.executable)
channel = gateway.remote_exec("import os\nchannel.send(os.getpid())\nfor item in channel: channel.send(2 * item)")
assert channel.receive(20) > 0
channel.send(21)
assert channel.receive(20) == 42
channel.close()
gateway.exit()

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "test_it.py"
    path.write_text(TESTS, encoding="utf-8")
    report = Path(folder) / "report.xml"
    options = ["-q", "-n", "2", "-p", "no:cacheprovider", f"--junitxml={report}", "--rootdir", folder, str(path)]
    assert pytest.main(options) == pytest.ExitCode.TESTS_FAILED
    text = report.read_text(encoding="utf-8")
    assert 'tests="3"' in text and 'failures="1"' in text and "assert [1, 2] == [1, 3]" in text, text
print("ok")
