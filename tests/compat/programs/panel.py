# /// script
# requires-python = ">=3.10"
# dependencies = ["panel"]
# ///
"""Draws widgets into a page, from the bundled templates."""

import io

import panel as pn

pn.extension("tabulator")
slider = pn.widgets.IntSlider(name="n", start=0, end=10, value=3)
shown = pn.bind(lambda n: f"## {n * 2}", slider)
page = io.StringIO()
pn.Column("# Title", slider, shown).save(page, title="T", embed=False)
text = page.getvalue()
assert "<title>T</title>" in text and len(text) > 5_000
template = pn.template.FastListTemplate(title="App", main=[pn.pane.Markdown("hello")])
out = io.StringIO()
template.save(out)
assert "App" in out.getvalue()
slider.value = 4
assert pn.pane.JSON({"a": 1}).object == {"a": 1} and pn.widgets.Tabulator
print("ok")
