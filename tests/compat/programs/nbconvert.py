# /// script
# requires-python = ">=3.10"
# dependencies = ["nbconvert", "nbformat", "jinja2"]
# ///
"""Converts a notebook with exporters found by entry points and bundled templates."""

import nbformat
from nbconvert import HTMLExporter, get_export_names, get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

output = new_output("stream", text="printed\n")
book = new_notebook(cells=[new_markdown_cell("# Title $x^2$"), new_code_cell("print(1)", outputs=[output])])
nbformat.validate(book)
assert nbformat.reads(nbformat.writes(book), 4).cells[0].source == "# Title $x^2$"
page, _ = HTMLExporter().from_notebook_node(book)
assert "Title" in page and "printed" in page and len(page) > 100_000
for name, text in ("markdown", "# Title"), ("python", "print(1)"):
    assert text in get_exporter(name)().from_notebook_node(book)[0], name
assert {"html", "slides", "pdf", "script"} <= set(get_export_names())
assert "reveal" in get_exporter("slides")().from_notebook_node(book)[0]
print("ok")
