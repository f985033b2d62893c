# nuitka-project: --include-data-dir={MAIN_DIRECTORY}/assets=assets
# nuitka-project: --include-module=colorsys
# nuitka-project: --output-dir=build
# nuitka-project-if: {OS} == "Windows":
#    nuitka-project: --mode=onefile
#    nuitka-project: --include-data-dir={MAIN_DIRECTORY}/windows=extra
#    nuitka-project: --windows-console-mode=disable
#    nuitka-project: --company-name="My Company"
# nuitka-project-else:
#    nuitka-project: --mode=standalone
#    nuitka-project: --include-data-dir={MAIN_DIRECTORY}/linux=extra
# nuitka-project: --user-plugin=own.py
import os
import sys

for name in "assets/a.txt", "extra/l.txt", "extra/w.txt":
    print(name, os.path.exists(os.path.join(sys._MEIPASS, name)))
