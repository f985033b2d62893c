"""Fills in a template of a package."""

from jinja2 import Environment, PackageLoader

environment = Environment(loader=PackageLoader("letters"))
print(environment.get_template("greeting.j2").render(name="Anna"))
