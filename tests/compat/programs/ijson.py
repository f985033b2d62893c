# /// script
# requires-python = ">=3.10"
# dependencies = ["ijson"]
# ///
"""Reads JSON piecemeal with its backends, which are loaded by name."""

import io

import ijson

data = b'{"items": [{"n": 1}, {"n": 2.5}], "s": "\\u00fc"}'
for name in "python", "yajl2_c":
    backend = ijson.get_backend(name)
    assert [int(i["n"] * 2) for i in backend.items(io.BytesIO(data), "items.item")] == [2, 5], name
    assert dict(backend.kvitems(io.BytesIO(data), ""))["s"] == "ü"
assert ijson.backend == "yajl2_c", ijson.backend
print("ok")
