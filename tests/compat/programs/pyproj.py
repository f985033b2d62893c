# /// script
# requires-python = ">=3.10"
# dependencies = ["pyproj"]
# ///
"""Transforms coordinates and asks the bundled data base."""

from pyproj import CRS, Geod, Transformer, datadir
from pyproj.database import query_crs_info

x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(13.4, 52.5)
assert abs(x - 1491681.18) < 1 and abs(y - 6891041.72) < 1
assert CRS.from_epsg(25832).to_dict()["zone"] == 32 and "GRS 1980" in CRS("EPSG:25832").to_wkt()
_, _, distance = Geod(ellps="WGS84").inv(13.4, 52.5, 2.35, 48.85)
assert abs(distance - 878_000) < 5000, distance
assert len(query_crs_info(auth_name="EPSG")) > 5000 and datadir.get_data_dir()
assert CRS.from_proj4("+proj=laea +lat_0=52 +lon_0=10").is_projected
print("ok")
