# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6-Essentials"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Shows Qt Quick Controls in the style Basic."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
from PySide6.QtCore import QTimer, QUrl  # noqa: E402
from PySide6.QtGui import QGuiApplication  # noqa: E402
from PySide6.QtQml import QQmlApplicationEngine  # noqa: E402
from PySide6.QtQuickControls2 import QQuickStyle  # noqa: E402

QML = b"""
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
ApplicationWindow {
    width: 300; height: 200; visible: true
    property alias label: text.text
    header: ToolBar { Label { text: "Title" } }
    ColumnLayout {
        anchors.fill: parent
        Label { id: text; text: "n " + slider.value }
        Slider { id: slider; from: 0; to: 10; value: 4 }
        ComboBox { model: ["a", "b"] }
        Button { text: "Press"; icon.name: "edit" }
        TextField { placeholderText: "name" }
    }
}
"""
app = QGuiApplication([])
QQuickStyle.setStyle("Basic")
engine, messages = QQmlApplicationEngine(), []
engine.warnings.connect(lambda found: messages.extend(found))
engine.loadData(QML, QUrl("main.qml"))
window = engine.rootObjects()[0]
assert window.property("label") == "n 4" and QQuickStyle.name() == "Basic"
picture = []
QTimer.singleShot(300, lambda: (picture.append(window.grabWindow()), app.quit()))
app.exec()
colours = {picture[0].pixel(x, y) for x in range(0, 300, 5) for y in range(0, 200, 5)}
assert len(colours) > 3 and not messages, (len(colours), messages)

print("ok")
