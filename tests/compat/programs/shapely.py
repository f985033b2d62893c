# /// script
# requires-python = ">=3.10"
# dependencies = ["shapely"]
# ///
"""Computes with shapes."""

import shapely
from shapely import wkb, wkt
from shapely.geometry import LineString, Point, Polygon, mapping, shape
from shapely.ops import nearest_points, triangulate, unary_union
from shapely.strtree import STRtree

circle = Point(0, 0).buffer(1)
assert abs(circle.area - 3.14) < 0.02
square = Polygon([(0, 0), (2, 0), (2, 2), (0, 2)])
assert abs(square.intersection(circle).area - circle.area / 4) < 1e-9
assert wkt.loads("POINT (1 2)").coords[0] == (1, 2) and wkb.loads(wkb.dumps(square)).equals(square)
assert shape(mapping(square)).equals(square) and unary_union([square, circle]).area > 4
assert STRtree([Point(0, 0), Point(5, 5)]).nearest(Point(4, 4)) == 1
assert nearest_points(square, Point(5, 1))[0].x == 2 and len(triangulate(square)) == 2
assert shapely.voronoi_polygons(LineString([(0, 0), (1, 1), (2, 0)])).geom_type == "GeometryCollection"
assert shapely.geos_version >= (3, 9, 0) and shapely.is_valid_reason(square) == "Valid Geometry"
print("ok")
