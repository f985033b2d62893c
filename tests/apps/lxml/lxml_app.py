"""Parses, validates and transforms with lxml."""

from lxml import etree, html, objectify
from lxml.builder import E
from lxml.isoschematron import Schematron


def main():
    root = etree.fromstring("<a xmlns:x='urn:x'><b x:c='1'>text</b><b/></a>")
    assert root.xpath("count(//b)") == 2 and root.xpath("//b/@x:c", namespaces={"x": "urn:x"}) == ["1"]
    style = etree.XSLT(
        etree.XML(
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            '<xsl:template match="/"><out><xsl:value-of select="//b"/></out></xsl:template></xsl:stylesheet>'
        )
    )
    assert str(style(root)).strip().endswith("<out>text</out>")
    schema = etree.XMLSchema(
        etree.XML(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="n" type="xs:int"/></xs:schema>'
        )
    )
    assert schema.validate(etree.XML("<n>5</n>")) and not schema.validate(etree.XML("<n>five</n>"))
    assert html.fromstring("<p>one<br>two").text_content() == "onetwo"
    assert objectify.fromstring("<r><n>5</n></r>").n + 1 == 6
    rules = Schematron(
        etree.XML(
            '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="a">'
            '<assert test="b">needs b</assert></rule></pattern></schema>'
        )
    )
    assert rules.validate(etree.XML("<a><b/></a>")) and not rules.validate(etree.XML("<a/>"))
    print("lxml ok", etree.tostring(E.p("x", E.b("y"))).decode())


if __name__ == "__main__":
    main()
