import sys

from cx_Freeze import Executable, setup

if len(sys.argv) == 1:
    sys.argv += ["build", "--build-exe=from arguments"]
options = {"excludes": ["colorsys"], "optimize": 0}
setup(name="configured", version="1", options={"build_exe": options}, executables=[Executable("app.py")])
