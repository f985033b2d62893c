# /// script
# requires-python = ">=3.10"
# dependencies = ["weasyprint"]
# ///
"""Writes a document from a page, through libraries that are opened by name."""

from weasyprint import CSS, HTML

page = HTML(string="<h1>Title</h1><p>Text</p>").write_pdf(stylesheets=[CSS(string="h1 { color: red }")])
assert page.startswith(b"%PDF")
print("ok")
