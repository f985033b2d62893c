import os
import sys


def show(name, files):
    there = [file for file in files if os.path.exists(os.path.join(sys._MEIPASS, "assets", file + ".txt"))]
    print(name, os.path.basename(sys.executable), *there)
