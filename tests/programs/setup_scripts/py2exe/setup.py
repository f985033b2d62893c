from distutils.core import setup
import glob
import os
import py2exe
import shutil
import sys

sys.argv.append("py2exe")

original = py2exe.build_exe.isSystemDLL
py2exe.build_exe.isSystemDLL = lambda path: 0 if path.endswith("own.dll") else original(path)


class Target:
    def __init__(self, **kw):
        self.__dict__.update(kw)
        self.version = "2.0"
        self.company_name = "A company"


window = Target(
    script="app.pyw", dest_base="window", icon_resources=[(1, "icon.ico")], uac_info="requireAdministrator",
    other_resources=[(10, 1, b"bytes")], copyright="nobody",
)

setup(
    name="both",
    version="2.0",
    windows=[window],
    console=[{"script": "console.py"}],
    data_files=[("data", glob.glob("data/*.txt")), "readme.txt", ("C:\\outside", ["readme.txt"])],
    zipfile=None,
    options={
        "py2exe": {
            "includes": ["colorsys", "encodings.*"],
            "excludes": ["_ssl", "pyreadline", "Tkconstants", "Tkinter", "tcl"],
            "dll_excludes": ["w9xpopen.exe", "MSVCP90.dll"],
            "compressed": 1,
            "unbuffered": True,
            "bundle_files": 3,
            "custom_boot_script": "boot.py",
            "ascii": 0,
        },
    },
)
shutil.rmtree("build")
