# /// script
# requires-python = ">=3.10"
# dependencies = ["pymongo"]
# ///
"""Encodes BSON, reads URIs and fails to reach a server that is not there."""

import datetime
import uuid

import bson
import pymongo
from bson import json_util, raw_bson
from bson.codec_options import CodecOptions
from pymongo import uri_parser

value = {
    "n": 1,
    "d": datetime.datetime(2024, 1, 2),
    "o": bson.ObjectId("65920080c5a5a5a5a5a5a5a5"),
    "x": bson.Decimal128("1.5"),
    "u": bson.Binary.from_uuid(uuid.UUID(int=7)),
    "l": [None, True, b"raw", bson.Int64(2**40)],
}
data = bson.encode(value)
assert bson.decode(data) == value and bson.has_c() and pymongo.has_c()
assert raw_bson.RawBSONDocument(data)["n"] == 1
assert json_util.loads(json_util.dumps(value))["o"] == value["o"]
assert bson.decode(data, CodecOptions(tz_aware=True))["d"].tzinfo
uri = uri_parser.parse_uri("mongodb://u:p%40@h1:1,h2:2/db?replicaSet=r&w=2")
assert uri["nodelist"] == [("h1", 1), ("h2", 2)] and uri["password"] == "p@"
client = pymongo.MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=300)
try:
    client.admin.command("ping")
except pymongo.errors.ServerSelectionTimeoutError as error:
    assert "refused" in str(error)
else:
    raise AssertionError("answered")
print("ok")
