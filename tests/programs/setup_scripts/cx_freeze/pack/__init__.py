import os


def read(name):
    with open(os.path.join(os.path.dirname(__file__), name)) as file:
        return file.read().strip()
