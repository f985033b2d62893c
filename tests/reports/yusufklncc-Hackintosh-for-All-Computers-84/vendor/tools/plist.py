import plistlib
import shlex


def show(line):
    return plistlib.dumps(shlex.split(line)).decode().splitlines()[-4:-1]
