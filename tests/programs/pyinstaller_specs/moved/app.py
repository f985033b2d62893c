import lzma
import os
import sys
import zlib

sys.path.append(os.path.join(sys._MEIPASS, "scattered"))
import helper

assert lzma.decompress(lzma.compress(b"x")) == b"x"
assert zlib.decompress(zlib.compress(b"x")) == b"x"
print("moved", helper.__file__.startswith(os.path.join(sys._MEIPASS, "scattered")))
print("libc.so.6", os.path.exists(os.path.join(sys._MEIPASS, "libc.so.6")))
