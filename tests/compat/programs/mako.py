# /// script
# requires-python = ">=3.10"
# dependencies = ["mako", "Babel"]
# ///
"""Renders templates, with inheritance, caches and modules on disk."""

import tempfile
from pathlib import Path

from mako import exceptions
from mako.lookup import TemplateLookup
from mako.template import Template

assert Template("% for i in n:\n${i|h}\n% endfor\n").render(n=["<", 2]) == "&lt;\n2\n"
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "base.mako").write_text("<b>${self.body()}</b>")
    (folder / "page.mako").write_text("<%inherit file='base.mako'/><%def name='f(x)'>[${x}]</%def>${f(v)}")
    lookup = TemplateLookup([str(folder)], module_directory=str(folder / "modules"))
    assert lookup.get_template("page.mako").render(v=1) == "<b>[1]</b>"
    assert lookup.get_template("page.mako").module.__file__
try:
    Template("${1 / 0}").render()
except ZeroDivisionError:
    assert "1 / 0" in exceptions.text_error_template().render()
print("ok")
