from cx_Freeze import Executable, setup

setup(name="suite", executables=[Executable("suite.py", target_name="suite")], options={"build_exe": {"include_files": [("text.txt", "suite/text.txt")]}})
