import ctypes

import native

print("native", native.answer(), ctypes.CDLL("libother.so.2").other())
