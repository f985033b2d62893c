# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Shows icons from SVG files and from a style sheet without importing QtSvg."""

import os
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtGui import QIcon, QImageReader, QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication, QLabel  # noqa: E402

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="#c02040"/></svg>'
app = QApplication([])
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "icon.svg"
    path.write_bytes(SVG)
    for pixmap in QIcon(str(path)).pixmap(20, 20), QPixmap(str(path)):
        assert pixmap.toImage().pixelColor(10, 10).name() == "#c02040"
    label = QLabel()
    label.setStyleSheet(f"QLabel {{ background-image: url({path.as_posix()}); }}")
    label.resize(20, 20)
    label.show()
    assert label.grab().toImage().pixelColor(10, 10).name() == "#c02040"
assert b"svg" in [bytes(f.data()) for f in QImageReader.supportedImageFormats()]

print("ok")
