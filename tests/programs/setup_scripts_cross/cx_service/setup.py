from cx_Freeze import Executable, setup

setup(name="hosted", version="1.0", executables=[Executable("Config.py", base="Win32Service", target_name="hosted.exe"), "app.py"])
