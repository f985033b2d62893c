import os


def near():
    with open(os.path.join(os.path.dirname(__file__), os.pardir, "lib", "near.txt")) as file:
        return file.read().strip()
