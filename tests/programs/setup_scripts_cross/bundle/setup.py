import sys

from cx_Freeze import Executable, setup

base = "Win32GUI" if sys.platform == "win32" else None
mac = {
    "bundle_name": "Bundled",
    "plist_items": [("LSUIElement", True)],
    "include_resources": [("x.txt", "r/y.txt")],
    "codesign_identity": "Developer ID Application: Somebody",
}
options = {"bdist_mac": mac, "bdist_dmg": {"volume_label": "Bundled", "applications_shortcut": True}}
setup(name="app", version="1.0", executables=[Executable("app.py", base=base)], options=options)
