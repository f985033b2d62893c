import ctypes, hashlib, os, socket, sqlite3, ssl, sys, uuid
load = ctypes.windll.kernel32.LoadLibraryW
load.restype = ctypes.c_void_p
print('searched' in os.environ['PATH'], os.path.exists('planted.dll'), load('planted.dll'))
