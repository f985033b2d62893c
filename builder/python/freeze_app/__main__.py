"""Runs `freeze` with this interpreter as the default for `--python`."""

import os
import subprocess
import sys

from freeze_app._find import find_freeze


def main():
    """Run `freeze` in place of this process where the system can, and return its exit code elsewhere."""
    try:
        freeze = find_freeze()
    except FileNotFoundError as error:
        sys.stderr.write("error: {}\n".format(error))
        return 1
    environment = dict(os.environ)
    if sys.executable:
        environment["FREEZE_PYTHON"] = sys.executable
    if os.name != "nt":
        os.execve(freeze, [freeze] + sys.argv[1:], environment)
    # Windows starts a new process for `exec` and returns to the shell at once. Ctrl-C reaches both processes.
    process = subprocess.Popen([freeze] + sys.argv[1:], env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    sys.exit(main())
