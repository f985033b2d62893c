# /// script
# requires-python = ">=3.10"
# dependencies = ["pytest", "pytest-cov", "pytest-asyncio", "hypothesis"]
# ///
"""Runs a file of tests with plugins that are found by entry points."""

import sys
import tempfile
from pathlib import Path

import pytest

TESTS = """
import asyncio
import pytest
from hypothesis import given, strategies as st

@pytest.fixture
def five(tmp_path):
    (tmp_path / "f").write_text("5")
    return int((tmp_path / "f").read_text())

@pytest.mark.parametrize("n", [1, 2])
def test_five(five, n, monkeypatch):
    assert five + n in (6, 7)

def test_rewritten():
    with pytest.raises(AssertionError) as info:
        left, right = [1, 2, 3], [1, 2, 4]
        assert left == right
    assert "At index 2 diff" in str(info.value)

@pytest.mark.asyncio
async def test_async():
    await asyncio.sleep(0)

@given(st.integers())
def test_property(n):
    assert n + 0 == n

@pytest.mark.xfail(strict=True)
def test_fails():
    assert 0
"""


class Count:
    passed = 0

    def pytest_runtest_logreport(self, report):
        self.passed += report.when == "call" and report.passed


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "test_file.py"
    path.write_text(TESTS)
    count = Count()
    options = ["-q", "-p", "no:cacheprovider", f"--rootdir={folder}", f"--junitxml={folder}/r.xml", "--cov=test_file"]
    sys.path.insert(0, folder)
    import os

    os.chdir(folder)
    assert pytest.main([*options, "--cov-report=xml", str(path)], plugins=[count]) == 0
    assert count.passed == 5, count.passed
    assert "testsuite" in Path(folder, "r.xml").read_text() and "line-rate" in Path(folder, "coverage.xml").read_text()
print("ok")
