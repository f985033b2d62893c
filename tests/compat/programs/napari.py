# /// script
# requires-python = ">=3.10"
# dependencies = ["napari", "PyQt6"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Shows an image, points and labels in napari's viewer."""

import napari
import numpy as np

viewer = napari.Viewer(show=True)
viewer.add_image(np.random.RandomState(0).rand(20, 20))
viewer.add_points(np.array([[1, 2]]))
viewer.add_labels(np.ones((20, 20), int))
picture = viewer.screenshot(canvas_only=True, flash=False)
print(picture.ndim, [layer.name for layer in viewer.layers], len(napari.utils.colormaps.AVAILABLE_COLORMAPS))
viewer.close()

print("ok")
