import ctypes
try:
    ctypes.CDLL('libnowhere.so.4')
except OSError:
    print('none')
ctypes.CDLL('libc.so.6')
if False:
    ctypes.WinDLL('other.dll')
