"""Programs that setup scripts start."""

import shutil
import subprocess


def find_executable(executable, path=None):
    return shutil.which(executable, path=path)


def spawn(cmd, *arguments, **options):
    subprocess.check_call(list(cmd))
