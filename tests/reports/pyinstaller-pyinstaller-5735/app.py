"""Loads a library by a path that counts from the current folder."""

import os
import platform
from ctypes import cdll

os.chdir(os.path.dirname(os.path.abspath(__file__)))
if platform.system() == "Windows":
    library = cdll.LoadLibrary("./dll/x64/libsum.dll")
else:
    library = cdll.LoadLibrary("./dll/x64/libsum.so")
print(library.sum_of(3, 4))
