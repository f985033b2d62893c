import inspect
import os

_current = os.path.dirname(os.path.abspath(inspect.getfile(inspect.currentframe())))


def get(name):
    with open(os.path.join(_current, "resources", name)) as file:
        return file.read().strip()
