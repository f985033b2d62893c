# /// script
# dependencies = ["PySide6"]
# ///
"""A window with a page."""

import os
import sys

os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

app = QApplication(sys.argv)
view = QWebEngineView()
view.setWindowTitle("bench")
view.setGeometry(100, 100, 300, 200)
view.titleChanged.connect(lambda _: view.setWindowTitle("bench"))
view.setHtml("<h1>Hello</h1>")
view.show()
sys.exit(app.exec())
