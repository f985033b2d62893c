# /// script
# requires-python = ">=3.10"
# dependencies = ["pyqtgraph", "PyQt6", "numpy", "scipy"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Draws plots, an image and a tree of parameters, exports a plot, and computes in a flowchart."""

import hashlib
import os
import tempfile

import numpy as np
import pyqtgraph as pg
import pyqtgraph.exporters
from pyqtgraph.console import ConsoleWidget
from pyqtgraph.flowchart import Flowchart
from pyqtgraph.parametertree import Parameter, ParameterTree
from pyqtgraph.Qt import QtGui

application = pg.mkQApp()


def facts(widget):
    widget.resize(400, 300)
    widget.show()
    application.processEvents()
    picture = widget.grab().toImage().convertToFormat(QtGui.QImage.Format.Format_RGB32)
    bits = picture.constBits()
    bits.setsize(picture.sizeInBytes())
    print(picture.width(), picture.height(), hashlib.sha256(bytes(bits)).hexdigest())


window = pg.GraphicsLayoutWidget()
plot = window.addPlot(title="Title")
plot.addLegend()
plot.plot(np.arange(10), np.arange(10) ** 2, pen="r", name="square")
facts(window)
image = pg.ImageView()
image.setImage(np.arange(1000).reshape(10, 10, 10) / 1000)
image.setColorMap(pg.colormap.get("CET-L9"))
facts(image)
tree = ParameterTree()
children = [{"name": "a", "type": "float", "value": 1.0}, {"name": "c", "type": "color", "value": "r"}, {"name": "f", "type": "file", "value": ""}]
tree.setParameters(Parameter.create(name="p", type="group", children=children))
facts(tree)
with tempfile.TemporaryDirectory() as folder:
    pyqtgraph.exporters.ImageExporter(plot).export(os.path.join(folder, "a.png"))
    print(os.listdir(folder), len(pg.colormap.listMaps()))
ConsoleWidget(namespace={})
chart = Flowchart(terminals={"In": {"io": "in"}, "Out": {"io": "out"}})
print(chart.createNode("GaussianFilter").name())

print("ok")
