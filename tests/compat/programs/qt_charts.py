# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Draws a chart with a legend and a theme."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCharts import QChart, QChartView, QLineSeries  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

app = QApplication([])
series = QLineSeries()
for x in range(20):
    series.append(x, x * x)
chart = QChart()
chart.addSeries(series)
chart.createDefaultAxes()
chart.setTheme(QChart.ChartTheme.ChartThemeDark)
view = QChartView(chart)
view.resize(400, 300)
view.show()
picture = view.grab().toImage()
colours = {picture.pixel(x, y) for x in range(0, 400, 7) for y in range(0, 300, 7)}
assert len(colours) > 3, colours

print("ok")
