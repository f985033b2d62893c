import os

from PyInstaller.utils.hooks import collect_data_files, get_package_paths

datas = collect_data_files("plain")
with open(os.path.join(os.path.dirname(__file__), "names.txt")) as file:
    hiddenimports = file.read().split()
if os.environ.get("REMEMBERED_EXTRA"):
    hiddenimports.append(os.environ["REMEMBERED_EXTRA"])
if os.path.exists(os.path.join(get_package_paths("plain")[1], "flag")):
    hiddenimports.append("chunk_of_app")
