# /// script
# requires-python = ">=3.10"
# dependencies = ["pyogrio", "geopandas"]
# ///
"""Writes and reads layers of several formats through the bundled library."""

import tempfile

import geopandas
import pyogrio
from shapely.geometry import Point

frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:4326")
with tempfile.TemporaryDirectory() as folder:
    for name in ("a.gpkg", "a.geojson", "a.shp"):
        pyogrio.write_dataframe(frame, f"{folder}/{name}")
        again = pyogrio.read_dataframe(f"{folder}/{name}")
        assert list(again["n"]) == [1, 2] and again.crs.to_epsg() == 4326, name
    assert frame.to_crs(3857).geometry[1].x > 111_000 and pyogrio.read_info(f"{folder}/a.gpkg")["features"] == 2
assert "GPKG" in pyogrio.list_drivers()
print("ok")
