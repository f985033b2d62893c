# /// script
# requires-python = ">=3.10"
# dependencies = ["plotly<6", "kaleido==0.2.1"]
# [tool.freeze-compat]
# rules = ["plotly.toml"]
# ci = false
# screen = true
# strict = true
# ///
"""Writes figures as pictures, by the browser that kaleido 0.2 brings."""

import plotly.graph_objects as go

figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout={"title": "Title"})
picture = figure.to_image("png", width=200, height=100)
print(picture[:4], len(picture) > 500)
assert figure.to_image("svg").startswith(b"<svg")

print("ok")
