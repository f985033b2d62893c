# /// script
# requires-python = ">=3.10"
# dependencies = ["protobuf"]
# ///
"""Makes message types at run time and converts messages."""

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    json_format,
    message_factory,
    struct_pb2,
    text_format,
    timestamp_pb2,
)

file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
message = file.message_type.add(name="M")
message.field.add(name="n", number=1, type=5, label=1, json_name="n")
message.field.add(name="words", number=2, type=9, label=3, json_name="words")
M = message_factory.GetMessages([file])["t.M"]
value = M(n=5, words=["a", "b"])
assert value.SerializeToString() == b"\x08\x05\x12\x01a\x12\x01b"
assert M.FromString(value.SerializeToString()) == value
assert json_format.MessageToDict(value) == {"n": 5, "words": ["a", "b"]}
assert text_format.Parse("n: 7", M()).n == 7
stamp = timestamp_pb2.Timestamp()
stamp.FromJsonString("2024-01-01T00:00:00Z")
packed = any_pb2.Any()
packed.Pack(stamp)
assert packed.type_url.endswith("google.protobuf.Timestamp") and stamp.seconds == 1704067200
structure = struct_pb2.Struct()
structure.update({"a": [1, {"b": None}]})
assert json_format.MessageToDict(structure) == {"a": [1.0, {"b": None}]}
from google.protobuf.internal import api_implementation  # noqa: E402

assert api_implementation.Type() == "upb", api_implementation.Type()
print("ok")
