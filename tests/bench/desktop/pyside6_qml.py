# /// script
# dependencies = ["PySide6"]
# ///
"""A window of Qt Quick with Controls."""

import sys

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine

QML = b"""
import QtQuick
import QtQuick.Controls
ApplicationWindow {
    title: "bench"; x: 100; y: 100; width: 300; height: 200; visible: true
    Column { Label { text: "Hello" } Button { text: "Press" } Slider { value: 0.5 } }
}
"""
app = QGuiApplication(sys.argv)
engine = QQmlApplicationEngine()
engine.loadData(QML, QUrl("main.qml"))
sys.exit(app.exec())
