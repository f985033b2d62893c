import sys
from distutils.core import setup

import py2exe
from py2exe.build_exe import Target

if sys.platform != "win32":
    sys.exit("only for Windows")

import winreg

try:
    winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, "Software\\Nothing")
except WindowsError:
    print("no such key")

hosted = Target(description="A service", modules=["hosted"], dest_base="hosted", cmdline_style="py2exe")
setup(service=[hosted], console=["app.py"], options={"py2exe": {"dist_dir": "out\\service"}})
