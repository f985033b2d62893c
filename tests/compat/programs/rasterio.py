# /// script
# requires-python = ">=3.10"
# dependencies = ["rasterio"]
# ///
"""Writes, reads, warps and rasterises pictures of the earth."""

import tempfile
from pathlib import Path

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.features import rasterize, shapes
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds
from rasterio.warp import calculate_default_transform, transform

data = np.arange(100, dtype=np.float32).reshape(10, 10)
profile = {"driver": "GTiff", "width": 10, "height": 10, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "r.tif"
    with rasterio.open(path, "w", transform=from_bounds(0, 0, 1, 1, 10, 10), compress="deflate", **profile) as file:
        file.write(data, 1)
    with rasterio.open(path) as file:
        assert (file.read(1) == data).all() and file.crs == CRS.from_epsg(4326)
        assert next(file.sample([(0.05, 0.95)]))[0] == 0
with MemoryFile() as memory:
    with memory.open(driver="PNG", width=4, height=4, count=1, dtype="uint8") as file:
        file.write(np.ones((1, 4, 4), dtype=np.uint8))
    assert memory.read(4) == b"\x89PNG"
(x,), (y,) = transform("EPSG:4326", "EPSG:3857", [13.4], [52.5])
assert abs(x - 1491681.18) < 1 and abs(y - 6891041.72) < 1
mask = rasterize([{"type": "Polygon", "coordinates": [[(0, 0), (5, 0), (5, 5), (0, 5), (0, 0)]]}], out_shape=(10, 10))
assert mask.sum() == 25 and len(list(shapes(mask))) == 2
assert calculate_default_transform("EPSG:4326", "EPSG:32633", 10, 10, 13, 52, 14, 53)[1] > 0
print("ok")
