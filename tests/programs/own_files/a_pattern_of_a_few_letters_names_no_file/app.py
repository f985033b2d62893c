import os
import sys


def picture(folder, width, height):
    return os.path.join(folder, f"{width}x{height}")


def theme(folder, name):
    return os.path.join(folder, f"theme_{name}")


print(os.listdir(theme(os.path.dirname(__file__), sys.argv[1])), picture("", 1, 2))
