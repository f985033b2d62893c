import ctypes, ctypes.util, os, sys
name = ctypes.util.find_library('ours')
print(name, ctypes.CDLL(name).answer())
for candidate in 'libtheirs.so.9', 'libtheirs.so.1':
    try:
        print(candidate, ctypes.cdll.LoadLibrary(candidate).answer())
    except OSError:
        pass
print(ctypes.util.find_library('nowhere'), ctypes.util.find_library.__qualname__, ctypes.util.find_library('c'))
