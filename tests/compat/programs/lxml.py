# /// script
# requires-python = ">=3.10"
# dependencies = ["lxml"]
# ///
"""Parses, searches, transforms and checks documents."""

import io

from lxml import etree, html, isoschematron, objectify

tree = etree.fromstring('<r xmlns:a="urn:a"><a:i k="1">x</a:i><a:i k="2">y</a:i></r>')
assert tree.xpath("//a:i[@k='2']/text()", namespaces={"a": "urn:a"}) == ["y"]
sheet = etree.XSLT(
    etree.XML(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:template match="/"><o><xsl:value-of select="count(//i)"/></o></xsl:template></xsl:stylesheet>'
    )
)
assert sheet(etree.XML("<r><i/><i/></r>")).getroot().text == "2"
page = html.fromstring("<div><a href='x'>t</a><p class='c'>u</div>")
assert page.xpath("//a/@href") == ["x"] and html.tostring(page).endswith(b"</div>")
assert objectify.fromstring("<r><n>5</n></r>").n + 1 == 6
relax = etree.RelaxNG(etree.XML('<element name="r" xmlns="http://relaxng.org/ns/structure/1.0"><empty/></element>'))
assert relax.validate(etree.XML("<r/>")) and not relax.validate(etree.XML("<q/>"))
rules = etree.XML(
    '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="r">'
    '<assert test="@a">a is missing</assert></rule></pattern></schema>'
)
schematron = isoschematron.Schematron(rules)
assert schematron.validate(etree.XML('<r a="1"/>')) and not schematron.validate(etree.XML("<r/>"))
assert [e.tag for _, e in etree.iterparse(io.BytesIO(b"<r><a/><b/></r>"))] == ["a", "b", "r"]
print("ok")
