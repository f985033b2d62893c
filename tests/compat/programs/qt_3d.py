# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Builds a scene of Qt 3D, loads a mesh, and lists what can be loaded."""

import os
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.Qt3DCore import Qt3DCore  # noqa: E402
from PySide6.Qt3DExtras import Qt3DExtras  # noqa: E402
from PySide6.Qt3DRender import Qt3DRender  # noqa: E402
from PySide6.QtCore import QCoreApplication, QTimer, QUrl  # noqa: E402
from PySide6.QtGui import QGuiApplication, QVector3D  # noqa: E402

app = QGuiApplication([])
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    root = Qt3DCore.QEntity()
    mesh = Qt3DRender.QMesh(root)
    mesh.setSource(QUrl.fromLocalFile(str(path)))
    torus = Qt3DExtras.QTorusMesh(root)
    torus.setRadius(3)
    transform = Qt3DCore.QTransform(root)
    transform.setTranslation(QVector3D(1, 2, 3))
    entity = Qt3DCore.QEntity(root)
    for component in (mesh, transform, Qt3DExtras.QPhongMaterial(root)):
        entity.addComponent(component)
    assert len(entity.components()) == 3
plugins = Path(QCoreApplication.libraryPaths()[0]) / "geometryloaders"
assert [p for p in plugins.iterdir() if "gltf" in p.name], list(plugins.iterdir())
QTimer.singleShot(100, app.quit)
app.exec()

print("ok")
