# /// script
# requires-python = ">=3.10"
# dependencies = ["loguru"]
# ///
"""Logs to files with rotation, as JSON, and tracebacks with values."""

import io
import json
import tempfile
from pathlib import Path

from loguru import logger

out, errors = io.StringIO(), io.StringIO()
logger.remove()
logger.add(out, serialize=True, level="INFO")
logger.add(errors, format="{level}|{name}|{function}|{message}", backtrace=True, diagnose=True, colorize=False)


def divide(a, b):
    return a / b


try:
    divide(5, 0)
except ZeroDivisionError:
    logger.bind(user="u").exception("failed {}", 1)
record = json.loads(out.getvalue())["record"]
assert record["extra"] == {"user": "u"} and record["message"] == "failed 1" and record["name"] == "__main__"
assert "ZeroDivisionError" in errors.getvalue() and "divide" in errors.getvalue()
with tempfile.TemporaryDirectory() as folder:
    handler = logger.add(Path(folder) / "a.log", rotation="1 KB", compression="gz", enqueue=True)
    for i in range(50):
        logger.info("x" * 50)
    logger.remove(handler)
    assert len(list(Path(folder).glob("*.gz"))) >= 1
print("ok")
