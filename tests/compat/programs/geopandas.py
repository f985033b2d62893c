# /// script
# requires-python = ">=3.10"
# dependencies = ["geopandas"]
# ///
"""Joins, projects, writes and reads geographic frames."""

import tempfile
from pathlib import Path

import geopandas as gpd
from shapely.geometry import Point, box

areas = gpd.GeoDataFrame({"area": ["west", "east"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326)
points = gpd.GeoDataFrame({"p": [1, 2, 3]}, geometry=[Point(0.5, 0.5), Point(1.5, 0.5), Point(1.2, 0.1)], crs=4326)
joined = gpd.sjoin(points, areas, predicate="within")
assert joined.groupby("area").p.count().to_dict() == {"east": 2, "west": 1}
projected = areas.to_crs(3857)
assert abs(projected.geometry.iloc[0].bounds[2] - 111319.49) < 1
assert gpd.overlay(areas, gpd.GeoDataFrame(geometry=[box(0.5, 0, 1.5, 1)], crs=4326)).area.sum().round(6) == 1
with tempfile.TemporaryDirectory() as folder:
    for name in "a.gpkg", "a.geojson", "a.shp":
        path = Path(folder) / name
        areas.to_file(path)
        back = gpd.read_file(path)
        assert back["area"].tolist() == ["west", "east"] and back.crs.to_epsg() == 4326
print("ok")
