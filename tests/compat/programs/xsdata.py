# /// script
# requires-python = ">=3.10"
# dependencies = ["xsdata[cli,lxml]"]
# ///
"""Makes code from a schema with its templates, and reads documents by classes."""

from dataclasses import dataclass, field

from xsdata.formats.dataclass.parsers import JsonParser, XmlParser
from xsdata.formats.dataclass.serializers import JsonSerializer, XmlSerializer
from xsdata.models.config import GeneratorConfig


@dataclass
class Thing:
    class Meta:
        name = "thing"

    number: int = field(metadata={"type": "Attribute"}, default=0)
    word: list[str] = field(default_factory=list, metadata={"type": "Element"})


text = XmlSerializer().render(Thing(3, ["a", "b"]))
assert XmlParser().from_string(text, Thing) == Thing(3, ["a", "b"])
assert JsonParser().from_string(JsonSerializer().render(Thing(1)), Thing) == Thing(1)
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler, XmlEventHandler
from xsdata.codegen.parsers.schema import SchemaParser
from xsdata.formats.dataclass.generator import DataclassGenerator
from xsdata.formats.mixins import AbstractGenerator

SCHEMA = b"""<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="book" type="x:string"/></x:schema>"""
for handler in (LxmlEventHandler, XmlEventHandler):
    assert XmlParser(handler=handler).from_string(text, Thing).number == 3
schema = SchemaParser(location="book.xsd").from_bytes(SCHEMA)
assert schema.elements[0].name == "book"
generator = DataclassGenerator(GeneratorConfig())
assert isinstance(generator, AbstractGenerator) and generator.env.get_template("class.jinja2")
print("ok")
