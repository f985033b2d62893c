"""Prints and reads letters beyond ASCII where the environment says C."""

import os
import subprocess
import sys
import tempfile


def child():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "text.txt")
        with open(path, "w") as file:
            file.write("\u00ed")
        with open(path) as file:
            print(file.read(), sys.stdout.encoding, sys.getfilesystemencoding())


if len(sys.argv) > 1:
    child()
else:
    environment = {"LC_ALL": "C", "HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, __file__, "child"], env=environment, capture_output=True)
    print(done.returncode, done.stdout)
