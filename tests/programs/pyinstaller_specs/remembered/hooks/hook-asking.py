import os

from PyInstaller.utils.hooks import get_module_attribute

datas = [(os.path.abspath(__file__), get_module_attribute("asking", "VERSION"))]
