import os
import shutil
import sys
from distutils.util import get_platform

from cx_Freeze import setup, Executable
from setuptools import find_packages

here = os.path.dirname(os.path.abspath(__file__))
with open("VERSION") as file:
    version = file.read().strip()

base = None
if sys.platform == "win32":
    base = "Win32GUI"

print("to standard output", get_platform())
options = {
    "build_exe": {
        "packages": ["pack", "wave"],
        "includes": "colorsys,chunked",
        "excludes": ["tkinter", "optional"],
        "include_files": [
            "assets",
            ("assets/a.txt", "renamed/b.txt"),
            ("assets/inner/", "elsewhere"),
            ("other/data.txt", os.path.join("lib", "pack", "data.txt")),
            "VERSION",
            os.path.join("DLLs", "tk86t.dll"),
        ],
        "zip_includes": [("other/data.txt", "pack/zipped.txt")],
        "zip_exclude_packages": ["pack"],
        "bin_excludes": ["liblzma.so.5"],
        "path": sys.path + ["modules"],
        "constants": {"ANSWER": 42, "NAME": "constant"},
        "include_msvcr": True,
        "optimize": 1,
        "silent": True,
        "unheard_of": True,
    },
    "bdist_msi": {"upgrade_code": "{00000000-0000-0000-0000-000000000000}", "add_to_path": False},
    "bdist_rpm": {},
}

setup(
    name="The suite",
    version=version,
    description="Two programs",
    packages=find_packages(),
    options=options,
    executables=[
        Executable("app.py", base=base, targetName="first.exe", icon=os.path.join(here, "icon.ico"), shortcutName="First"),
        Executable(script="second", copyright="nobody"),
    ],
)
shutil.copy("VERSION", os.path.join("dist", "The suite", "copied.txt"))
