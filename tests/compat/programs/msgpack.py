# /// script
# requires-python = ">=3.10"
# dependencies = ["msgpack", "cbor2", "ujson", "simplejson", "python-rapidjson"]
# ///
"""Writes and reads compact formats."""

import datetime

import cbor2
import msgpack
import rapidjson
import simplejson
import ujson

value = {"a": [1, 2.5, None, True], "b": "ü"}
assert msgpack.unpackb(msgpack.packb(value)) == value
stamp = msgpack.Timestamp.from_datetime(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc))
assert msgpack.unpackb(msgpack.packb(stamp), timestamp=3).year == 2024
assert (
    cbor2.loads(cbor2.dumps({**value, "d": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}))["d"].year
    == 2024
)
for module in ujson, simplejson, rapidjson:
    assert module.loads(module.dumps(value)) == value
assert msgpack.Packer.__module__ == "msgpack._cmsgpack"
assert simplejson.encoder.c_make_encoder is not None
print("ok")
