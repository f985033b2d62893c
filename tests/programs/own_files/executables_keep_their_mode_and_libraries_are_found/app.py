import ctypes, os, subprocess
here = os.path.dirname(os.path.abspath(__file__))
print(subprocess.check_output([os.path.join(here, 'tools', 'hello')], text=True).strip())
print(ctypes.CDLL(os.path.join(here, 'native', 'libouter.so')).outer())
