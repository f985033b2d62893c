"""Runs before either program, in the same process."""

import sys

sys.started_by = "startup.py"
