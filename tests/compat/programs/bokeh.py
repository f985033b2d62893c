# /// script
# requires-python = ">=3.10"
# dependencies = ["bokeh"]
# ///
"""Makes a plot, a page with its resources inline, and serves a document to a client."""

import tempfile
from pathlib import Path

from bokeh.document import Document
from bokeh.embed import components, file_html, json_item
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.palettes import Viridis256
from bokeh.plotting import figure, output_file, save
from bokeh.resources import INLINE
from bokeh.themes import built_in_themes

source = ColumnDataSource({"x": [1, 2, 3], "y": [3, 1, 2]})
plot = figure(width=300, height=200, title="test", tools=[HoverTool()])
plot.line("x", "y", source=source, color=Viridis256[10])
script, div = components(plot)
assert "<script" in script and "<div" in div
page = file_html(plot, INLINE, "a title")
assert "a title" in page and len(page) > 500_000, len(page)
assert json_item(plot)["doc"]["roots"]
assert "dark_minimal" in built_in_themes
document = Document()
document.add_root(figure(title="test"))
again = Document.from_json(document.to_json())
assert again.roots[0].title.text == "test"
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "p.html"
    output_file(path, mode="inline")
    save(plot)
    assert "Bokeh" in path.read_text()
print("ok")
