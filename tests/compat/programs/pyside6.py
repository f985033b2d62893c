# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6-Essentials"]
# [tool.freeze-compat]
# rules = ["pyside.toml", "qt.toml"]
# ///
"""Shows a window offscreen, with signals, style, a picture, SQL and QML."""

import os
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QObject, QTimer, QTranslator, QUrl, Signal, qVersion  # noqa: E402
from PySide6.QtGui import QImage, QImageReader, QPixmap  # noqa: E402
from PySide6.QtQml import QQmlComponent, QQmlEngine  # noqa: E402
from PySide6.QtSql import QSqlDatabase, QSqlQuery  # noqa: E402
from PySide6.QtSvg import QSvgRenderer  # noqa: E402
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget  # noqa: E402


class Counter(QObject):
    changed = Signal(int)


app = QApplication([])
assert app.platformName() == "offscreen" and qVersion()
window = QWidget()
layout = QVBoxLayout(window)
label, button = QLabel("0"), QPushButton("Press")
layout.addWidget(label)
layout.addWidget(button)
counter = Counter()
counter.changed.connect(lambda n: label.setText(str(n)))
button.clicked.connect(lambda: counter.changed.emit(int(label.text()) + 1))
window.show()
button.click()
button.click()
assert label.text() == "2"
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "w.png")
    assert window.grab().save(path) and QPixmap(path).width() == window.width()
    assert window.grab().save(str(Path(folder) / "w.jpg")) and QImage(str(Path(folder) / "w.jpg")).height() > 0
formats = {bytes(f.data()).decode() for f in QImageReader.supportedImageFormats()}
assert {"png", "jpeg", "svg", "gif", "ico"} <= formats, formats
database = QSqlDatabase.addDatabase("QSQLITE")
database.setDatabaseName(":memory:")
assert database.open()
query = QSqlQuery("select 6 * 7")
assert query.next() and query.value(0) == 42
assert QSvgRenderer(b'<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>').isValid()
engine = QQmlEngine()
component = QQmlComponent(engine)
component.setData(b"import QtQuick; Item { property int n: 20 + 1; width: n * 2 }", QUrl())
item = component.create()
assert item is not None, component.errorString()
assert item.property("width") == 42
assert QTranslator() is not None
QTimer.singleShot(50, app.quit)
assert app.exec() == 0
print("ok")
