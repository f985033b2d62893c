# /// script
# requires-python = ">=3.10"
# dependencies = ["vispy", "PyQt6", "PyOpenGL", "numpy"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Draws a scene with markers, text and a volume in a window of Qt."""

import numpy as np
from vispy import app, scene
from vispy.color import get_colormap

app.use_app("pyqt6")
canvas = scene.SceneCanvas(size=(200, 150), show=True, bgcolor="white")
view = canvas.central_widget.add_view()
view.camera = "turntable"
scene.visuals.Markers(pos=np.random.RandomState(0).rand(50, 3), parent=view.scene)
scene.visuals.Text("text", parent=view.scene)
scene.visuals.XYZAxis(parent=view.scene)
scene.visuals.Volume(np.ones((4, 4, 4), "f4"), parent=view.scene)
picture = canvas.render()
print(picture.shape, len(np.unique(picture)) > 3, get_colormap("viridis")[0.5].hex)
canvas.close()

print("ok")
