"""Imports modules when an attribute of them is read."""

from later import later

report = later("report")
colorsys = later("colorsys")
print(report.title())
print(colorsys.rgb_to_hsv(0.0, 1.0, 0.0)[1])
