"""Runs a script of its own in the same process."""

import os
import runpy
import sys

script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jobs", "job.py")
kept = sys.argv
sys.argv = [script, "--count", "2"]
try:
    runpy.run_path(script, run_name="__main__")
except SystemExit as end:
    print("ended with", end.code)
finally:
    sys.argv = kept
