# /// script
# requires-python = ">=3.10"
# dependencies = ["rdflib"]
# ///
"""Parses and serializes graphs by plugins, and asks them in SPARQL."""

from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef, plugin
from rdflib.namespace import FOAF
from rdflib.query import Processor
from rdflib.store import Store

EX = Namespace("http://example.org/")
graph = Graph()
graph.bind("ex", EX)
graph.add((EX.bob, RDF.type, FOAF.Person))
graph.add((EX.bob, FOAF.age, Literal(42)))
for name in ("turtle", "xml", "nt", "n3", "json-ld", "trig", "pretty-xml", "longturtle", "hext"):
    text = graph.serialize(format=name)
    if name not in ("hext", "trig"):
        again = Graph().parse(data=text, format={"pretty-xml": "xml", "longturtle": "turtle"}.get(name, name))
        assert len(again) == 2, (name, text)
rows = list(graph.query("SELECT ?s WHERE { ?s foaf:age ?a FILTER(?a > 40) }", initNs={"foaf": FOAF}))
assert rows[0].s == URIRef("http://example.org/bob")
result = graph.query("ASK { ?s a ?t }").serialize(format="json")
assert b"true" in result
graph.update("INSERT DATA { <http://example.org/a> <http://example.org/b> 1 }")
assert len(graph) == 3 and plugin.get("SimpleMemory", Store) and plugin.get("sparql", Processor)
dataset = Dataset()
dataset.parse(data="<http://a> <http://b> <http://c> <http://g> .", format="nquads")
assert len(list(dataset.quads())) == 1
print("ok")
