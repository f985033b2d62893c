# /// script
# requires-python = ">=3.10"
# dependencies = ["folium"]
# ///
"""Draws a map with markers and layers into a page."""

import tempfile
from pathlib import Path

import folium
from folium.plugins import HeatMap, MarkerCluster

map_ = folium.Map(location=[52.5, 13.4], zoom_start=10)
folium.Marker([52.5, 13.4], popup="here", icon=folium.Icon(color="red")).add_to(map_)
MarkerCluster([[52.5, 13.4], [52.6, 13.5]]).add_to(map_)
HeatMap([[52.5, 13.4, 1.0]]).add_to(map_)
shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [13, 52]}}
folium.GeoJson(shape).add_to(map_)
folium.LayerControl().add_to(map_)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "map.html"
    map_.save(path)
    text = path.read_text()
assert "L.marker" in text and "markerClusterGroup" in text and "52.5" in text
print("ok")
