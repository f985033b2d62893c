# /// script
# requires-python = ">=3.10"
# dependencies = ["zeep"]
# ///
"""Reads a service description and writes the envelopes of its calls."""

import tempfile
from pathlib import Path

from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <types><x:schema targetNamespace="urn:t" elementFormDefault="qualified">
    <x:element name="Ask"><x:complexType><x:sequence>
      <x:element name="n" type="x:int"/><x:element name="on" type="x:date" minOccurs="0"/>
    </x:sequence></x:complexType></x:element>
    <x:element name="Answer"><x:complexType><x:sequence><x:element name="r" type="x:decimal"/></x:sequence></x:complexType></x:element>
  </x:schema></types>
  <message name="in"><part name="p" element="t:Ask"/></message>
  <message name="out"><part name="p" element="t:Answer"/></message>
  <portType name="P"><operation name="ask"><input message="t:in"/><output message="t:out"/></operation></portType>
  <binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="ask"><s:operation soapAction="ask"/><input><s:body use="literal"/></input>
      <output><s:body use="literal"/></output></operation></binding>
  <service name="S"><port name="B" binding="t:B"><s:address location="http://localhost/"/></port></service>
</definitions>"""
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>'


class Answer:
    status_code, headers, encoding = 200, {"Content-Type": "text/xml"}, "utf-8"

    def __init__(self, text):
        self.content = (ENVELOPE % text).encode()


class Fake(Transport):
    def post(self, address, message, headers):
        if b">13<" in message:
            return Answer("<e:Fault><faultcode>e:Client</faultcode><faultstring>unlucky</faultstring></e:Fault>")
        assert b"2020-01-02" in message, message
        return Answer('<Answer xmlns="urn:t"><r>1.5</r></Answer>')


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "s.wsdl"
    path.write_text(WSDL)
    client = Client(str(path), transport=Fake())
    import datetime

    assert str(client.service.ask(n=4, on=datetime.date(2020, 1, 2))) == "1.5"
    try:
        client.service.ask(n=13)
    except Fault as fault:
        assert fault.message == "unlucky"
    else:
        raise AssertionError("no fault")
    assert client.get_element("{urn:t}Ask")(n=1).n == 1
print("ok")
