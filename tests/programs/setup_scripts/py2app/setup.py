"""
Usage: python setup.py py2app
"""
from setuptools import setup

APP = ["app.py"]
DATA_FILES = [("", ["pictures"]), ("texts", ["texts/a.txt"])]
OPTIONS = {
    "argv_emulation": True,
    "argv_inject": "--injected value",
    "iconfile": "pictures/app",
    "includes": ["colorsys"],
    "packages": ["wave"],
    "resources": ["texts/b.txt"],
    "extra_scripts": ["tool.py"],
    "semi_standalone": True,
    "plist": {
        "CFBundleName": "An App",
        "CFBundleIdentifier": "org.example.an-app",
        "CFBundleShortVersionString": "3.1",
        "CFBundleDocumentTypes": [{"CFBundleTypeName": "Text", "CFBundleTypeExtensions": ["txt"], "CFBundleTypeRole": "Editor"}],
        "LSUIElement": True,
    },
}

setup(app=APP, data_files=DATA_FILES, options={"py2app": OPTIONS}, setup_requires=["py2app"])
