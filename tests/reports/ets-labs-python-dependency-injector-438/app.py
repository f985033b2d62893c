"""Wires each module of a package to a container."""

import importlib

import desk
from desk.container import Container

container = Container()
container.config.from_dict({"greeting": "good morning"})
container.wire(packages=[desk])
name = "desk.views.front"
print(importlib.import_module(name).greet())
