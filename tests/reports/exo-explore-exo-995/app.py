"""Runs a function of a module of its own in a child, by code in a string."""

import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
code = "from fetch import main; main()"
done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True)
print(done.returncode, done.stdout.strip())
