import _csv
import subprocess
import sys
import common

common.show("two", ["shared", "one", "two", "added"])
if len(sys.argv) == 1:
    print(subprocess.check_output([sys.executable, "again"], text=True), end="")
