"""Runs a package of its own as a module."""

import os
import subprocess
import sys

import vault

words = [sys.executable, "-m", "vault", "list", "--short"]
done = subprocess.run(words, cwd=os.path.dirname(os.path.abspath(__file__)), capture_output=True, text=True)
print(vault.NAME, done.returncode, done.stdout.strip(), done.stderr.strip())
