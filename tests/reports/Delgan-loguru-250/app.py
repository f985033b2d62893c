"""Logs an exception with the source and the values around it."""

import io

from loguru import logger

out = io.StringIO()
logger.remove()
logger.add(out, format="{message}", colorize=False, backtrace=True, diagnose=True)


def divide(a, b):
    return a / b


try:
    divide(2, 0)
except ZeroDivisionError:
    logger.exception("failed")
print([line.strip() for line in out.getvalue().splitlines() if "a / b" in line or "-> 0" in line])
