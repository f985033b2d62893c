# /// script
# requires-python = ">=3.10"
# dependencies = ["marshmallow"]
# ///
"""Checks and converts data."""

from marshmallow import Schema, ValidationError, fields, post_load, validate


class Address(Schema):
    city = fields.Str(required=True)


class Person(Schema):
    name = fields.Str(validate=validate.Length(1, 5))
    mail = fields.Email()
    born = fields.Date()
    home = fields.Nested(Address)
    pets = fields.List(fields.Nested("Person", only=["name"]))

    @post_load
    def make(self, data, **options):
        return data | {"made": True}


loaded = Person().load(
    {"name": "a", "mail": "a@b.cd", "born": "2000-01-02", "home": {"city": "x"}, "pets": [{"name": "p"}]}
)
assert loaded["born"].year == 2000 and loaded["made"] and loaded["pets"][0]["name"] == "p"
try:
    Person().load({"name": "toolong", "mail": "x", "home": {}})
except ValidationError as error:
    assert set(error.messages) == {"name", "mail", "home"}
assert Person().dumps({"name": "a"}) == '{"name": "a"}'
print("ok")
