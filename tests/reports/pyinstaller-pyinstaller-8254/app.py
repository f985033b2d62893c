"""Writes a script that imports a module of the program and runs it."""

import os
import subprocess
import sys
import tempfile

TEXT = "import sys\nsys.path.insert(0, sys.argv[1])\nimport measure\nprint(measure.length('words'))\n"
if len(sys.argv) > 1:
    sys.exit("the program was started again in place of the script")
here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory() as folder:
    script = os.path.join(folder, "task.py")
    with open(script, "w") as file:
        file.write(TEXT)
    done = subprocess.run([sys.executable, script, here], capture_output=True, text=True)
    print(done.returncode, done.stdout.strip())
