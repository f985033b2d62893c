# /// script
# requires-python = ">=3.10"
# dependencies = ["pyvista", "numpy"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Renders meshes with colours, axes and a title, reads an example, and shows a window."""

import hashlib

import pyvista as pv
from pyvista import examples

mesh = pv.Sphere().clip()
plotter = pv.Plotter(off_screen=True, window_size=(200, 150))
plotter.add_mesh(mesh, scalars=mesh.points[:, 2], cmap="viridis")
plotter.add_axes()
plotter.show_bounds()
plotter.add_title("Title")
picture = plotter.screenshot(return_img=True)
print(picture.shape, hashlib.sha256(picture.tobytes()).hexdigest())
print(examples.load_uniform().n_cells, pv.read(examples.planefile).n_points)
plotter = pv.Plotter(window_size=(200, 150))
plotter.add_mesh(pv.Cube())
plotter.show(interactive=False, auto_close=False)
print(plotter.image.shape)
plotter.close()

print("ok")
