# /// script
# requires-python = ">=3.10"
# dependencies = ["orjson", "numpy"]
# ///
"""Writes and reads JSON with the types it knows natively."""

import dataclasses
import datetime
import uuid

import numpy as np
import orjson


@dataclasses.dataclass
class Point:
    x: int
    y: float


value = {"p": Point(1, 2.5), "d": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), "u": uuid.UUID(int=5)}
text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
assert text == b'{"d":"2024-01-01T00:00:00+00:00","p":{"x":1,"y":2.5},"u":"00000000-0000-0000-0000-000000000005"}'
assert orjson.dumps(np.arange(3), option=orjson.OPT_SERIALIZE_NUMPY) == b"[0,1,2]"
import zoneinfo  # noqa: E402

summer = datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))
assert orjson.dumps(summer) == b'"2024-07-01T00:00:00+00:00"'
try:
    orjson.loads(b"{bad")
except orjson.JSONDecodeError as error:
    assert error.pos == 1
print("ok")
