# A program that Nuitka builds.
# nuitka-project: --mode=onefile
# nuitka-project: --enable-plugin=tk-inter,multiprocessing
# nuitka-project: --include-data-dir={MAIN_DIRECTORY}/assets=data
# nuitka-project: --include-data-files={MAIN_DIRECTORY}/config.txt=settings/app.txt
# nuitka-project: --include-plugin-directory={MAIN_DIRECTORY}/plugins
# nuitka-project: --nofollow-import-to=wave
# nuitka-project: --noinclude-data-files=data/secret.txt
# nuitka-project: --output-filename=tool
# nuitka-project: --python-flag=no_asserts
# nuitka-project: --lto=no
# nuitka-project-if: {OS} == "Windows":
#    nuitka-project: --windows-icon-from-ico={MAIN_DIRECTORY}/icon.ico
# nuitka-project-else:
#    nuitka-project: --include-module=colorsys
import importlib
import os
import sys


def has(name):
    try:
        return importlib.import_module(name) is not None
    except ImportError:
        return False


for path in "data/a.txt", "data/secret.txt", "data/code.py", "settings/app.txt":
    print(path, os.path.exists(os.path.join(os.path.dirname(__file__), path)))
for name in "colorsys", "plugins.one", "wave":
    print(name, has(name))
print(sys.flags.optimize)
