# /// script
# requires-python = ">=3.10"
# dependencies = ["fiona"]
# ///
"""Writes and reads vector files in several formats, with coordinate systems."""

import tempfile
from pathlib import Path

import fiona
from fiona.crs import CRS
from fiona.transform import transform

schema = {"geometry": "Point", "properties": {"name": "str:20", "n": "int"}}
record = {"geometry": {"type": "Point", "coordinates": (13.4, 52.5)}, "properties": {"name": "Berlin", "n": 7}}
with tempfile.TemporaryDirectory() as folder:
    for driver, ending in ("GeoJSON", "geojson"), ("ESRI Shapefile", "shp"), ("GPKG", "gpkg"):
        path = str(Path(folder) / f"f.{ending}")
        with fiona.open(path, "w", driver=driver, crs=CRS.from_epsg(4326), schema=schema) as file:
            file.write(record)
        with fiona.open(path) as file:
            (feature,) = list(file)
            assert file.crs.to_epsg() == 4326 and feature["properties"]["name"] == "Berlin"
            assert feature["geometry"]["coordinates"] == (13.4, 52.5)
x, y = transform("EPSG:4326", "EPSG:25833", [13.4], [52.5])
assert abs(x[0] - 391_400) < 1000 and abs(y[0] - 5_817_700) < 1000, (x, y)
print("ok")
