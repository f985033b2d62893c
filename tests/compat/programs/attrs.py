# /// script
# requires-python = ">=3.10"
# dependencies = ["attrs", "cattrs", "msgspec"]
# ///
"""Defines classes, converts them and reads them from several formats."""

import attrs
import cattrs
import msgspec
from cattrs.preconf.json import make_converter


@attrs.define
class Point:
    x: int = attrs.field(validator=attrs.validators.gt(0))
    y: list[float] = attrs.field(factory=list, converter=list)


@attrs.frozen
class Line:
    ends: tuple[Point, Point]


class Item(msgspec.Struct, tag=True):
    n: int
    names: set[str] = set()


assert attrs.asdict(Point(1, (2.0,))) == {"x": 1, "y": [2.0]} and attrs.evolve(Point(1), x=3).x == 3
try:
    Point(0)
except ValueError as error:
    assert "must be > 0" in str(error)
line = cattrs.structure({"ends": [{"x": 1, "y": []}, {"x": 2, "y": [1]}]}, Line)
assert line.ends[1].y == [1.0] and cattrs.unstructure(line)["ends"][0]["x"] == 1
assert make_converter().loads('{"x": 5, "y": []}', Point).x == 5
assert msgspec.json.decode(msgspec.json.encode(Item(1, {"a"})), type=Item) == Item(1, {"a"})
assert msgspec.msgpack.decode(msgspec.msgpack.encode({"a": 1})) == {"a": 1}
assert attrs.make_class("C", ["a"])(1).a == 1
print("ok")
