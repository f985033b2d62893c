# /// script
# requires-python = ">=3.10"
# dependencies = ["altair", "pandas"]
# [tool.freeze-compat]
# ci = true
# ///
"""Builds a chart, checks it against the bundled schema and saves it as a page."""

import json
import tempfile
from pathlib import Path

import altair as alt
import pandas as pd

data = pd.DataFrame({"x": [1, 2, 3], "y": [4.0, 1.0, 9.0]})
chart = alt.Chart(data).mark_line(point=True).encode(x="x:Q", y=alt.Y("y:Q", title="value"))
spec = chart.to_dict()
assert spec["encoding"]["y"]["title"] == "value"
assert spec["mark"]["type"] == "line" and "vega-lite" in spec["$schema"]
rows = next(iter(spec["datasets"].values()))
assert rows[2] == {"x": 3, "y": 9.0}
try:
    alt.Chart(data).mark_line().encode(x=alt.X("x:Q", scale=alt.Scale(zero="no"))).to_dict()
except alt.utils.schemapi.SchemaValidationError:
    pass
else:
    raise AssertionError("the schema was not applied")
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder) / "chart.html"
    chart.save(str(page))
    assert "vegaEmbed" in page.read_text()
    chart.save(str(Path(folder) / "chart.json"))
    assert json.loads((Path(folder) / "chart.json").read_text())["encoding"]["x"]["type"] == "quantitative"
print("ok")
