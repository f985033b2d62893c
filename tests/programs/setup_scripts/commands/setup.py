import os

import cx_Freeze
from setuptools import Command, Extension


class build_exe(cx_Freeze.build_exe):
    def finalize_options(self):
        super().finalize_options()
        self.includes.append("colorsys")

    def run(self):
        super().run()
        with open(os.path.join(self.build_exe, "after.txt"), "w") as file:
            file.write("after")


class check(Command):
    user_options = []

    def run(self):
        print("a command of its own")


cx_Freeze.setup(
    name="commands",
    cmdclass={"build_exe": build_exe, "check": check},
    executables=[cx_Freeze.Executable("app.py")],
    ext_modules=[Extension("fast", ["fast.c"])],
)
