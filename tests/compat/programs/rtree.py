# /// script
# requires-python = ">=3.10"
# dependencies = ["rtree"]
# ///
"""Indexes boxes through the bundled library."""

import tempfile

from rtree import index

tree = index.Index(interleaved=True)
for n in range(100):
    tree.insert(n, (n, n, n + 0.5, n + 0.5), obj={"n": n})
assert sorted(tree.intersection((10, 10, 12, 12))) == [10, 11, 12]
assert [item.object["n"] for item in tree.nearest((50.2, 50.2, 50.2, 50.2), objects=True)] == [50]
with tempfile.TemporaryDirectory() as folder:
    stored = index.Index(f"{folder}/i", properties=index.Property(dimension=3))
    stored.insert(7, (0, 0, 0, 1, 1, 1))
    stored.close()
    again = index.Index(f"{folder}/i", properties=index.Property(dimension=3))
    assert list(again.intersection((0, 0, 0, 2, 2, 2))) == [7]
print("ok")
