# /// script
# requires-python = ">=3.10"
# dependencies = ["panda3d"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Renders a model off screen, with a display and a loader that panda3d opens by name."""

from panda3d.core import loadPrcFileData

loadPrcFileData("", "window-type offscreen\naudio-library-name null\nwin-size 100 80")
from direct.gui.OnscreenText import OnscreenText  # noqa: E402
from direct.showbase.ShowBase import ShowBase  # noqa: E402

base = ShowBase()
model = base.loader.loadModel("models/smiley")
model.reparentTo(base.render)
model.setPos(0, 10, 0)
OnscreenText("text")
base.graphicsEngine.renderFrame()
base.graphicsEngine.renderFrame()
print(base.pipe.getInterfaceName(), model.getNumChildren(), base.win.getXSize())
base.destroy()

print("ok")
