# /// script
# requires-python = ">=3.10"
# dependencies = ["jsonschema[format]"]
# ///
"""Checks documents against schemas of several drafts, with formats and references."""

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker, ValidationError, validate
from referencing import Registry, Resource

schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
validate({"n": 3}, schema)
try:
    validate({"n": 0}, schema)
except ValidationError as error:
    assert list(error.path) == ["n"]
else:
    raise AssertionError("passed")
Draft7Validator.check_schema(schema)
other = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"})
registry = Registry().with_resource("urn:s", other)
validator = Draft202012Validator({"items": {"$ref": "urn:s"}}, registry=registry)
assert [list(e.path) for e in validator.iter_errors(["a", 1])] == [[1]]
checker = FormatChecker()
checker.check("127.0.0.1", "ipv4")
for value, form in ("nope", "date"), ("x y", "uri"), ("1", "json-pointer"):
    assert not checker.conforms(value, form), form
Draft202012Validator.check_schema({"$ref": "https://json-schema.org/draft/2020-12/schema"})
print("ok")
