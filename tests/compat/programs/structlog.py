# /// script
# requires-python = ">=3.10"
# dependencies = ["structlog", "rich", "colorama"]
# ///
"""Logs structured data in several forms."""

import io
import json

import structlog

out = io.StringIO()
processors = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level]
processors += [structlog.processors.TimeStamper(fmt="iso"), structlog.processors.dict_tracebacks]
processors += [structlog.processors.CallsiteParameterAdder(), structlog.processors.JSONRenderer()]
structlog.configure(processors, logger_factory=structlog.PrintLoggerFactory(out))
log = structlog.get_logger(a=1)
structlog.contextvars.bind_contextvars(request=7)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed", n=2)
line = json.loads(out.getvalue())
assert line["event"] == "failed" and line["a"] == 1 and line["request"] == 7 and line["level"] == "error"
assert line["exception"][0]["exc_type"] == "ZeroDivisionError" and line["func_name"] == "<module>"
console = structlog.dev.ConsoleRenderer(colors=False)(None, "info", {"event": "e", "k": "v"})
assert "k=v" in console.replace(" ", "")
print("ok")
