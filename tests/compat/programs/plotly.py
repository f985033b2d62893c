# /// script
# requires-python = ">=3.10"
# dependencies = ["plotly", "pandas"]
# [tool.freeze-compat]
# rules = ["plotly.toml"]
# ci = false
# ///
"""Makes figures, applies templates and writes pages."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import plotly.io as pio

frame = px.data.iris()
assert len(frame) == 150
figure = px.scatter(frame, x="sepal_width", y="sepal_length", color="species", template="plotly_dark")
assert len(figure.data) == 3
assert figure.layout.template.layout.paper_bgcolor == "rgb(17,17,17)"
figure = go.Figure(go.Bar(x=["a", "b"], y=[1, 3]))
figure.update_layout(title="T")
assert json.loads(figure.to_json())["data"][0]["type"] == "bar"
try:
    go.Bar(nonsense=1)
except ValueError as error:
    assert "nonsense" in str(error)
else:
    raise AssertionError("not checked")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "f.html"
    figure.write_html(path)
    assert len(path.read_text()) > 2_000_000
assert "plotly_white" in pio.templates and pio.from_json(figure.to_json()) == figure
assert px.line(pd.DataFrame({"x": [1], "y": [2]}), x="x", y="y").data[0].mode == "lines"
print("ok")
