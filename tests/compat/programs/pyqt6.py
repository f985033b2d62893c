# /// script
# requires-python = ">=3.10"
# dependencies = ["PyQt6"]
# ///
"""Shows a window offscreen, with signals and files of user interfaces."""

import io
import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PyQt6 import uic  # noqa: E402
from PyQt6.QtCore import QTimer  # noqa: E402
from PyQt6.QtGui import QImageReader  # noqa: E402
from PyQt6.QtNetwork import QTcpServer  # noqa: E402
from PyQt6.QtWidgets import QApplication, QPushButton  # noqa: E402

UI = """<ui version="4.0"><class>W</class><widget class="QWidget" name="W"><layout class="QVBoxLayout">
<item><widget class="QLineEdit" name="line"><property name="text"><string>hi</string></property></widget></item>
</layout></widget></ui>"""
app = QApplication([])
window = uic.loadUi(io.StringIO(UI))
window.show()
assert window.line.text() == "hi"
pressed = []
button = QPushButton("x")
button.clicked.connect(lambda: pressed.append(1))
button.click()
assert pressed == [1] and "jpeg" in {bytes(f.data()).decode() for f in QImageReader.supportedImageFormats()}
assert QTcpServer().listen() and app.style().name()
QTimer.singleShot(20, app.quit)
assert app.exec() == 0
print("ok")
