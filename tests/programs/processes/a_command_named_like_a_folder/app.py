# expect: own worker
import os
import subprocess
import sys
import tempfile

SELF = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, os.path.abspath(__file__)]

if len(sys.argv) > 1:
    print("own", *sys.argv[1:])
    sys.exit()
# The folder that the program happens to be started in holds a package of that name.
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(os.path.join(folder, "worker"))
    with open(os.path.join(folder, "worker", "__main__.py"), "w") as file:
        file.write("print('foreign')\n")
    done = subprocess.run([*SELF, "worker"], cwd=folder, capture_output=True, text=True)
print((done.stdout + done.stderr).strip())
