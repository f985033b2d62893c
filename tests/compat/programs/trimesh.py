# /// script
# requires-python = ">=3.10"
# dependencies = ["trimesh[easy]"]
# ///
"""Makes, cuts, writes and reads meshes."""

import io

import numpy as np
import trimesh

box = trimesh.creation.box((1, 2, 3))
assert box.is_watertight and abs(box.volume - 6) < 1e-9 and box.euler_number == 2
for kind in ("stl", "ply", "obj", "off", "glb", "3mf", "dae", "stl_ascii"):
    data = box.export(file_type=kind)
    data = data.encode() if isinstance(data, str) else data
    again = trimesh.load(io.BytesIO(data), file_type=kind.split("_")[0], force="mesh")
    assert np.isclose(again.area, box.area), kind
section = box.section(plane_origin=[0, 0, 0], plane_normal=[0, 0, 1])
assert np.isclose(section.to_2D()[0].area, 2)
hits, _, _ = box.ray.intersects_location([[0, 0, 10]], [[0, 0, -1]])
assert len(hits) == 2
assert trimesh.proximity.closest_point(box, [[5, 0, 0]])[1][0] == 4.5
assert len(trimesh.Scene([box, trimesh.creation.icosphere()]).geometry) == 2
assert np.isclose(trimesh.convex.convex_hull(np.random.default_rng(0).random((50, 3))).volume, 0.75, atol=0.3)
print("ok")
