import ctypes, os
here = os.path.dirname(__file__)
load = ctypes.windll.kernel32.LoadLibraryW
load.restype = ctypes.c_void_p
path = os.path.join(here, 'plugins', 'top.dll')
before = load(path)
os.environ['PATH'] = os.path.join(here, 'bin') + ';' + os.environ['PATH']
print(before, ctypes.CDLL(path, handle=load(path)).top())
