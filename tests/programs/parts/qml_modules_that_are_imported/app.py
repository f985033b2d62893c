"""Tells which modules of QML there are."""

import os

import kit
import kit.qml

folder = os.path.join(os.path.dirname(kit.__file__), "qml")
print(*sorted(name for name in os.listdir(folder)))
print(os.path.exists(os.path.join(os.path.dirname(__file__), "main.qml")))
