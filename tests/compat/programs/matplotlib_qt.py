# /// script
# requires-python = ">=3.10"
# dependencies = ["matplotlib", "PySide6-Essentials"]
# [tool.freeze-compat]
# rules = ["matplotlib.toml"]
# ///
"""Draws on a canvas of Qt with the binding that matplotlib chooses, which the program does not import."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg  # noqa: E402
from matplotlib.backends.qt_compat import QT_API, QtWidgets  # noqa: E402

assert QT_API == "PySide6", QT_API
app = QtWidgets.QApplication([])
figure = plt.Figure()
figure.add_subplot().plot([1, 2, 3], [1, 4, 9])
canvas = FigureCanvasQTAgg(figure)
canvas.resize(200, 150)
canvas.show()
picture = canvas.grab().toImage()
assert len({picture.pixel(x, y) for x in range(0, 200, 3) for y in range(0, 150, 3)}) > 2
print("ok")
