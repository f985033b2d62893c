# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Loads a page in Qt WebEngine and runs a script in it."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--disable-gpu"
from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

app = QApplication([])
view, results = QWebEngineView(), []
view.resize(300, 200)
view.show()


def done(result):
    results.append(result)
    app.quit()


script = "document.title + ' ' + [1, 2, 3].map(x => x * 2).join(',') + ' ' + new Intl.NumberFormat('de').format(1234.5)"
view.loadFinished.connect(lambda fine: view.page().runJavaScript(script, 0, done))
view.setHtml("<title>page</title><h1>Hello</h1>")
QTimer.singleShot(60000, lambda: done("too late"))
app.exec()
assert results == ["page 2,4,6 1.234,5"], results
view.deleteLater()
app.processEvents()

print("ok")
