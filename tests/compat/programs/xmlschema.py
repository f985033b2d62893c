# /// script
# requires-python = ">=3.10"
# dependencies = ["xmlschema"]
# ///
"""Checks and converts documents against schemas, also the bundled ones."""

import tempfile
from pathlib import Path

import xmlschema

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"><xs:complexType><xs:sequence>
<xs:element name="n" type="xs:int" maxOccurs="3"/></xs:sequence><xs:attribute name="d" type="xs:date"/>
</xs:complexType></xs:element></xs:schema>"""
schema = xmlschema.XMLSchema(XSD)
assert schema.is_valid("<r d='2024-01-01'><n>1</n></r>") and not schema.is_valid("<r><n>x</n></r>")
assert schema.to_dict("<r><n>1</n><n>2</n></r>") == {"n": [1, 2]}
assert xmlschema.XMLSchema11(XSD).is_valid("<r><n>1</n></r>")
assert xmlschema.XMLSchema.meta_schema.is_valid(XSD)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "s.xsd"
    path.write_text(XSD)
    assert xmlschema.XMLSchema(path).elements["r"].type.is_complex()
print("ok")
